"""What a person declares before the door opens."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.model import Contents, Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import Scenario


def declaring() -> Scenario:
    return Scenario().stored("D1", "Reisepass").present("R1").factor(True)


def test_nothing_opens_before_everything_is_declared() -> None:
    box = declaring()
    assert box.phase() is Phase.DECLARING
    assert not box.now_happened(ev.UnlockAuthorised)
    box.declare("old_documents", "no")
    assert box.one(ev.UnlockAuthorised).deposit == "D1"


def test_old_documents_go_into_the_same_compartment() -> None:
    box = declaring().declare("old_documents", "yes")
    label = box.opening.compartment
    box.take().says("everything")
    assert box.compartment(label).contents is Contents.HOLDS
    assert box.compartment(label).old_document
    assert not box.compartment(label).allottable


def test_without_old_documents_it_is_empty() -> None:
    box = declaring().declare("old_documents", "no")
    label = box.opening.compartment
    box.take().says("everything")
    assert box.compartment(label).allottable


def test_a_no_to_the_pin_letter_never_opens() -> None:
    box = Scenario().stored("D1", "PinBrief").present("R1").declare("pin_letter", "no")
    assert box.refusal == "pin_letter"
    assert box.one(ev.SessionEnded).outcome == SessionEnd.DENIED
    assert box.pulses == 1, "the loading"
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_another_declaration_or_answer_does_nothing() -> None:
    box = declaring()
    for declaration, answer in (("pin_letter", "yes"), ("several", "yes"), ("old_documents", "perhaps")):
        assert box.declare(declaration, answer).refusal == "wrong_phase"
        assert not box.last
