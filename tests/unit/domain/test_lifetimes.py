"""Nothing stays in the books for ever: a blocked right's period ends, and a missing envelope's case can be closed."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus, Purpose, RightStatus
from tests.unit.domain.builder import MORNING, Scenario

PERIOD = 10 * timing.DAY


def blocked() -> Scenario:
    box = Scenario().announce("D1", "Reisepass").right("R1", "D1", expires=MORNING + PERIOD).load("D1")
    for _ in range(timing.FACTORS_PER_RIGHT):
        if box.box.session is None:
            box.present("R1")
        box.factor(False)
    assert box.the_right("R1").status is RightStatus.BLOCKED
    return box


def missing(*others: str) -> tuple[Scenario, str]:
    """D1 has gone out of its compartment, which is named; the right over it and ``others`` was issued."""
    box = Scenario()
    for name in ("D1", *others):
        box.announce(name)
    box.right("R1", "D1", *others, expires=MORNING + PERIOD).load("D1", *others)
    label = box.deposit("D1").compartment
    box.login().guided(label).report("empty", "missing").logout()
    assert box.deposit("D1").status is DepositStatus.MISSING
    return box, label


# --- a blocked right ---


def test_a_blocked_right_ends_with_its_period_and_staff_are_told_to_fetch_the_envelope() -> None:
    box = blocked().wait(PERIOD)
    assert box.ended("R1") == "expired"
    assert box.deposit("D1").overdue, "it stands on the list of what is to be recalled"
    assert not box.login().do(cmd.StartRound(box.staff, Purpose.RECALL, "")).refusal


def test_a_blocked_right_s_period_stands_still_while_the_box_is_out_of_order() -> None:
    box = blocked().do(cmd.ReportOutage("defective", "sabine")).wait(PERIOD)
    assert box.the_right("R1").status is RightStatus.BLOCKED


# --- a missing envelope ---


def test_what_lies_there_beside_it_is_collected_or_expires_all_the_same() -> None:
    box, _ = missing("D2")
    assert not box.the_right("R1").paused_reason
    assert not box.present("R1").refusal
    box.take().says("everything")
    assert box.deposit_end("D2").startswith("collected")
    box, _ = missing("D2")
    box.wait(PERIOD)
    assert box.ended("R1") == "expired"
    assert box.deposit("D2").overdue


def test_the_holder_of_nothing_but_a_missing_envelope_is_never_told_that_it_is_safe() -> None:
    box, _ = missing()
    box.wait(2 * PERIOD)
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert box.present("R1").refusal == "counter"


def test_the_others_are_handed_out_though_one_went_missing_before_they_came() -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1", "D2").load("D1")
    box.login().guided(box.deposit("D1").compartment).report("empty", "missing").logout()
    assert box.the_right("R1").status is RightStatus.PREPARED
    box.load("D2")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert not box.present("R1").refusal


def test_found_again_it_is_scanned_and_loaded_and_the_alarm_is_over() -> None:
    box, label = missing()
    assert f"document_missing:{label}" in box.box.faults
    box.login()
    assert not box.scan("D1").refusal
    assert box.opening.purpose is Purpose.LOADING
    box.take()
    assert box.deposit("D1").status is DepositStatus.STORED
    assert f"document_missing:{label}" not in box.box.faults
    assert not box.logout().present("R1").refusal


def test_found_again_while_there_is_no_room_it_is_still_missing() -> None:
    box, label = missing()
    box.login("sabine")
    for other in box.box.compartments:
        box.do(cmd.SetService(box.staff, other, False, "lock"))
    assert box.logout().login().scan("D1").refusal == "load_full"
    assert not box.now_happened(ev.DepositReturnedToExpected)
    assert box.deposit("D1").status is DepositStatus.MISSING
    assert f"document_missing:{label}" in box.box.faults


def test_its_case_is_closed_by_cancelling_the_order() -> None:
    box, label = missing()
    assert not box.cancel("D1").refusal
    assert box.deposit_end("D1") == "cancelled"
    assert box.ended("R1") == "withdrawn"
    assert f"document_missing:{label}" not in box.box.faults


def test_the_alarm_stands_while_another_is_missing() -> None:
    box, label = missing()
    box.announce("D8").load("D8").login()
    other = box.deposit("D8").compartment
    box.guided(other).report("empty", "missing").logout()
    box.cancel("D1")
    assert box.box.faults, "one is still missing"
    box.cancel("D8")
    assert not [key for key in box.box.faults if key.startswith("document_missing")], (label, other)
