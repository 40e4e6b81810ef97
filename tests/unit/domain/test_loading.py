"""Loading: one scanned order, one empty compartment, booked by closing the door."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents, DepositStatus, Door, RightStatus
from tests.unit.domain.builder import RULES, Scenario, plan


def test_scan_open_put_in_close_booked() -> None:
    box = Scenario().announce("D1").right("R1", "D1").login().scan("D1")
    authorised = box.one(ev.UnlockAuthorised)
    assert (authorised.purpose, authorised.deposit, authorised.badges) == ("loading", "D1", ("lena",))
    box.pulsed().opens().closes()
    assert box.one(ev.DepositStored).by == "lena"
    assert box.deposit("D1").compartment == authorised.compartment
    assert box.compartment(authorised.compartment).contents is Contents.HOLDS
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.box.staff_session is not None
    assert box.box.staff_session.stored == 1
    assert not box.announce("D2").scan("D2").refusal, "the next scan needs no touch"


@pytest.mark.parametrize("staff", ["tom", "anna"])
def test_only_loaders_and_supervisors_load(staff: str) -> None:
    assert Scenario().announce("D1").login(staff).scan("D1").refusal == "role_missing"


def test_without_a_staff_session_a_barcode_opens_nothing() -> None:
    box = Scenario().announce("D1").scan("D1")
    assert box.refusal == "no_staff_session"
    assert not box.pulses


def test_what_opens_nothing() -> None:
    box = Scenario().stored("D1").announce("D2").hold("D2").login()
    assert box.scan("D9").refusal == "load_unknown"
    assert box.scan("D2").refusal == "load_held"
    assert box.scan("D1").refusal == "load_duplicate"
    assert box.details == {"compartment": box.deposit("D1").compartment}
    assert box.pulses == 1


def test_the_next_scan_waits_for_the_open_door() -> None:
    box = Scenario().announce("D1").announce("D2").login().scan("D1").pulsed().opens()
    assert box.scan("D2").refusal == "load_not_closed"
    assert box.logout().refusal == "load_not_closed"


def test_full() -> None:
    box = Scenario(cabinet=(plan("A01"), plan("A02", "S"))).stored("D1").announce("D2").login()
    assert box.scan("D2").refusal == "load_full", "the other one is too small"
    assert not box.announce("D3", size="S").scan("D3").refusal


def test_size_reach_wear_and_label() -> None:
    cabinet = (plan("A01", "L"), plan("A02", "M", 1500), plan("A03", "M", 700), plan("A04", "S"))
    box = Scenario(cabinet=cabinet).announce("D1").announce("D2", low=True).announce("D3", size="L").login()
    assert box.scan("D1").opening.compartment == "A02", "the smallest that fits, then the label"
    box.take()
    assert box.scan("D2").opening.compartment == "A03", "within reach"
    box.take()
    assert box.scan("D3").opening.compartment == "A01"


def test_the_least_used_one_first_and_seen_empty_before_presumed_empty() -> None:
    box = Scenario(cabinet=(plan("A01"), plan("A02"))).stored("D1").present("R1").take().says("everything")
    box.stored("D2", right="R2")
    assert box.deposit("D2").compartment == "A02", "A01 was opened more often"
    box = Scenario(cabinet=(plan("A01"), plan("A02"))).stored("D1").present("R1").take().wait(timing.CONFIRMATION)
    for name in ("D2", "D3"):
        box.announce(name).load(name)
    assert [box.deposit(name).compartment for name in ("D2", "D3")] == ["A02", "A01"]


def test_not_empty_after_all() -> None:
    box = Scenario().announce("D1").right("R1", "D1").login().scan("D1").pulsed().opens()
    label = box.opening.compartment
    box.do(cmd.ReportObstructed(box.staff)).closes()
    assert not box.happened(ev.DepositStored)
    assert box.compartment(label).quarantine == ("not_empty",)
    assert box.deposit("D1").status is DepositStatus.EXPECTED
    assert box.scan("D1").opening.compartment != label


def test_obstructed_needs_an_open_door() -> None:
    box = Scenario().announce("D1").login()
    assert box.do(cmd.ReportObstructed(box.staff)).refusal == "wrong_phase"
    box.scan("D1")
    assert box.do(cmd.ReportObstructed(box.staff)).refusal == "wrong_phase"


def test_a_door_that_does_not_open_leaves_the_envelope_in_the_hand() -> None:
    box = Scenario().announce("D1").login().scan("D1")
    label = box.opening.compartment
    box.jams()
    assert box.deposit("D1").status is DepositStatus.EXPECTED
    assert box.compartment(label).quarantine == ("jam",)
    assert box.scan("D1").opening.compartment != label


def test_a_sensor_that_fails_while_waiting_leaves_a_question() -> None:
    box = Scenario().announce("D1").login().scan("D1").goes_blind().wait(RULES.open_within_ms)
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "loading")
    box.do(cmd.AnswerLoading(box.staff, "D1", "no"))
    assert box.deposit("D1").status is DepositStatus.EXPECTED


@pytest.mark.parametrize("door", [Door.OPEN, Door.UNKNOWN])
def test_a_door_that_is_not_known_to_be_closed_is_not_allotted(door: Door) -> None:
    box = Scenario(cabinet=(plan("A01"),)).goes_blind("A01")
    box.sense("A01", door).announce("D1").login()
    assert box.scan("D1").refusal == "load_full"
    assert not box.sense("A01", Door.CLOSED).scan("D1").refusal


def test_left_open_while_loading_is_asked_at_the_next_login() -> None:
    box = Scenario().announce("D1").login().scan("D1").pulsed().opens().wait(timing.LEFT_OPEN_ABANDONED)
    assert (box.deposit("D1").status, box.deposit("D1").reason) == (DepositStatus.UNVERIFIED, "loading")
    box.login()
    answer = cmd.AnswerLoading(box.staff, "D1", "yes")
    assert box.do(answer).refusal == "load_not_closed", "the door still stands open"
    box.closes(box.deposit("D1").compartment).do(answer)
    assert box.deposit("D1").status is DepositStatus.STORED


def test_the_question_is_no_longer_enough_once_the_door_opened_by_itself() -> None:
    box = Scenario().announce("D1").login().scan("D1").pulsed().opens().restart(A01=Door.CLOSED)
    box.opens("A01").closes("A01").login()
    assert box.do(cmd.AnswerLoading(box.staff, "D1", "yes")).refusal == "nothing_to_answer"
    assert box.deposit("D1").reason == "unexpected_open"


def test_nothing_to_answer() -> None:
    box = Scenario().stored("D1").login()
    assert box.do(cmd.AnswerLoading(box.staff, "D1", "yes")).refusal == "nothing_to_answer"
    assert box.do(cmd.AnswerLoading(box.staff, "D9", "yes")).refusal == "nothing_to_answer"


def test_a_coil_that_rests_is_not_chosen() -> None:
    box = Scenario(cabinet=(plan("A01"), plan("A02"))).announce("D1").login().scan("D1").jams()
    assert box.compartment("A01").rest_until_mono_ms > box.mono_ms
    assert box.scan("D1").opening.compartment == "A02"
