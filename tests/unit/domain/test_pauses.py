"""Holding periods are counted in opening days and stand still while the box is in the way; each pause, a new date."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.hours import Calendar
from controller.domain.model import Door
from controller.domain.timing import DAY
from tests.unit.domain.builder import Scenario
from tests.unit.domain.calendars import WEEKDAYS, at
from tests.unit.domain.test_in_use import until_wall

#: Scenarios begin on Sunday, 2026-11-22. Reisepass waits 28 opening days; eAT 56.
MINUTE = 60_000


def stored(calendar: Calendar | None = WEEKDAYS, *types: str, expires: int = 0) -> Scenario:
    box = Scenario().do(cmd.ActivateCalendar("calendar-1" if calendar else "", calendar))
    return box.announce("D1", *types).right("R1", "D1", expires=expires).load("D1")


def outage(box: Scenario, since: str, until: str) -> Scenario:
    until_wall(box, at(since)).do(cmd.ReportOutage("defective", "sabine"))
    return until_wall(box, at(until)).do(cmd.EndOutage("sabine"))


def expiry(box: Scenario) -> int:
    return box.the_right("R1").expires_wall_ms


def test_the_period_is_counted_in_opening_days() -> None:
    box = stored(WEEKDAYS, "Reisepass")
    # 28 opening days without Sundays and without 24 December, to the close of the last.
    assert expiry(box) == at("2026-12-25 22:00")
    assert not until_wall(box, expiry(box) - 1).do(cmd.Tick()).ended("R1")
    assert box.at(1).do(cmd.Tick()).ended("R1") == "expired"


def test_without_a_calendar_a_day_has_24_hours() -> None:
    box = stored(None, "Reisepass")
    (issued,) = box.happened(ev.RightIssued)
    assert issued.expires_wall_ms == box.happened_at(issued).wall_ms + 28 * DAY


def test_a_date_that_was_asked_for_stays() -> None:
    assert expiry(stored(expires=at("2026-11-29 12:00"))) == at("2026-11-29 12:00")


def test_an_outage_gives_back_the_days_it_took() -> None:
    box = outage(stored(expires=at("2026-11-27 22:00")), "2026-11-23 10:00", "2026-11-25 08:00")
    extended = box.one(ev.HoldingPeriodExtended)
    assert (extended.right, extended.reason, extended.days) == ("R1", "outage", 3)
    assert (extended.since_wall_ms, extended.until_wall_ms) == (at("2026-11-23 10:00"), at("2026-11-25 08:00"))
    assert expiry(box) == extended.expires_wall_ms == at("2026-12-01 22:00"), "Friday and three opening days"


def test_nothing_expires_during_an_outage_however_long() -> None:
    box = stored(expires=at("2026-11-24 22:00"))
    until_wall(box, at("2026-11-24 10:00")).do(cmd.ReportOutage("building_closed", "sabine"))
    until_wall(box, at("2026-12-15 12:00")).do(cmd.Tick())
    assert not box.ended("R1")
    box.do(cmd.EndOutage("sabine")).do(cmd.Tick())
    assert not box.ended("R1")
    assert expiry(box) > at("2026-12-15 22:00")
    assert not box.present().refusal


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-11-22 12:00", "2026-11-22 20:00"), ("2026-11-23 23:00", "2026-11-24 05:00")],
    ids=["sunday", "night"],
)
def test_an_outage_while_the_box_is_closed_costs_nothing(since: str, until: str) -> None:
    box = stored(expires=at("2026-11-27 22:00"))
    outage(box, since, until)
    assert box.one(ev.HoldingPeriodResumed).right == "R1"
    assert expiry(box) == at("2026-11-27 22:00")


def test_without_a_calendar_the_time_itself_is_given_back() -> None:
    box = stored(None, "Reisepass")
    before = expiry(box)
    box.do(cmd.ReportOutage("defective", "sabine")).at(36 * 60 * MINUTE).do(cmd.EndOutage("sabine"))
    assert expiry(box) == before + 36 * 60 * MINUTE
    assert box.one(ev.HoldingPeriodExtended).days == 2


def test_a_right_that_is_issued_during_an_outage_waits_from_then_on() -> None:
    box = Scenario().do(cmd.ActivateCalendar("calendar-1", WEEKDAYS)).do(cmd.ReportOutage("defective", "sabine"))
    until_wall(box, at("2026-11-24 12:00")).announce("D1").right("R1", "D1").load("D1")
    until_wall(box, at("2026-11-24 18:00")).do(cmd.EndOutage("sabine"))
    assert box.one(ev.HoldingPeriodExtended).days == 1


def test_rights_without_a_period_or_without_their_envelope_are_left_alone() -> None:
    box = stored(WEEKDAYS, "Personalausweis").announce("D2").right("R2", "D2")
    outage(box, "2026-11-23 10:00", "2026-11-25 08:00")
    assert not box.happened(ev.HoldingPeriodPaused)


# --- the compartment is in the way ------------------------------------------------------------------------------------


def jammed() -> Scenario:
    box = stored(expires=at("2026-11-27 22:00"))
    until_wall(box, at("2026-11-23 10:00")).present().jams()
    box.next_resident()
    return box


def test_a_jam_stops_the_period_of_the_one_who_stands_there() -> None:
    box = jammed()
    (paused,) = box.happened(ev.HoldingPeriodPaused)
    assert (paused.right, paused.reason) == ("R1", "compartment")
    until_wall(box, at("2026-11-24 09:00")).login().guided(
        "A01" if not box.deposit("D1").compartment else box.deposit("D1").compartment
    )
    extended = box.report("envelope").one(ev.HoldingPeriodExtended)
    assert (extended.reason, extended.days) == ("compartment", 2)
    assert expiry(box) == at("2026-11-30 22:00")


def test_a_jam_within_an_outage_is_one_pause() -> None:
    box = stored(expires=at("2026-11-27 22:00"))
    until_wall(box, at("2026-11-23 10:00")).do(cmd.ReportOutage("defective", "sabine"))
    label = box.deposit("D1").compartment
    until_wall(box, at("2026-11-24 10:00")).opens(label).closes(label)
    until_wall(box, at("2026-11-25 10:00")).do(cmd.EndOutage("sabine"))
    assert not box.now_happened(ev.HoldingPeriodExtended), "its compartment is still to be looked at"
    until_wall(box, at("2026-11-26 10:00")).login().guided(label).report("envelope")
    extended = box.one(ev.HoldingPeriodExtended)
    assert (extended.since_wall_ms, extended.days) == (at("2026-11-23 10:00"), 4)
    assert len(box.happened(ev.HoldingPeriodPaused)) == 1


def test_a_collected_envelope_ends_the_pause_with_its_right() -> None:
    box = jammed()
    box.at(31_000).present().take().says("everything")
    assert box.ended("R1") == "spent"
    assert not box.happened(ev.HoldingPeriodExtended)


# --- the controller did not run ---------------------------------------------------------------------------------------


def test_a_restart_costs_nothing() -> None:
    box = until_wall(stored(expires=at("2026-11-27 22:00")), at("2026-11-23 10:00")).login().logout()
    box.die(reboot=True, down_ms=4 * MINUTE).start()
    assert not box.happened(ev.DowntimeCounted)
    assert expiry(box) == at("2026-11-27 22:00")


def test_a_box_without_power_gives_back_what_was_lost() -> None:
    box = until_wall(stored(expires=at("2026-11-27 22:00")), at("2026-11-23 10:00")).login().logout()
    since = box.wall_ms
    box.die(reboot=True, down_ms=at("2026-11-24 12:00") - since).start()
    counted = box.one(ev.DowntimeCounted)
    assert (counted.since_wall_ms, counted.until_wall_ms) == (since, at("2026-11-24 12:00"))
    assert box.one(ev.HoldingPeriodExtended).reason == "downtime"
    assert expiry(box) == at("2026-11-30 22:00"), "two days"


def test_what_expired_without_power_is_given_its_days_first() -> None:
    box = until_wall(stored(expires=at("2026-11-23 22:00")), at("2026-11-23 10:00")).login().logout()
    box.die(reboot=True, down_ms=at("2026-11-25 12:00") - box.wall_ms).start().do(cmd.Tick())
    assert not box.ended("R1")
    assert not box.present().refusal


def test_a_start_without_the_time_counts_when_it_has_it() -> None:
    box = until_wall(stored(expires=at("2026-11-27 22:00")), at("2026-11-23 10:00")).login().logout()
    since, now = box.wall_ms, at("2026-11-24 12:00")
    box.die(reboot=True)
    box.trusted, box.wall_ms = False, 0
    box.start().at(10 * MINUTE)
    assert not box.happened(ev.DowntimeCounted)
    box.trusted, box.wall_ms = True, now + 10 * MINUTE
    box.do(cmd.JudgeClock(True, "synchronised"))
    counted = box.one(ev.DowntimeCounted)
    assert (counted.since_wall_ms, counted.until_wall_ms) == (since, now)
    assert expiry(box) == at("2026-11-30 22:00")
    assert box.box.downtime is None


def test_two_starts_without_the_time_are_one_gap() -> None:
    box = until_wall(stored(expires=at("2026-11-27 22:00")), at("2026-11-23 10:00")).login().logout()
    since = box.wall_ms
    for _ in range(2):
        box.die(reboot=True)
        box.trusted, box.wall_ms = False, 0
        box.start()
    box.trusted, box.wall_ms = True, at("2026-11-24 12:00")
    assert box.do(cmd.JudgeClock(True, "synchronised")).one(ev.DowntimeCounted).since_wall_ms == since


def test_time_without_power_within_a_pause_counts_once() -> None:
    box = jammed()
    label = box.deposit("D1").compartment
    box.die(reboot=True, down_ms=at("2026-11-24 12:00") - box.wall_ms).start()
    assert not box.happened(ev.HoldingPeriodExtended)
    box.login().guided(label).report("envelope")
    assert [event.days for event in box.happened(ev.HoldingPeriodExtended)] == [2]


def test_a_pause_that_begins_with_the_restart_does_not_swallow_the_gap() -> None:
    """Power went while the door was being opened: the compartment is clarified only after the gap."""
    box = until_wall(stored(expires=at("2026-11-27 22:00")), at("2026-11-23 10:00")).present()
    label = box.opening.compartment
    box.die(reboot=True, down_ms=at("2026-11-24 12:00") - box.wall_ms).start(**{label: Door.CLOSED})
    assert box.one(ev.HoldingPeriodExtended).reason == "downtime"
    assert box.the_right("R1").paused_reason == "compartment"
    until_wall(box, at("2026-11-25 12:00")).login().guided(label).report("envelope")
    assert [(event.reason, event.days) for event in box.happened(ev.HoldingPeriodExtended)] == [
        ("downtime", 2),
        ("compartment", 2),
    ]
