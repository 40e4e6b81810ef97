"""The box's two calendars as the report reads them: parts of time in which it may be used, and in which staff are
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from controller.domain.events import CalendarActivated
from controller.domain.hours import is_open, spans_on
from controller.reporting.months import days


class OpeningHours:
    """The hours in force. Without a calendar the box is always open, and nobody knows when staff are there."""

    def __init__(self, zone: ZoneInfo, calendar: CalendarActivated | None = None) -> None:
        self.zone = ZoneInfo(calendar.zone) if calendar is not None else zone
        self._calendar = calendar
        self._spans = lru_cache(maxsize=64)(self._spans_of)

    @property
    def known(self) -> bool:
        return self._calendar is not None

    def parts(self, begin_ms: int, end_ms: int) -> Iterator[tuple[date, int]]:
        """The days between two instants on which the box may be used, and for how long (ms) between them."""
        for day, since, until in days(begin_ms, end_ms, self.zone):
            open_ms = sum(max(0, min(until, end) - max(since, begin)) for begin, end in self._spans(day, since, until))
            if open_ms:
                yield day, open_ms

    def staffed(self, wall_ms: int) -> bool | None:
        """Whether staff are there; None if nobody knows."""
        calendar = self._calendar
        return None if calendar is None else is_open(calendar.staff, calendar.zone, wall_ms)

    def _spans_of(self, day: date, since: int, until: int) -> tuple[tuple[int, int], ...]:
        if self._calendar is None:
            return ((since, until),)
        return spans_on(self._calendar.box, self._calendar.zone, day)
