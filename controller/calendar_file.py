"""When the box may be used and when staff are there: ``calendar.toml``.

People write the week, the days on which it does not count and what is open besides; public holidays come from the Land.
What the controller activates is the calendar that follows from all this, with every date written out, so that the log
says by itself when the box was open. The file that ships is ``provisioning/defaults/calendar.toml``.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from controller.domain.hours import Calendar, DatedSpan, Timetable, WeeklySpan
from hal import strict_toml
from hal.strict_toml import Document
from hal.toml_lines import KeyPath

FORMAT = 1

#: Public holidays are written out for the year of the start and these many after it.
YEARS_AHEAD = 4
#: No box is older, whatever its clock says when it starts.
FIRST_YEAR = 2026
LONGEST_CLOSED_DAYS = 366

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)

HolidaysOf = Callable[[str, Collection[int]], Collection[datetime.date]]
"""``(land, years)`` → the public holidays."""


class Land(StrEnum):
    """The Länder by the letters of ISO 3166-2:DE; ``none``: public holidays do not count."""

    NONE = "none"
    BB = "BB"
    BE = "BE"
    BW = "BW"
    BY = "BY"
    HB = "HB"
    HE = "HE"
    HH = "HH"
    MV = "MV"
    NI = "NI"
    NW = "NW"
    RP = "RP"
    SH = "SH"
    SL = "SL"
    SN = "SN"
    ST = "ST"
    TH = "TH"


class Holidays(StrEnum):
    """What a public holiday means for a timetable."""

    CLOSED = "closed"
    AS_USUAL = "as_usual"


class Who(StrEnum):
    """Whom closed days concern."""

    BOTH = "both"
    BOX = "box"
    STAFF = "staff"


Spans = tuple[str, ...]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Week(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[box]`` or ``[staff]``: spans such as ``08:00-12:00`` for each weekday; a day that is not named is closed."""

    public_holidays: Holidays
    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()


class ClosedDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[closed]]``: one day, or all days from ``date`` to ``until``, both included."""

    date: datetime.date
    reason: Text
    until: datetime.date | None = None
    who: Who = Who.BOTH


class ExtraOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[extra]]``: open besides the week, also on a holiday or a closed day."""

    date: datetime.date
    reason: Text
    box: Spans = ()
    staff: Spans = ()


class CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file. ``time_zone`` is an IANA name."""

    format: int
    time_zone: str
    land: Land
    box: Week
    staff: Week
    closed: tuple[ClosedDays, ...] = ()
    extra: tuple[ExtraOpening, ...] = ()


def load_calendar(path: Path, holidays_of: HolidaysOf, year: int) -> tuple[str, Calendar]:
    """The hash (hex) and the calendar of ``path``, with the holidays from ``year`` on.

    Raises ``ConfigurationError`` for the first thing that is wrong.
    """
    document, file = _read(path)
    first = max(year, FIRST_YEAR)
    years = range(first, first + YEARS_AHEAD + 1)
    land = file.land
    holidays = sorted(day.isoformat() for day in (holidays_of(land.value, years) if land is not Land.NONE else ()))
    calendar = Calendar(
        file.time_zone,
        _timetable(document, file, Who.BOX, file.box, holidays),
        _timetable(document, file, Who.STAFF, file.staff, holidays),
    )
    return _sha256(calendar), calendar


def read_calendar(path: Path) -> CalendarFile:
    """The file as it is written, for people. Raises ``ConfigurationError``; spans are checked by `load_calendar`."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Document, CalendarFile]:
    document = strict_toml.read(path)
    file = document.convert(CalendarFile)
    _check(document, file)
    return document, file


def _sha256(calendar: Calendar) -> str:
    """Of what follows from the file, not of how it is written: comments do not count, a new holiday law does."""
    return hashlib.sha256(msgspec.json.encode(calendar, order="deterministic")).hexdigest()


def _check(document: Document, file: CalendarFile) -> None:
    if file.format != FORMAT:
        raise document.error(("format",), f"format {file.format} is not known; this version reads format {FORMAT}")
    try:
        ZoneInfo(file.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise document.error(
            ("time_zone",),
            f'this computer knows no time zone "{file.time_zone}": usually it is Europe/Berlin (package tzdata)',
        ) from None
    if not any(getattr(file.box, day) for day in WEEKDAYS):
        raise document.error(("box",), "the box is open on no day of the week; write one, such as monday")
    for index, closed in enumerate(file.closed):
        at: KeyPath = ("closed", index, "until")
        if closed.until is not None and closed.until < closed.date:
            raise document.error(at, f"{closed.until} lies before {closed.date}")
        if closed.until is not None and (closed.until - closed.date).days >= LONGEST_CLOSED_DAYS:
            raise document.error(at, f"more than {LONGEST_CLOSED_DAYS} days: is the year right?")
    for index, extra in enumerate(file.extra):
        if not extra.box and not extra.staff:
            raise document.error(("extra", index), "neither box nor staff says when: take it away, or write a span")


def _timetable(document: Document, file: CalendarFile, who: Who, week: Week, holidays: Collection[str]) -> Timetable:
    weekly = tuple(
        WeeklySpan(number, start, end)
        for number, day in enumerate(WEEKDAYS, start=1)
        for start, end in _spans(document, (who.value, day), getattr(week, day))
    )
    closed = set(holidays) if week.public_holidays is Holidays.CLOSED else set()
    for item in file.closed:
        if item.who in (Who.BOTH, who):
            last = item.until or item.date
            days = (last - item.date).days + 1
            closed |= {(item.date + datetime.timedelta(days=offset)).isoformat() for offset in range(days)}
    extra = tuple(
        DatedSpan(item.date.isoformat(), start, end)
        for index, item in enumerate(file.extra)
        for start, end in _spans(document, ("extra", index, who.value), getattr(item, who.value))
    )
    return Timetable(weekly, tuple(sorted(closed)), extra)


def _spans(document: Document, at: KeyPath, written: Spans) -> tuple[tuple[int, int], ...]:
    """The spans of a day in minutes, in order; none may reach over midnight or into another."""
    found: list[tuple[int, int]] = []
    for index, text in enumerate(written):
        place: KeyPath = (*at, index)
        match = _SPAN.fullmatch(text)
        if match is None:
            raise document.error(place, f'"{text}" is no span: write it like "08:00-12:30"')
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if max(start, end) > 24 * 60:
            raise document.error(place, f'"{text}": a day ends at 24:00')
        if start >= end:
            raise document.error(
                place,
                f'"{text}" ends before it begins: over midnight write two spans, "{text[:5]}-24:00" here and'
                f' "00:00-{text[6:]}" on the next day',
            )
        if found and start < found[-1][1]:
            raise document.error(place, f'"{text}" begins before the span before it ends')
        found.append((start, end))
    return tuple(found)
