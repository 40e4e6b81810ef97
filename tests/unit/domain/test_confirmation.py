"""After the door is closed: a button makes the record more cautious, never less."""

from __future__ import annotations

import pytest

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Door, Item, Phase, RightStatus
from tests.unit.domain.builder import Scenario, plan

WITH_SENSOR = tuple(plan(f"A0{number}", item_sensor="yes") for number in (1, 2))


def closed() -> Scenario:
    return Scenario().stored("D1").present("R1").take()


def test_open_again_twice_at_most_each_its_own_event() -> None:
    box = closed()
    for _ in range(timing.REOPENINGS):
        box.says("open_again")
        assert box.one(ev.UnlockAuthorised).attempt == 1
        box.take()
    assert box.says("open_again").refusal == "reopened_enough"
    authorised = [event.authorisation for event in box.happened(ev.UnlockAuthorised)]
    assert len(authorised) == len(set(authorised)) == 2 + timing.REOPENINGS
    assert box.phase() is Phase.CONFIRMING
    box.says("everything")
    assert box.ended("R1") == "spent"


def test_missing_without_an_item_sensor_is_for_staff() -> None:
    box = closed()
    label = box.opening.compartment
    box.says("missing")
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "reported_missing")
    assert not box.compartment(label).in_service
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.present("R1").refusal == "counter"


@pytest.mark.parametrize("choice", ["missing", "everything", "error", ""])
def test_an_item_sensor_that_still_sees_the_envelope_has_the_last_word(choice: str) -> None:
    box = Scenario(cabinet=WITH_SENSOR).stored("D1")
    label = box.deposit("D1").compartment
    box.item(label, Item.PRESENT).present("R1").take()
    if choice:
        box.says(choice)
    else:
        box.wait(timing.CONFIRMATION)
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.present("R1").refusal


def test_an_item_sensor_that_sees_nothing_left_changes_nothing() -> None:
    box = Scenario(cabinet=WITH_SENSOR).stored("D1")
    label = box.deposit("D1").compartment
    box.item(label, Item.PRESENT).present("R1").pulsed().opens().item(label, Item.ABSENT).closes().says("everything")
    assert box.deposit_end("D1") == "collected_confirmed"


def test_an_error_on_the_document_is_collected_and_noted() -> None:
    box = closed().says("error")
    assert box.one(ev.ProblemReported).problem == "error"
    assert box.deposit_end("D1") == "collected_confirmed"
    assert box.ended("R1") == "spent"


def test_somebody_elses_envelope_is_put_back_and_staff_look() -> None:
    box = closed()
    label = box.opening.compartment
    box.says("foreign")
    assert box.one(ev.UnlockAuthorised).reason == "foreign"
    box.take()
    assert box.box.session is None, "nothing more is asked"
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "foreign")
    assert box.compartment(label).quarantine == ("foreign",)
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_foreign_and_then_the_door_left_open_is_no_collection() -> None:
    box = closed().says("foreign").pulsed().opens().wait(timing.LEFT_OPEN_ABANDONED)
    assert box.box.session is None
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert not box.ended("R1")


def test_foreign_and_then_a_jam_is_no_collection() -> None:
    box = closed().says("foreign").jams()
    assert (box.deposit("D1").status, box.deposit("D1").tries_left) == (DepositStatus.UNVERIFIED, 0)
    box.next_resident()
    assert not box.ended("R1")


def test_foreign_at_a_door_that_cannot_be_read_opens_no_second_time() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.goes_blind(label).present("R1").pulsed().wait(2_000)
    pulses = box.pulses
    assert box.phase() is Phase.CONFIRMING
    assert box.says("open_again").refusal == "reopened_enough"
    box.says("foreign")
    assert box.pulses == pulses, "a door without a witness is pulsed once"
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED


@pytest.mark.parametrize("choice", ["everything", "error", "missing", ""])
def test_a_door_that_came_open_again_is_in_doubt_whatever_is_tapped(choice: str) -> None:
    box = closed()
    label = box.opening.compartment
    box.opens(label)
    assert "unexpected_open:" + label in box.box.faults
    if choice:
        box.closes(label).says(choice)
    else:
        box.wait(timing.CONFIRMATION)
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    assert not box.ended("R1")


def test_nonsense_is_not_an_answer() -> None:
    box = closed()
    assert box.says("nothing").refusal == "wrong_choice"
    assert box.phase() is Phase.CONFIRMING


def test_presumed_empty_is_not_empty() -> None:
    box = closed()
    label = box.opening.compartment
    box.wait(timing.CONFIRMATION)
    assert box.compartment(label).contents is Contents.PRESUMED_EMPTY
    assert box.compartment(label).allottable
    assert box.compartment(label).door is Door.CLOSED
