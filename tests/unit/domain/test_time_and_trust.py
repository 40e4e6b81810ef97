"""Expiry, not-before and the clock: nothing expires by a clock that nobody trusts, nor while the box is in the way."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide_time import expiring
from controller.domain.model import DepositStatus, RightStatus
from tests.unit.domain.builder import MORNING, Scenario

LATER = MORNING + timing.DAY


def until(expires: int = LATER, not_before: int = 0) -> Scenario:
    box = Scenario().announce("D1", "Personalausweis").right("R1", "D1", expires=expires, not_before=not_before)
    return box.load("D1")


def distrust(box: Scenario) -> Scenario:
    box.trusted = False
    return box.do(cmd.JudgeClock(False, "step"))


def test_an_expired_right_opens_nothing_and_the_envelope_stays() -> None:
    box = until().at(timing.DAY)
    assert box.present("R1").refusal == "expired"
    assert box.ended("R1") == "expired", "noted although refused"
    assert box.deposit("D1").status is DepositStatus.STORED
    assert box.present("R1").refusal == "code_unknown"


def test_a_tick_ends_it_too() -> None:
    box = until()
    assert expiring(box.box)
    box.at(timing.DAY).do(cmd.Tick())
    assert box.one(ev.RightEnded).end == "expired"
    assert not expiring(box.box)


def test_the_holding_period_counts_from_the_day_it_is_stored() -> None:
    box = Scenario().announce("D1", "Reisepass").right("R1", "D1").at(5 * timing.DAY).load("D1")
    issued = box.happened(ev.RightIssued)[-1]
    assert issued.expires_wall_ms == box.happened_at(issued).wall_ms + 28 * timing.DAY


def test_the_shortest_period_of_several_and_none_where_none_is_set() -> None:
    box = Scenario().announce("D1", "Reisepass").announce("D2").right("R1", "D1", "D2").load("D1", "D2")
    issued = box.happened(ev.RightIssued)[-1]
    assert issued.expires_wall_ms == box.happened_at(issued).wall_ms + 28 * timing.DAY
    assert Scenario().stored("D1", "Personalausweis").the_right("R1").expires_wall_ms == 0


def test_expiry_waits_for_the_session_that_claimed_it() -> None:
    box = until(MORNING + 30_000).present("R1")
    box.wall_ms = MORNING + 60_000
    box.do(cmd.Tick())
    assert box.the_right("R1").status is RightStatus.CLAIMED
    box.factor(True).take().says("everything")
    assert box.ended("R1") == "spent"


def test_and_comes_at_its_end_when_nothing_was_collected() -> None:
    box = until(MORNING + 30_000).present("R1")
    box.wall_ms = MORNING + 60_000
    box.do(cmd.CancelSession(box.session.id))
    assert box.ended("R1") == "expired"


def test_nothing_expires_while_the_clock_is_untrusted_and_pickups_go_on() -> None:
    box = distrust(until()).at(timing.DAY).do(cmd.Tick())
    assert not box.ended("R1")
    assert not box.present("R1").refusal
    assert "clock_untrusted" in box.box.faults


def test_a_box_that_never_had_the_time_says_so() -> None:
    box = Scenario(trusted=False)
    assert "clock_untrusted" in box.box.faults
    box.do(cmd.JudgeClock(True, "ntp"))
    assert not box.box.faults
    assert not box.do(cmd.JudgeClock(True, "ntp")).last


def test_nothing_expires_while_it_is_the_box_that_is_in_the_way() -> None:
    box = until()
    label = box.deposit("D1").compartment
    box.opens(label).closes(label).at(timing.DAY).do(cmd.Tick())
    assert not box.ended("R1")
    box.login().guided(label).report("envelope")
    extended = box.one(ev.HoldingPeriodExtended)
    assert extended.reason == "compartment"
    assert not box.do(cmd.Tick()).ended("R1"), "what was lost is given back first"
    assert box.at(extended.expires_wall_ms - box.wall_ms).do(cmd.Tick()).ended("R1") == "expired"


def test_not_before() -> None:
    box = until(0, not_before=MORNING + 3_600_000)
    assert box.present("R1").refusal == "not_yet"
    assert not box.at(3_600_000).present("R1").refusal


def test_not_before_by_an_untrusted_clock_is_for_staff_unless_it_has_surely_passed() -> None:
    box = distrust(until(0, not_before=MORNING + 3_600_000))
    box.wall_ms += timing.DAY
    assert box.present("R1").refusal == "counter"
    box.trusted = True
    box.do(cmd.JudgeClock(True, "staff"))
    distrust(box)
    box.wall_ms = 0
    assert not box.present("R1").refusal, "the high-water mark is beyond it"


def test_the_high_water_mark_only_rises_and_only_by_a_trusted_clock() -> None:
    box = Scenario()
    mark = box.box.high_water_wall_ms
    box.wall_ms -= timing.DAY
    box.do(cmd.SetFault("disk_low", "", True))
    assert box.box.high_water_wall_ms == mark
    box.trusted = False
    box.wall_ms += 9 * timing.DAY
    box.do(cmd.SetFault("disk_low", "", False))
    assert box.box.high_water_wall_ms == mark
