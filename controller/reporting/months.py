"""Calendar months and days in the box's time zone, daylight saving included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


class MonthError(ValueError):
    """Not a month as it is written: ``2026-10``."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-10``. Raises `MonthError`."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise MonthError("a month is written as 2026-10")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, wall_ms: int, zone: ZoneInfo) -> Month:
        """The month in which this instant lies."""
        day = local_date(wall_ms, zone)
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def after(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def before(self) -> Month:
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[int, int]:
        """Its first instant, and the first that is not in it any more (wall clock, ms)."""
        after = self.after()
        return midnight(date(self.year, self.number, 1), zone), midnight(date(after.year, after.number, 1), zone)


def local_date(wall_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(wall_ms // 1000, zone).date()


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a day. Where clocks are put forward at midnight, that is when the day really begins."""
    instant = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return int(instant.timestamp()) * 1000


def days(begin_ms: int, end_ms: int, zone: ZoneInfo) -> Iterator[tuple[date, int, int]]:
    """The days between two instants, each with the part of it that lies between them."""
    while begin_ms < end_ms:
        day = local_date(begin_ms, zone)
        next_ms = min(end_ms, midnight(day + timedelta(days=1), zone))
        yield day, begin_ms, next_ms
        begin_ms = next_ms


def months(begin_ms: int, end_ms: int, zone: ZoneInfo) -> Iterator[tuple[Month, int, int]]:
    """The months between two instants, each with the part of it that lies between them."""
    while begin_ms < end_ms:
        month = Month.of(begin_ms, zone)
        next_ms = min(end_ms, month.bounds(zone)[1])
        yield month, begin_ms, next_ms
        begin_ms = next_ms
