"""What a person declares before the door opens."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import Contents, Phase, RightStatus, SessionEnd
from controller.domain.timing import DAY
from tests.unit.domain.builder import Scenario


def declaring() -> Scenario:
    return Scenario().stored("D1", "Reisepass").present("R1").factor(True)


def test_nothing_opens_before_everything_is_declared() -> None:
    box = declaring()
    assert box.phase() is Phase.DECLARING
    assert not box.now_happened(ev.UnlockAuthorised)
    box.declare("old_documents", "yes")
    assert box.one(ev.UnlockAuthorised).deposit == "D1"


def test_old_documents_go_into_the_same_compartment() -> None:
    box = declaring().declare("old_documents", "yes")
    label = box.opening.compartment
    box.take().says("everything")
    assert box.compartment(label).contents is Contents.HOLDS
    assert box.compartment(label).old_document
    assert not box.compartment(label).allottable


def test_without_old_documents_a_date_is_read_first_and_the_compartment_is_empty_afterwards() -> None:
    box = declaring().declare("old_documents", "no")
    assert not box.now_happened(ev.UnlockAuthorised)
    assert box.session.declarations == ("old_documents", "old_documents_none")
    until = box.wall_ms + 14 * DAY
    assert box.session.return_until_wall_ms == until
    box.at(3_000).declare("old_documents_none")
    assert box.one(ev.ReturnMissing) == ev.ReturnMissing(box.session.id, "R1", until)
    label = box.opening.compartment
    box.take().says("everything")
    assert box.compartment(label).allottable


def test_nobody_says_no_to_the_date() -> None:
    box = declaring().declare("old_documents", "no").declare("old_documents_none", "no")
    assert box.refusal == "wrong_choice"
    assert not box.last
    assert box.phase() is Phase.DECLARING


def test_without_a_trusted_clock_no_date_is_named() -> None:
    box = declaring()
    box.trusted = False
    box.do(cmd.JudgeClock(False, "test")).declare("old_documents", "no")
    assert box.one(ev.DeclarationAdded).until_wall_ms == 0


def policies(*rules: ev.PolicyRule) -> cmd.ActivatePolicies:
    return cmd.ActivatePolicies("policies-2", rules)


def test_where_the_policy_says_stop_nothing_opens_and_the_code_stays_valid() -> None:
    box = Scenario().do(policies(ev.PolicyRule("Reisepass", "none", ("old_documents",), 28, "stop")))
    box.stored("D1", "Reisepass").present("R1").declare("old_documents", "no")
    assert box.refusal == "old_documents"
    assert box.one(ev.SessionEnded).reason == "old_documents"
    assert box.pulses == 1, "the loading"
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_the_strictest_answer_and_the_earliest_date_of_several_types_hold() -> None:
    asks = ("old_documents",)
    lenient = (
        ev.PolicyRule("Reisepass", "none", asks, 28, "allow", 14),
        ev.PolicyRule("eAT", "none", asks, 28, "allow", 7),
    )
    box = Scenario().do(policies(*lenient)).announce("D1", "Reisepass").announce("D2", "eAT").right("R1", "D1", "D2")
    box.load("D1", "D2").present("R1").declare("several").declare("old_documents", "no")
    assert box.one(ev.DeclarationAdded).until_wall_ms == box.wall_ms + 7 * DAY

    strict = (lenient[0], ev.PolicyRule("eAT", "none", (), 28, "stop"))
    box = Scenario().do(policies(*strict)).announce("D1", "Reisepass").announce("D2", "eAT").right("R1", "D1", "D2")
    box.load("D1", "D2").present("R1").declare("several").declare("old_documents", "no")
    assert not box.refusal, "a type that does not ask for old documents has nothing to say about them"

    strict = (lenient[0], ev.PolicyRule("eAT", "none", asks, 28, "stop"))
    box = Scenario().do(policies(*strict)).announce("D1", "Reisepass").announce("D2", "eAT").right("R1", "D1", "D2")
    box.load("D1", "D2").present("R1").declare("several").declare("old_documents", "no")
    assert box.refusal == "old_documents"


def test_a_policy_that_says_neither_is_refused() -> None:
    assert Scenario().do(policies(ev.PolicyRule("eAT", "none", (), 28, "perhaps"))).refusal == "policy_unknown"


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
