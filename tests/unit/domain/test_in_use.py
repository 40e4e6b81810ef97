"""Outside the hours of use and during a reported outage nothing begins; what has begun goes on; staff always may."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.hours import Calendar
from controller.domain.in_use import box_open, opens_wall_ms, staffed
from tests.unit.domain.builder import Scenario
from tests.unit.domain.calendars import ALWAYS, NEVER, WEEKDAYS, ZONE, at

#: Scenarios begin on a Sunday, when this box is closed.
MONDAY_SIX = at("2026-11-23 06:00")


def with_calendar(calendar: Calendar | None = WEEKDAYS, *, expires: int = 0) -> Scenario:
    box = Scenario().do(cmd.ActivateCalendar("calendar-1" if calendar else "", calendar))
    return box.announce("D1").right("R1", "D1", expires=expires).load("D1")


def until_wall(box: Scenario, wall_ms: int) -> Scenario:
    assert wall_ms >= box.wall_ms
    return box.at(wall_ms - box.wall_ms)


def test_closed_says_when_it_opens() -> None:
    box = with_calendar().present()
    assert (box.refusal, box.details) == ("closed", {"date_wall_ms": MONDAY_SIX})
    assert not box.last, "a code shown to a closed box is nothing that happened"
    assert until_wall(box, MONDAY_SIX - 1).present().refusal == "closed"
    assert not until_wall(box, MONDAY_SIX).present().refusal


def test_who_is_being_served_when_it_closes_is_served_to_the_end() -> None:
    box = with_calendar()
    until_wall(box, at("2026-11-23 22:00") - 1000).present().take()
    assert not box_open(box.box, box.now)
    box.says("open_again").take().says("everything")
    assert box.deposit_end("D1") == "collected_confirmed"


def test_without_a_calendar_it_is_always_open_and_nobody_knows_who_is_there() -> None:
    box = with_calendar(None)
    assert box_open(box.box, box.now)
    assert staffed(box.box, box.now) == "unknown"
    assert opens_wall_ms(box.box, box.now) == 0
    assert not box.present().refusal


def test_a_calendar_is_activated_once_and_can_be_taken_away() -> None:
    box = with_calendar()
    assert not box.do(cmd.ActivateCalendar("calendar-1", WEEKDAYS)).last
    assert box.do(cmd.ActivateCalendar("calendar-2", ALWAYS)).one(ev.CalendarActivated).zone == ZONE
    assert staffed(box.box, box.now) == "yes"
    assert box.do(cmd.ActivateCalendar("", None)).one(ev.CalendarWithdrawn).sha256 == "calendar-2"
    assert not box.do(cmd.ActivateCalendar("", None)).last
    for wrong in (cmd.ActivateCalendar("", ALWAYS), cmd.ActivateCalendar("calendar-3", None)):
        assert box.do(wrong).refusal == "calendar_wrong"


def test_a_box_that_never_opens_names_no_date() -> None:
    box = with_calendar(Calendar(ZONE, NEVER, NEVER))
    assert box.present().details == {"date_wall_ms": 0}


# --- by an untrusted clock --------------------------------------------------------------------------------------------


def distrust(box: Scenario) -> Scenario:
    box.trusted = False
    return box.do(cmd.JudgeClock(False, "test"))


def test_an_untrusted_clock_does_not_open_the_box() -> None:
    """Opening hours follow the last known time plus monotonic."""
    box = distrust(with_calendar())
    known = box.box.known_time
    box.wall_ms = MONDAY_SIX + 1
    assert box.present().refusal == "closed"
    box.at(MONDAY_SIX - known.wall_ms - (box.mono_ms - known.mono_ms))
    assert not box.present().refusal


def test_after_a_reboot_without_the_time_it_goes_on_from_the_last_known() -> None:
    box = with_calendar()
    until_wall(box, at("2026-11-23 21:00")).login().logout()
    box.die(reboot=True, down_ms=5 * 3_600_000)
    box.trusted, box.wall_ms = False, 0
    box.start()
    assert not box.present().refusal, "the box cannot know that it is night"
    box.do(cmd.CancelSession(box.session.id)) if box.box.session and not box.box.opening else box.take().says("missing")
    box.at(3_600_000)
    assert not box_open(box.box, box.now), "an hour of uptime later the last known day is over"


def test_a_box_that_never_knew_the_time_goes_by_its_wall_clock() -> None:
    box = Scenario(trusted=False).do(cmd.ActivateCalendar("calendar-1", WEEKDAYS))
    assert not box_open(box.box, box.now)
    box.wall_ms = MONDAY_SIX
    assert box_open(box.box, box.now)


# --- a reported outage ------------------------------------------------------------------------------------------------


def test_during_an_outage_nothing_begins_and_staff_work_on() -> None:
    box = with_calendar(ALWAYS).do(cmd.ReportOutage("defective", "sabine"))
    assert box.present().refusal == "outage"
    assert "outage:defective" in box.box.faults
    box.announce("D2").load("D2")
    assert not box.do(cmd.EndOutage("lena")).present().refusal
    assert "outage:defective" not in box.box.faults


def test_reporting_twice_or_ending_nothing_changes_nothing() -> None:
    box = with_calendar(ALWAYS)
    assert not box.do(cmd.EndOutage("lena")).last
    first = box.do(cmd.ReportOutage("defective", "sabine")).one(ev.OutageBegan)
    assert not box.at(60_000).do(cmd.ReportOutage("other", "lena")).last
    ended = box.do(cmd.EndOutage("lena")).one(ev.OutageEnded)
    assert (ended.reason, ended.by) == ("defective", "lena")
    assert (ended.since_wall_ms, ended.until_wall_ms) == (first.since_wall_ms, first.since_wall_ms + 60_000)


def test_who_may_report_and_for_which_reason() -> None:
    box = with_calendar(ALWAYS)
    assert box.do(cmd.ReportOutage("no idea", "sabine")).refusal == "reason_unknown"
    for command in (cmd.ReportOutage("defective", "anna"), cmd.EndOutage("anna")):
        assert box.do(command).refusal == "role_missing", "an auditor only reads"
    assert not box.do(cmd.ReportOutage("defective", "an-office-id")).refusal


def test_the_central_system_reports_and_ends_an_outage() -> None:
    box = with_calendar(ALWAYS)
    box.do(cmd.CentralReportOutage("central", "x1", "building_closed"))
    assert [type(event) for event in box.last][:2] == [ev.OutageBegan, ev.FaultRaised]
    assert box.one(ev.CommandSettled).name == "outage.report"
    assert box.present().refusal == "outage"
    box.do(cmd.CentralEndOutage("central", "x2"))
    assert box.one(ev.OutageEnded).by == "central"
    refused = box.do(cmd.CentralReportOutage("central", "x3", "why")).one(ev.CommandSettled)
    assert (refused.result, refused.code) == ("rejected", "reason_unknown")


def test_a_session_ends_in_peace_during_an_outage() -> None:
    box = with_calendar(ALWAYS).present().pulsed().opens().do(cmd.ReportOutage("defective", "sabine"))
    box.closes().says("everything")
    assert box.ended("R1") == "spent"


def test_an_outage_outlives_a_restart() -> None:
    box = with_calendar(ALWAYS).do(cmd.ReportOutage("defective", "sabine")).restart()
    assert box.present().refusal == "outage"


# --- who works here says for how long ---------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_a_time_that_cannot_be_meant(minutes: int) -> None:
    box = Scenario().login("tom")
    assert box.do(cmd.SetBackAt(box.staff, minutes)).refusal == "wrong_choice"


def test_back_at_about() -> None:
    box = Scenario().login("tom")
    box.do(cmd.SetBackAt(box.staff, 30))
    assert box.box.staff_session is not None
    assert box.box.staff_session.back_wall_ms == box.wall_ms + 30 * 60_000
    box.do(cmd.SetBackAt(box.staff, 0))
    assert box.box.staff_session.back_wall_ms == 0
