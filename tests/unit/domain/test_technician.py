"""A technician alone opens only what is seen to be empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, Item, Purpose
from tests.unit.domain.builder import CABINET, RULES, Scenario, plan


def test_an_empty_compartment_is_tested() -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A08"))
    assert box.one(ev.UnlockAuthorised).purpose == "test"
    box.take()
    assert box.box.opening is None
    assert box.compartment("A08").allottable
    assert box.compartment("A08").contents is Contents.EMPTY
    assert not box.do(cmd.TestCompartment(box.staff, "A07")).refusal


def test_a_lock_that_does_not_open_is_found() -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A08")).jams()
    assert box.compartment("A08").quarantine == ("test_failed",)
    assert "jam:A08" in box.box.faults


def test_what_is_not_seen_to_be_empty_stays_closed() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").present("R1").take().wait(timing.CONFIRMATION)
    presumed = box.happened(ev.DepositEnded)[-1].compartment
    full = box.deposit("D2").compartment
    box.opens("A08").closes("A08").login("tom")
    for label in (presumed, full, "A08"):
        assert box.do(cmd.TestCompartment(box.staff, label)).refusal == "not_empty"
    assert box.do(cmd.TestCompartment(box.staff, "Z99")).refusal == "compartment_unknown"


@pytest.mark.parametrize("staff", ["lena", "anna"])
def test_who_may_not(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(cmd.TestCompartment(box.staff, "A08")).refusal == "role_missing"


def test_a_technician_loads_and_guides_nothing() -> None:
    box = Scenario().stored("D1").announce("D2").login("tom")
    assert box.scan("D2").refusal == "role_missing"
    assert box.request(box.deposit("D1").compartment).refusal == "role_missing"
    assert box.pulses == 1


def test_after_the_plan_was_changed_no_lock_is_fired_until_somebody_has_looked_inside() -> None:
    """Behind a label may be another door now, and behind that door something that nobody has seen."""
    box = Scenario()
    box.do(cmd.ActivateProfile("another", CABINET, RULES, ""))
    assert box.refusal == ""
    box.login("tom")
    assert box.do(cmd.TestCompartment(box.staff, "A08")).refusal == "remapped"
    box.logout().login("lena").guided("A08").report("empty").logout().login("tom")
    assert not box.do(cmd.TestCompartment(box.staff, "A08")).refusal
    box.take()
    assert box.do(cmd.TestCompartment(box.staff, "A07")).refusal == "remapped"


def test_who_has_loaded_a_compartment_has_looked_inside() -> None:
    box = Scenario()
    box.do(cmd.ActivateProfile("another", CABINET, RULES, ""))
    box.stored("D1")
    label = box.deposit("D1").compartment
    box.present("R1").take().says("everything").next_resident().login("tom")
    assert not box.do(cmd.TestCompartment(box.staff, label)).refusal


def test_an_item_sensor_is_believed_more_than_the_books() -> None:
    with_sensor = (*CABINET, plan("B09", item_sensor="yes"))
    box = Scenario(cabinet=with_sensor).item("B09", Item.PRESENT).login("tom")
    assert box.compartment("B09").contents is Contents.EMPTY
    assert box.do(cmd.TestCompartment(box.staff, "B09")).refusal == "not_empty"


@pytest.mark.parametrize("staff", ["tom", "sabine"])
def test_languages_are_switched_by_those_who_run_the_box(staff: str) -> None:
    box = Scenario().login(staff)
    box.do(cmd.OfferLanguages(box.staff, ("de", "en", "ti")))
    assert box.one(ev.LanguagesOffered) == ev.LanguagesOffered(("de", "en", "ti"), staff)
    assert box.box.languages == ("de", "en", "ti")
    assert not box.do(cmd.OfferLanguages(box.staff, ("de", "en", "ti"))).now_happened(ev.LanguagesOffered)


def test_german_stays() -> None:
    box = Scenario().login("tom")
    for tags in (("en",), (), ("de", "en", "en")):
        assert box.do(cmd.OfferLanguages(box.staff, tags)).refusal == "language_unknown"


@pytest.mark.parametrize("staff", ["lena", "anna"])
def test_others_switch_no_language(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(cmd.OfferLanguages(box.staff, ("de",))).refusal == "role_missing"


@pytest.mark.parametrize(
    "command",
    [
        lambda session: cmd.ReportContents(session, "empty", "collected_confirmed"),
        lambda session: cmd.RequestOpening(session, "A07", Purpose.RECALL, ""),
        lambda session: cmd.RequestOpening(session, "A07", Purpose.STOCKTAKE, ""),
        lambda session: cmd.RequestOpening(session, "A07", Purpose.EMERGENCY, "because"),
        lambda session: cmd.RequestOpening(session, "A07", Purpose.TEST, ""),
        lambda session: cmd.PresentOrder("ORDER-D2"),
        lambda session: cmd.UndoLoading(session),
        lambda session: cmd.AnswerLoading(session, "D1", "yes"),
        lambda session: cmd.StartRound(session, Purpose.STOCKTAKE, ""),
    ],
    ids=["contents", "recall", "stocktake", "emergency", "test as an opening", "order", "undo", "answer", "walk"],
)
def test_what_a_technician_alone_may_not_do_is_refused(command: Callable[[str], cmd.Command]) -> None:
    box = Scenario().stored("D1").announce("D2").login("tom")
    before = len(box.log)
    assert box.do(command(box.staff)).refusal
    assert len(box.log) == before, "nothing came of it"
