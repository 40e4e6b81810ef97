"""Numbers as they are written in German."""

from __future__ import annotations

#: Keeps a number and its unit on one line.
NARROW = "\u202f"
FIXED = "\u00a0"
MINUS = "\u2212"

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_HOURS_A_DAY = 24

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def whole(value: float) -> str:
    """1234 → 1.234"""
    return f"{round(value):,}".replace(",", ".").replace("-", MINUS)


def decimal(value: float, places: int = 1) -> str:
    """3.05 → 3,05"""
    written = f"{value:,.{places}f}"
    return written.replace(",", "\0").replace(".", ",").replace("\0", ".").replace("-", MINUS)


def percent(value: float) -> str:
    """A share of 1: 0.342 → 34 %; close to none and to all with a decimal."""
    in_percent = value * 100
    places = 1 if 0 < in_percent < 9.95 or 90 < in_percent < 100 else 0
    # Rounded up to "100 %" it would say that nothing ever failed.
    if in_percent < 100 and round(in_percent, places) >= 100:
        return f"über{FIXED}99,9{FIXED}%"
    return f"{decimal(in_percent, places)}{FIXED}%"


def points(value: float) -> str:
    """A difference of two shares."""
    return f"{decimal(value * 100, 1)}{FIXED}Prozentpunkte"


def euros(cents: float) -> str:
    return f"{decimal(cents / 100, 2)}{FIXED}€"


def waiting(minutes: float) -> str:
    """How long an envelope lay there: hours below two days, then days."""
    hours = minutes / 60
    if hours < 1:
        return f"{round(minutes)}{FIXED}Minuten"
    if hours < 2 * _HOURS_A_DAY:
        return f"{round(hours)}{FIXED}{'Stunde' if round(hours) == 1 else 'Stunden'}"
    return f"{decimal(hours / _HOURS_A_DAY)}{FIXED}Tage"


def seconds(value: float) -> str:
    """How long a visit took: seconds below two minutes, then minutes."""
    if value < 120:
        return f"{round(value)}{FIXED}Sekunden"
    return f"{decimal(value / 60)}{FIXED}Minuten"


def hours(ms: float) -> str:
    """Opening time: minutes below two hours, then hours. A restart's seconds are not "0 minutes"."""
    if 0 < ms < _MINUTE_MS:
        return f"weniger als 1{FIXED}Minute"
    if ms < 2 * _HOUR_MS:
        return f"{round(ms / _MINUTE_MS)}{FIXED}{'Minute' if round(ms / _MINUTE_MS) == 1 else 'Minuten'}"
    return f"{decimal(ms / _HOUR_MS, 0 if ms >= 20 * _HOUR_MS else 1)}{FIXED}Stunden"


def month_name(month: str) -> str:
    """2026-10 → Oktober 2026"""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def month_short(month: str) -> str:
    """2026-10 → Okt"""
    return MONTHS[int(month.split("-")[1]) - 1][:3]
