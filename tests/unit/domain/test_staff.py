"""Badge and PIN, lockout, taking over the front, and when a staff session ends."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Holder, Phase, Purpose, RightStatus
from tests.unit.domain.builder import Scenario


def test_badge_and_pin() -> None:
    box = Scenario().badge("lena").pin("lena")
    assert box.one(ev.StaffLoggedIn).staff == "lena"
    assert box.box.lease is Holder.STAFF
    assert Scenario().login("tom").box.lease is Holder.TECHNICIAN
    assert box.logout().box.lease is Holder.NOBODY


def test_no_badge_no_pin() -> None:
    assert Scenario().do(cmd.TryStaffPin()).refusal == "badge_needed"
    assert Scenario().do(cmd.StaffPinCompared("lena", True)).refusal == "badge_needed"
    assert Scenario().badge("nobody").refusal == "badge_unknown"


def test_a_badge_is_good_for_thirty_seconds() -> None:
    assert not Scenario().badge("lena").at(timing.BADGE_VALID).do(cmd.TryStaffPin()).refusal
    assert Scenario().badge("lena").at(timing.BADGE_VALID + 1).do(cmd.TryStaffPin()).refusal == "badge_needed"


def test_a_badge_from_the_future_or_of_another_boot_is_none() -> None:
    box = Scenario()
    assert box.do(cmd.PresentBadge("lena", box.mono_ms + 1)).refusal == "badge_needed"
    assert box.badge("lena").die(reboot=True).start().do(cmd.TryStaffPin()).refusal == "badge_needed"


def test_the_pin_belongs_to_the_badge_seen_last() -> None:
    box = Scenario().badge("lena").do(cmd.TryStaffPin()).badge("sabine")
    assert box.do(cmd.StaffPinCompared("lena", True)).refusal == "badge_needed"
    assert box.do(cmd.StaffPinCompared("sabine", True)).refusal == "badge_needed", "sabine has typed nothing"
    assert box.box.staff_session is None


def test_five_wrong_pins_lock_the_member_until_somebody_unlocks() -> None:
    box = Scenario().badge("lena")
    for left in (4, 3, 2, 1):
        assert box.pin("lena", False).details == {"tries_left": left}
    assert box.pin("lena", False).refusal == "staff_locked"
    assert box.box.staff["lena"].locked
    assert box.badge("lena").refusal == "staff_locked"
    assert not box.badge("sabine").refusal, "nobody else is locked out"
    box.do(cmd.RegisterStaff("lena", ("loader", "supervisor")))
    assert box.box.staff["lena"].locked, "new roles forgive nothing"
    box.do(cmd.UnlockStaff("lena", "sabine"))
    assert not box.badge("lena").pin("lena").refusal


def test_a_pin_is_counted_before_it_is_compared() -> None:
    box = Scenario()
    for _ in range(timing.STAFF_PINS):
        box.badge("lena").do(cmd.TryStaffPin()).restart()
    assert box.box.staff["lena"].failed_pins == timing.STAFF_PINS
    assert box.badge("lena").do(cmd.TryStaffPin()).refusal == "staff_locked"
    assert box.one(ev.StaffLocked).staff == "lena"


def test_registering_again_is_no_news_and_nonsense_is_refused() -> None:
    box = Scenario()
    assert not box.do(cmd.RegisterStaff("lena", ("loader",))).last
    assert box.do(cmd.RegisterStaff("lena", ())).refusal == "role_unknown"
    assert box.do(cmd.RegisterStaff("lena", ("king",))).refusal == "role_unknown"
    assert box.do(cmd.UnlockStaff("nobody", "sabine")).refusal == "staff_unknown"


def test_one_at_a_time() -> None:
    box = Scenario().stored("D1").login("lena")
    assert box.do(cmd.TryStaffPin()).refusal == "busy"
    assert box.present("R1").refusal == "busy"
    assert box.details == {"holder": "staff"}


def test_idle_staff_are_logged_out() -> None:
    box = Scenario().login("lena").wait(timing.STAFF_IDLE)
    assert box.one(ev.StaffLoggedOut).reason == "idle"


def test_but_not_while_a_door_stands_open() -> None:
    box = Scenario().announce("D1").login().scan("D1").pulsed().opens().wait(timing.STAFF_IDLE + 1)
    assert box.box.staff_session is not None
    box.closes()
    assert box.deposit("D1").status is DepositStatus.STORED


@pytest.mark.parametrize("phase", [Phase.UNLOCKING, Phase.DOOR_OPEN])
def test_a_door_within_its_opening_time_is_not_taken_over(phase: Phase) -> None:
    box = Scenario().stored("D1").present("R1")
    if phase is Phase.DOOR_OPEN:
        box.pulsed().opens()
    assert box.badge("lena").pin("lena").refusal == "busy"
    assert box.session.phase is phase
    assert box.box.staff["lena"].failed_pins == 0, "a correct PIN at a bad moment uses up no try"


def test_a_session_that_was_only_asked_is_taken_over_and_the_right_stays() -> None:
    box = Scenario().stored("D1", "Personalausweis").present("R1").badge("lena").pin("lena")
    assert box.one(ev.SessionEnded).reason == "staff_took_over"
    assert box.one(ev.StaffLoggedIn).staff == "lena"
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_somebody_who_does_not_answer_is_taken_over_as_if_the_time_were_up() -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1", "D2").load("D1", "D2")
    box.present("R1").declare("several").take()
    pulses = box.pulses
    box.badge("lena").pin("lena")
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert box.pulses == pulses, "the next door stays closed"
    assert box.deposit("D2").status is DepositStatus.STORED
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.box.lease is Holder.STAFF


def test_taking_over_the_last_confirmation_spends_the_right() -> None:
    box = Scenario().stored("D1").present("R1").take().badge("lena").pin("lena")
    assert box.ended("R1") == "spent"
    assert box.box.lease is Holder.STAFF


def test_a_jam_and_a_door_left_open_can_always_be_taken_over() -> None:
    box = Scenario().stored("D1").present("R1").jams().badge("lena").pin("lena")
    assert box.box.lease is Holder.STAFF
    assert box.the_right("R1").status is RightStatus.ISSUED

    box = Scenario().stored("D1").present("R1").pulsed().opens().wait(180_000)
    label = box.opening.compartment
    assert box.phase() is Phase.LEFT_OPEN
    box.badge("lena").pin("lena")
    assert box.box.lease is Holder.STAFF
    assert box.deposit_end("D1") == "collected_unconfirmed"
    assert "left_open:" + label in box.box.faults
    assert not box.compartment(label).in_service


@pytest.mark.parametrize("session", ["", "P0", "S1"])
def test_a_wrong_session_id_does_nothing(session: str) -> None:
    box = Scenario().stored("D1").login()
    label = box.deposit("D1").compartment
    for command in (
        cmd.LogOut(session),
        cmd.ReportObstructed(session),
        cmd.AnswerLoading(session, "D1", "yes"),
        cmd.RequestOpening(session, label, Purpose.RECALL, ""),
        cmd.DropRequest(session),
        cmd.ReportContents(session, "empty", "recalled"),
        cmd.TestCompartment(session, "A08"),
    ):
        assert box.do(command).refusal == "no_staff_session"
        assert not box.last
