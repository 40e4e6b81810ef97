"""Calendars: when open, when next, on the odd days of the year too; and periods counted in opening days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.hours import (
    HORIZON_DAYS,
    LOST_TIME_COUNTS,
    MINUTE,
    DatedSpan,
    Timetable,
    WeeklySpan,
    is_open,
    later_by_days,
    local_date,
    next_change,
    next_opening,
    opening_days_lost,
    spans_on,
)
from tests.unit.domain.calendars import ALWAYS, NEVER, WEEKDAYS, ZONE, at, timetable, week

BOX = WEEKDAYS.box
HOUR = 60 * MINUTE


def test_the_week() -> None:
    assert not is_open(BOX, ZONE, at("2026-11-22 12:00")), "Sunday"
    assert not is_open(BOX, ZONE, at("2026-11-23 05:59"))
    assert is_open(BOX, ZONE, at("2026-11-23 06:00"))
    assert is_open(BOX, ZONE, at("2026-11-23 22:00") - 1)
    assert not is_open(BOX, ZONE, at("2026-11-23 22:00"))


def test_what_comes_next() -> None:
    assert next_opening(BOX, ZONE, at("2026-11-22 12:00")) == at("2026-11-23 06:00")
    assert next_change(BOX, ZONE, at("2026-11-23 06:00")) == at("2026-11-23 22:00")
    assert next_opening(BOX, ZONE, at("2026-11-28 22:00")) == at("2026-11-30 06:00"), "over Sunday"
    assert next_opening(BOX, ZONE, at("2026-11-23 12:00")) == 0, "open now"


def test_a_closed_day_and_an_extra_opening() -> None:
    assert next_opening(BOX, ZONE, at("2026-12-23 23:00")) == at("2026-12-25 06:00")
    extra = replace(BOX, extra=(DatedSpan("2026-12-24", 9 * 60, 12 * 60), DatedSpan("2026-11-22", 600, 660)))
    assert next_opening(extra, ZONE, at("2026-12-23 23:00")) == at("2026-12-24 09:00"), "on a closed day too"
    assert is_open(extra, ZONE, at("2026-11-22 10:30"))


def test_midnight_between_two_spans_is_no_change() -> None:
    night = timetable(WeeklySpan(1, 22 * 60, 1440), WeeklySpan(2, 0, 120))
    assert next_change(night, ZONE, at("2026-11-23 23:00")) == at("2026-11-24 02:00")
    assert next_change(ALWAYS.box, ZONE, at("2026-11-23 23:00")) is None


def test_what_never_opens() -> None:
    assert next_change(NEVER, ZONE, at("2026-11-23 23:00")) is None
    assert next_opening(NEVER, ZONE, at("2026-11-23 23:00")) == 0
    assert later_by_days(NEVER, ZONE, at("2026-11-23 23:00"), 1) == 0


def test_spans_that_touch_or_overlap_are_one() -> None:
    table = timetable(*week("1", 8, 12), *week("1", 12, 14), extra=(DatedSpan("2026-11-23", 13 * 60, 16 * 60),))
    assert spans_on(table, ZONE, date(2026, 11, 23)) == ((at("2026-11-23 08:00"), at("2026-11-23 16:00")),)


def test_the_day_that_loses_an_hour() -> None:
    """2027-03-28: at 2 it is 3."""
    day = date(2027, 3, 28)
    assert [end - start for start, end in spans_on(timetable(*week("7", 0, 24)), ZONE, day)] == [23 * HOUR]
    inside = timetable(WeeklySpan(7, 2 * 60 + 15, 2 * 60 + 45))
    assert spans_on(inside, ZONE, day) == (), "that half hour is not on this day"
    assert next_opening(inside, ZONE, at("2027-03-27 12:00")) == at("2027-04-04 02:15")
    into = timetable(WeeklySpan(7, 60, 2 * 60 + 30))
    assert spans_on(into, ZONE, day) == ((at("2027-03-28 01:00"), at("2027-03-28 03:00")),)
    out_of = timetable(WeeklySpan(7, 2 * 60 + 30, 4 * 60))
    assert spans_on(out_of, ZONE, day) == ((at("2027-03-28 03:00"), at("2027-03-28 04:00")),)


def test_the_day_that_has_an_hour_twice() -> None:
    """2026-10-25: at 3 it is 2 again."""
    day = date(2026, 10, 25)
    assert [end - start for start, end in spans_on(timetable(*week("7", 0, 24)), ZONE, day)] == [25 * HOUR]
    until = timetable(WeeklySpan(7, 60, 2 * 60 + 30))
    assert spans_on(until, ZONE, day) == ((at("2026-10-25 01:00"), at("2026-10-25 02:30", fold=1)),)
    since = timetable(WeeklySpan(7, 2 * 60 + 30, 4 * 60))
    assert spans_on(since, ZONE, day) == ((at("2026-10-25 02:30"), at("2026-10-25 04:00")),)


def test_a_period_is_counted_in_opening_days_and_its_first_day_does_not_count() -> None:
    monday = at("2026-11-23 10:00")
    assert later_by_days(BOX, ZONE, monday, 1) == at("2026-11-24 22:00")
    assert later_by_days(BOX, ZONE, monday, 6) == at("2026-11-30 22:00"), "Sunday is no opening day"
    assert later_by_days(BOX, ZONE, at("2026-12-23 10:00"), 1) == at("2026-12-25 22:00"), "nor is 24 December"


def test_what_an_outage_costs() -> None:
    def lost(since: str, until: str) -> int:
        return opening_days_lost(BOX, ZONE, at(since), at(until))

    assert lost("2026-11-23 10:00", "2026-11-23 11:00") == 1
    assert lost("2026-11-23 21:00", "2026-11-25 06:30") == 3
    assert lost("2026-11-22 08:00", "2026-11-22 20:00") == 0, "Sunday"
    assert lost("2026-11-23 22:00", "2026-11-24 06:00") == 0, "at night"
    assert lost("2026-11-24 11:00", "2026-11-23 11:00") == 0
    start = at("2026-11-23 10:00")
    assert opening_days_lost(BOX, ZONE, start, start + LOST_TIME_COUNTS - 1) == 0
    assert opening_days_lost(BOX, ZONE, start, start + LOST_TIME_COUNTS) == 1


# --- for any calendar -------------------------------------------------------------------------------------------------

ZONES = ("Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Africa/Cairo")
MINUTES = st.integers(0, 1440)
#: Two years around several changes of the clocks, at any minute.
INSTANTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minute: int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000 + minute * MINUTE
)


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    def span() -> tuple[int, int]:
        first, second = draw(MINUTES), draw(MINUTES)
        return min(first, second), max(first, second)

    weekly = tuple(WeeklySpan(draw(st.integers(1, 7)), *span()) for _ in range(draw(st.integers(0, 6))))
    days = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat)
    closed = tuple(sorted(draw(st.sets(days, max_size=20))))
    extra = tuple(DatedSpan(draw(days), *span()) for _ in range(draw(st.integers(0, 3))))
    return Timetable(weekly, closed, extra)


def written_open(table: Timetable, zone: str, wall_ms: int) -> bool:
    """By the clock on the wall, minute by minute: what the file says."""
    local = datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone))
    minute, day = local.hour * 60 + local.minute, local.date()
    weekly = day.isoformat() not in table.closed and any(
        span.weekday == day.isoweekday() and span.start <= minute < span.end for span in table.weekly
    )
    return weekly or any(span.date == day.isoformat() and span.start <= minute < span.end for span in table.extra)


def odd(zone: str, wall_ms: int) -> bool:
    """Whether the clocks are changed within the day around this instant."""
    around = [datetime.fromtimestamp((wall_ms + hours * HOUR) / 1000, ZoneInfo(zone)) for hours in (-26, 0, 26)]
    return len({moment.utcoffset() for moment in around}) > 1


@given(table=timetables(), zone=st.sampled_from(ZONES), wall_ms=INSTANTS)
def test_it_is_open_when_the_clock_on_the_wall_says_so(table: Timetable, zone: str, wall_ms: int) -> None:
    if odd(zone, wall_ms):
        # An ambiguous hour belongs to the span as a whole: then it may be open for longer, never for shorter.
        assert is_open(table, zone, wall_ms) >= written_open(table, zone, wall_ms)
    else:
        assert is_open(table, zone, wall_ms) == written_open(table, zone, wall_ms)


@given(table=timetables(), zone=st.sampled_from(ZONES), wall_ms=INSTANTS, within=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_next_change_and_then_it_does(
    table: Timetable, zone: str, wall_ms: int, within: float
) -> None:
    change = next_change(table, zone, wall_ms)
    until = wall_ms + 90 * 24 * HOUR if change is None else change
    between = wall_ms + int((until - wall_ms) * within)
    assert is_open(table, zone, between) == is_open(table, zone, wall_ms)
    if change is not None:
        assert change > wall_ms
        assert is_open(table, zone, change) != is_open(table, zone, change - 1)


@given(table=timetables(), zone=st.sampled_from(ZONES), wall_ms=INSTANTS, days=st.integers(1, 40))
def test_a_period_ends_with_opening_on_its_last_day(table: Timetable, zone: str, wall_ms: int, days: int) -> None:
    until = later_by_days(table, zone, wall_ms, days)
    if not until:
        return
    assert is_open(table, zone, until - 1)
    first, last = local_date(zone, wall_ms) + timedelta(days=1), local_date(zone, until - 1)
    span = (last - first).days + 1
    assert sum(bool(spans_on(table, zone, first + timedelta(days=offset))) for offset in range(span)) == days
    assert span <= 2 * HORIZON_DAYS


@given(table=timetables(), zone=st.sampled_from(ZONES), wall_ms=INSTANTS, cut=st.integers(0, 20 * 24 * 60))
def test_an_outage_cut_in_two_costs_no_less(table: Timetable, zone: str, wall_ms: int, cut: int) -> None:
    end = wall_ms + 20 * 24 * HOUR
    middle = wall_ms + cut * MINUTE
    whole = opening_days_lost(table, zone, wall_ms, end)
    parts = opening_days_lost(table, zone, wall_ms, middle) + opening_days_lost(table, zone, middle, end)
    assert whole - 1 <= parts <= whole + 1


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_two_years_is_as_long_as_it_is(zone: str) -> None:
    table = timetable(*week("1234567", 0, 24))
    first = date(2026, 1, 1)
    for offset in range(730):
        (today,) = spans_on(table, zone, first + timedelta(days=offset))
        (tomorrow,) = spans_on(table, zone, first + timedelta(days=offset + 1))
        assert today[1] == tomorrow[0], "no gap and no overlap at midnight"
