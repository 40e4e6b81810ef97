"""A door is what its sensor says: what opens by itself, what stands open, what cannot be read."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Door, Item, Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import RULES, Scenario, plan


def test_a_door_that_opens_by_itself_is_an_alarm_and_what_lay_inside_is_in_doubt() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.opens(label)
    assert box.one(ev.DoorOpened).cause == "unexpected"
    assert (box.deposit("D1").status, box.deposit("D1").tries_left) == (DepositStatus.UNVERIFIED, 0)
    assert "unexpected_open:" + label in box.box.faults
    box.closes(label)
    assert "unexpected_open:" + label in box.box.faults, "the alarm stands until somebody has looked"
    assert not box.compartment(label).in_service
    assert box.present("R1").refusal == "counter"
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_an_empty_one_too_is_not_allotted_until_somebody_has_looked() -> None:
    box = Scenario().opens("A01").closes("A01").announce("D1").load("D1")
    assert box.deposit("D1").compartment == "A02"


def test_it_does_not_disturb_the_person_at_another_door() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens("A08")
    assert box.phase() is Phase.UNLOCKING
    box.opens().closes().says("everything")
    assert box.ended("R1") == "spent"


def test_left_open_reminder_staff_alarm_and_the_box_serves_on() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").present("R1").pulsed().opens()
    label = box.opening.compartment
    start = box.mono_ms
    box.wait(timing.LEFT_OPEN_ABANDONED - 1)
    stages = {event.stage: at.mono_ms - start for event, at in box.log if isinstance(event, ev.DoorLeftOpen)}
    assert stages == {"reminder": 30_000, "staff": 60_000, "alarm": 180_000}
    assert box.phase() is Phase.LEFT_OPEN
    assert "left_open:" + label in box.box.faults
    assert box.present("R2").refusal == "busy"

    box.wait(1)
    assert box.one(ev.SessionEnded).outcome == SessionEnd.LEFT_OPEN
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.ended("R1") == "spent", "it was seen to open"
    assert box.compartment(label).contents is Contents.UNKNOWN
    assert "left_open:" + label in box.box.faults, "the alarm stands"
    assert not box.present("R2").refusal
    box.take().says("everything").closes(label)
    assert "left_open:" + label not in box.box.faults
    assert not box.compartment(label).in_service


def test_left_open_with_the_envelope_still_inside_is_no_collection() -> None:
    box = Scenario(cabinet=(plan("A01", item_sensor="yes"),)).stored("D1").item("A01", Item.PRESENT)
    box.present("R1").pulsed().opens().wait(timing.LEFT_OPEN_ABANDONED)
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "left_open")
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_closed_after_the_alarm_is_asked_like_any_other() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens().wait(200_000).closes()
    assert box.phase() is Phase.CONFIRMING
    assert not box.box.faults
    box.says("everything")
    assert box.ended("R1") == "spent"


def test_one_late_tick_catches_up_with_every_stage_at_once() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens().at(3_600_000).do(cmd.Tick())
    assert [event.stage for event in box.now_happened(ev.DoorLeftOpen)] == ["reminder", "staff", "alarm"]
    assert box.box.session is None


def test_a_sensor_that_never_closes_does_not_hold_up_the_box_for_ever() -> None:
    box = Scenario().stored("D1").present("R1").pulsed().opens().goes_blind().wait(timing.LEFT_OPEN_ABANDONED)
    assert box.box.session is None
    assert box.deposit_end("D1") == "collected_unconfirmed"


def test_an_unreadable_door_is_a_fault_that_clears_itself() -> None:
    box = Scenario().goes_blind("A05")
    assert set(box.box.faults) == {"door_unreadable:A05"}
    box.sense("A05", Door.CLOSED)
    assert not box.box.faults
    assert box.compartment("A05").in_service


def test_a_door_that_cannot_be_read_is_pulsed_once_and_then_the_record_says_that_nobody_saw_it() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.goes_blind(label).present("R1")
    assert box.one(ev.UnlockAuthorised).door_before == "unknown"
    pulses = box.pulses
    box.pulsed().wait(RULES.open_within_ms)
    assert box.one(ev.OpeningUnwitnessed).compartment == label
    box.says("everything")
    assert box.pulses == pulses
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "sensor")
    assert box.the_right("R1").status is RightStatus.ISSUED, "spent only on evidence"
    assert box.present("R1").refusal == "counter"


def test_readable_open_after_unreadable_with_something_inside_is_an_alarm_all_the_same() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.goes_blind(label).sense(label, Door.OPEN)
    assert "unexpected_open:" + label in box.box.faults
    assert box.goes_blind("A08").sense("A08", Door.OPEN).one(ev.DoorRead).level == "open"


@pytest.mark.parametrize("door", list(Door))
def test_the_same_level_again_is_no_news(door: Door) -> None:
    box = Scenario().sense("A01", door)
    assert not box.sense("A01", door).last


def test_a_door_that_the_cabinet_does_not_have() -> None:
    box = Scenario().do(cmd.DoorSensed("Z99", Door.OPEN, 0))
    assert box.refusal == "compartment_unknown"
    assert box.item("A01", Item.PRESENT).refusal == "compartment_unknown", "it has no item sensor"
