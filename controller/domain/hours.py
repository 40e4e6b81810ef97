"""Two calendars: when the box may be used, and when staff are there. Pure evaluation, in the municipality's own time.

A span of a day is written in minutes of local time since midnight; what that means on the two odd days of the year is
said at `_instant`. Public holidays and closed days are dates like any other here: who computed them is no matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = 60_000
#: How far ahead the next opening is looked for. A box that does not open within two years does not open.
HORIZON_DAYS: Final = 731
#: Less opening time than this lost on a day is no loss: a restart must not give everybody a new date.
LOST_TIME_COUNTS: Final = 5 * MINUTE
_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class WeeklySpan:
    """A span of every week. ``weekday`` is 1 (Monday) to 7 (Sunday); ``start`` and ``end`` are minutes since midnight,
    0 to 1440, ``end`` not included.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DatedSpan:
    """A span of one day: ``date`` is YYYY-MM-DD."""

    date: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week, the days on which it does not count (``closed``, YYYY-MM-DD), and what is open besides. An extra span
    counts on a closed day too.
    """

    weekly: tuple[WeeklySpan, ...]
    closed: tuple[str, ...]
    extra: tuple[DatedSpan, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """``zone`` is an IANA time zone such as ``Europe/Berlin``."""

    zone: str
    box: Timetable
    staff: Timetable


def is_open(timetable: Timetable, zone: str, wall_ms: int) -> bool:
    """Whether the timetable is open at this instant."""
    return any(start <= wall_ms < end for start, end in spans_on(timetable, zone, local_date(zone, wall_ms)))


def next_change(timetable: Timetable, zone: str, wall_ms: int) -> int | None:
    """The next instant at which `is_open` changes, or None if it does not within two years. Midnight between two spans
    that meet there is no change.
    """
    open_until = None
    for start, end in _spans_from(timetable, zone, local_date(zone, wall_ms)):
        if end <= wall_ms:
            continue
        if open_until is None:
            if start > wall_ms:
                return start
        elif start > open_until:
            return open_until
        open_until = end
    # Open to the end of what was looked at: either that is a closing, or it is always open.
    if open_until is None or local_date(zone, open_until - 1) >= _horizon(zone, wall_ms):
        return None
    return open_until


def next_opening(timetable: Timetable, zone: str, wall_ms: int) -> int:
    """When a closed timetable opens next (wall clock, ms); 0 if it does not within two years, or is open now."""
    if is_open(timetable, zone, wall_ms):
        return 0
    return next_change(timetable, zone, wall_ms) or 0


def later_by_days(timetable: Timetable, zone: str, wall_ms: int, days: int) -> int:
    """The end of opening on the ``days``-th opening day after the day of ``wall_ms``. The day itself does not count, as
    people count periods (§ 187 BGB). 0 when there are not so many opening days ahead.
    """
    left = days
    day = local_date(zone, wall_ms)
    last = day + timedelta(days=HORIZON_DAYS * 2)
    while day < last:
        day += timedelta(days=1)
        spans = spans_on(timetable, zone, day)
        if spans:
            left -= 1
            if left <= 0:
                return spans[-1][1]
    return 0


def opening_days_lost(timetable: Timetable, zone: str, since_wall_ms: int, until_wall_ms: int) -> int:
    """On how many days opening time of any weight (`LOST_TIME_COUNTS`) lies between the two instants. At most two years
    are looked at.
    """
    if until_wall_ms <= since_wall_ms:
        return 0
    lost = 0
    day, last = local_date(zone, since_wall_ms), local_date(zone, until_wall_ms)
    last = min(last, day + timedelta(days=HORIZON_DAYS))
    while day <= last:
        overlap = sum(
            max(0, min(end, until_wall_ms) - max(start, since_wall_ms)) for start, end in spans_on(timetable, zone, day)
        )
        lost += overlap >= LOST_TIME_COUNTS
        day += timedelta(days=1)
    return lost


def local_date(zone: str, wall_ms: int) -> date:
    """The calendar's day at this instant."""
    return datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone)).date()


def spans_on(timetable: Timetable, zone: str, day: date) -> tuple[tuple[int, int], ...]:
    """The spans of a day as instants (wall clock, ms), in order, those that touch made one."""
    written = day.isoformat()
    minutes = [(span.start, span.end) for span in timetable.extra if span.date == written]
    if written not in timetable.closed:
        minutes += [(span.start, span.end) for span in timetable.weekly if span.weekday == day.isoweekday()]
    merged: list[tuple[int, int]] = []
    for start, end in sorted((_instant(zone, day, a, False), _instant(zone, day, b, True)) for a, b in minutes):
        if start >= end:
            continue  # it lies in the hour that this day does not have
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _horizon(zone: str, wall_ms: int) -> date:
    return local_date(zone, wall_ms) + timedelta(days=HORIZON_DAYS)


def _spans_from(timetable: Timetable, zone: str, day: date) -> Iterator[tuple[int, int]]:
    for offset in range(HORIZON_DAYS + 1):
        yield from spans_on(timetable, zone, day + timedelta(days=offset))


def _instant(zone: str, day: date, minute: int, ends: bool) -> int:
    """A minute of a local day as an instant.

    A time that the day has twice is the first when something begins and the second when something ends; a time that it
    does not have is the moment at which the clocks are put forward. So nobody loses an hour to them.
    """
    tz = ZoneInfo(zone)
    naive = datetime.combine(day, time.min) + timedelta(minutes=minute)
    for _ in range(_MIDNIGHT):
        instant = naive.replace(tzinfo=tz, fold=1 if ends else 0).astimezone(UTC)
        if instant.astimezone(tz).replace(tzinfo=None) == naive:
            return int(instant.timestamp()) * 1000
        naive += timedelta(minutes=1)
    raise ValueError(f"{day} has no time in {zone}")
