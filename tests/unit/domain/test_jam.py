"""A door that does not open: bounded retries, each an authorisation of its own, then the jam page; nothing is lost."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Door, Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import GIVING_UP, RULES, Scenario


def test_retries_are_bounded_and_each_is_authorised() -> None:
    box = Scenario().stored("D1").present("R1")
    label = box.opening.compartment
    box.wait(GIVING_UP)
    attempts = [event for event in box.happened(ev.UnlockAuthorised) if event.purpose == "pickup"]
    assert [event.attempt for event in attempts] == [1, 2, 3]
    assert len({event.authorisation for event in attempts}) == 3
    assert box.phase() is Phase.UNLOCK_FAILED
    assert "jam:" + label in box.box.faults
    assert box.compartment(label).quarantine == ("jam",)
    assert box.compartment(label).possibly_unlatched


def test_the_last_attempt_waits_longer() -> None:
    box = Scenario().stored("D1").present("R1").wait(GIVING_UP - 1)
    assert box.phase() is Phase.UNLOCKING
    assert box.wait(1).phase() is Phase.UNLOCK_FAILED


def test_a_retry_that_works_is_an_ordinary_pickup() -> None:
    box = Scenario().stored("D1").present("R1").wait(RULES.open_within_ms + 1)
    assert box.opening.attempt == 2
    box.take().says("everything")
    assert box.ended("R1") == "spent"


def test_it_is_not_your_fault_the_right_stays_valid() -> None:
    box = Scenario().stored("D1").present("R1").jams().next_resident()
    assert box.happened(ev.SessionEnded)[-1].outcome == SessionEnd.UNLOCK_FAILED
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.deposit("D1").status is DepositStatus.STORED


def test_the_coil_rests_and_the_person_is_told_how_long() -> None:
    box = Scenario().stored("D1").present("R1").jams().next_resident()
    assert box.present("R1").refusal == "resting"
    assert box.details == {"wait_ms": RULES.rest_ms - timing.JAM_PAGE}
    box.at(RULES.rest_ms - timing.JAM_PAGE).present("R1").take().says("everything")
    assert box.ended("R1") == "spent"


def test_a_lock_whose_driver_cannot_fire_is_a_jam_at_once() -> None:
    box = Scenario().stored("D1").present("R1")
    label = box.opening.compartment
    box.pulsed("short_circuit")
    assert box.one(ev.PulseFailed).code == "short_circuit"
    assert {"lock_failed:" + label, "jam:" + label} <= set(box.box.faults)
    assert box.phase() is Phase.UNLOCK_FAILED
    box.next_resident().at(RULES.rest_ms).present("R1").take()
    assert "lock_failed:" + label not in box.box.faults, "it fires again"


def test_a_report_about_a_pulse_that_nobody_authorised_is_refused() -> None:
    box = Scenario().stored("D1").present("R1")
    for authorisation in ("", "A0", "A999"):
        assert box.do(cmd.PulseFinished(authorisation)).refusal == "authorisation_over"
        assert not box.last


def test_late_opening_after_giving_up_is_an_alarm_not_a_collection() -> None:
    box = Scenario().stored("D1").present("R1")
    label = box.opening.compartment
    box.jams().opens(label)
    assert box.one(ev.DoorOpened).cause == "late"
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    box.closes(label).next_resident()
    assert not box.deposit_end("D1")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.present("R1").refusal == "counter"
    assert not box.compartment(label).possibly_unlatched, "it has been open and closed"


def test_a_jam_when_opened_again_leaves_the_envelope_in_doubt_and_one_more_try() -> None:
    box = Scenario().stored("D1").present("R1").take().says("open_again").jams().next_resident()
    assert (box.deposit("D1").status, box.deposit("D1").tries_left) == (DepositStatus.UNVERIFIED, 1)
    box.at(RULES.rest_ms).present("R1").take().says("everything")
    assert box.ended("R1") == "spent"


def test_a_sensor_that_fails_while_waiting_ends_the_retries() -> None:
    box = Scenario().stored("D1").present("R1").goes_blind().wait(RULES.open_within_ms)
    assert len([event for event in box.happened(ev.UnlockAuthorised) if event.purpose == "pickup"]) == 1
    assert box.phase() is Phase.CONFIRMING
    box.says("everything")
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED, "nobody saw it open"
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_closed_when_authorised_and_open_now_is_evidence_even_if_unreadable_in_between() -> None:
    box = Scenario().stored("D1").present("R1").goes_blind().opens()
    assert box.one(ev.DoorOpened).cause == "authorised"
    assert box.phase() is Phase.DOOR_OPEN


def test_an_edge_from_before_the_authorisation_is_none() -> None:
    box = Scenario().stored("D1").present("R1")
    label = box.opening.compartment
    box.at(20).do(cmd.DoorSensed(label, Door.OPEN, box.mono_ms - 50))
    assert box.one(ev.DoorOpened).cause == "unexpected"
    assert box.deposit("D1").status is DepositStatus.UNVERIFIED
    box.closes(label).wait(GIVING_UP)
    assert not box.ended("R1")


def test_no_further_try_when_the_door_had_opened_by_itself_besides() -> None:
    box = Scenario().stored("D1").present("R1").take()
    label = box.opening.compartment
    box.opens(label).closes(label).says("open_again").jams()
    assert (box.deposit("D1").reason, box.deposit("D1").tries_left) == ("unexpected_open", 0)
