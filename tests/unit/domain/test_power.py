"""Without the mains no coil is fired, what is begun is ended in order, and the mains' return makes all as it was."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.commands import JudgePower
from controller.domain.model import Phase, RightStatus, SessionEnd
from tests.unit.domain.builder import RULES, Scenario


def waiting(kind: str = "eAT") -> Scenario:
    box = Scenario()
    box.stored("D1", kind)
    return box


def fails(box: Scenario) -> Scenario:
    box.do(JudgePower(False))
    return box


def returns(box: Scenario) -> Scenario:
    box.do(JudgePower(True))
    return box


def test_a_code_is_refused_until_the_mains_are_back() -> None:
    box = fails(waiting())
    assert box.present("R1").refusal == "power_fail"
    assert box.the_right("R1").status is RightStatus.ISSUED
    returns(box)
    assert box.present("R1").one(ev.UnlockAuthorised).deposit == "D1"


def test_the_fault_is_said_once_and_cleared_once() -> None:
    box = fails(waiting())
    assert [event.code for event in box.now_happened(ev.FaultRaised)] == ["power_fail"]
    assert not fails(box).last
    assert [event.code for event in returns(box).now_happened(ev.FaultCleared)] == ["power_fail"]
    assert not returns(box).last


def test_a_session_before_its_door_ends() -> None:
    box = waiting("Personalausweis").present("R1")
    assert box.phase() is Phase.VERIFYING
    ended = fails(box).one(ev.SessionEnded)
    assert (ended.outcome, ended.reason) == (SessionEnd.ABORTED, "power_fail")
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_a_door_that_is_open_is_waited_for() -> None:
    box = waiting().present("R1").pulsed().opens()
    fails(box)
    assert box.phase() is Phase.DOOR_OPEN
    box.closes().says("everything")
    assert box.deposit_end("D1") == "collected_confirmed"
    assert box.ended("R1") == "spent"


def test_an_unlocking_door_that_opens_is_taken_as_opened() -> None:
    box = fails(waiting().present("R1").pulsed())
    assert box.phase() is Phase.UNLOCKING
    assert box.opens().phase() is Phase.DOOR_OPEN


def test_no_second_pulse_for_a_door_that_did_not_open() -> None:
    box = fails(waiting().present("R1").pulsed())
    box.wait(RULES.open_within_ms)
    assert box.pulses == 2, "the loading and the first"
    assert box.phase() is Phase.UNLOCK_FAILED
    box.wait(timing.JAM_PAGE)
    assert box.the_right("R1").status is RightStatus.ISSUED


def test_the_next_door_of_several_stays_closed() -> None:
    box = Scenario()
    box.announce("D1").announce("D2").right("R1", "D1", "D2").load("D1", "D2").present("R1").declare("several").take()
    fails(box).says("everything")
    ended = box.one(ev.SessionEnded)
    assert (ended.outcome, ended.reason) == (SessionEnd.DONE, "power_fail")
    assert box.the_right("R1").status is RightStatus.ISSUED
    assert len(box.happened(ev.UnlockAuthorised)) == 3, "two loadings, one pickup"


def test_open_again_is_refused_and_foreign_is_believed_without_another_opening() -> None:
    box = fails(waiting().present("R1").take())
    assert box.says("open_again").refusal == "power_fail"
    box.says("foreign")
    assert not box.now_happened(ev.UnlockAuthorised)
    assert box.deposit("D1").reason == "foreign"


def test_staff_are_logged_out_and_load_nothing() -> None:
    box = Scenario()
    box.announce("D1").login()
    assert fails(box).one(ev.StaffLoggedOut).reason == "power_fail"
    box.login().scan("D1")
    assert box.refusal == "power_fail"
    assert not box.now_happened(ev.UnlockAuthorised)


def test_staff_at_an_open_door_finish_it() -> None:
    box = Scenario()
    box.announce("D1").login().scan("D1").pulsed().opens()
    fails(box)
    assert box.box.staff_session is not None
    box.closes()
    assert box.deposit("D1").status.value == "stored"
