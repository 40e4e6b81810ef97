"""Calendars for tests, in the time of Berlin. Scenarios begin on Sunday, 2026-11-22, at 09:00 there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from controller.domain.hours import Calendar, DatedSpan, Timetable, WeeklySpan

ZONE = "Europe/Berlin"


def week(days: str, start: int, end: int) -> tuple[WeeklySpan, ...]:
    """``days`` such as ``12345``; hours of the day."""
    return tuple(WeeklySpan(int(day), start * 60, end * 60) for day in days)


def timetable(*spans: WeeklySpan, closed: tuple[str, ...] = (), extra: tuple[DatedSpan, ...] = ()) -> Timetable:
    return Timetable(spans, closed, extra)


NEVER = timetable()
ALWAYS = Calendar(ZONE, timetable(*week("1234567", 0, 24)), timetable(*week("1234567", 0, 24)))
#: The box from 6 to 22 on weekdays and Saturdays, staff from 8 to 16 on weekdays. 24 December is closed for both.
WEEKDAYS = Calendar(
    ZONE,
    timetable(*week("123456", 6, 22), closed=("2026-12-24",)),
    timetable(*week("12345", 8, 16), closed=("2026-12-24",)),
)


def at(text: str, fold: int = 0) -> int:
    """``2026-11-23 09:30`` in Berlin as Unix time in ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE), fold=fold).timestamp()) * 1000
