"""Hours that the office wrote in German, for whoever reads another language: days and times, nothing else.

An office writes a line in German and perhaps one in English; nobody writes fifteen. What is made of days and times
alone can be said in every language all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale

_GERMAN_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_FROM_TO = r"\s*(?:-|–|—|bis)\s*"
_DAY = rf"(?:{'|'.join(_GERMAN_DAYS)})\.?"
_TIME = r"\d{1,2}(?:[:.]\d\d)?"
#: One part between two commas: days or none (then those of the part before), and from when to when.
_PART = re.compile(
    rf"(?:(?P<daily>täglich)|(?P<first>{_DAY})(?:{_FROM_TO}(?P<last>{_DAY}))?)?\s*"
    rf"(?P<opens>{_TIME}){_FROM_TO}(?P<closes>{_TIME})(?:\s*Uhr)?"
)
_BETWEEN = re.compile(r"\s*(?:,|;|\bund\b)\s*")
#: Around what is read from the left in a line that is read from the right.
_ISOLATE = "\u2066{}\u2069"


@dataclass(frozen=True, slots=True)
class Hours:
    """A line and the language it is in. It is false where there is none."""

    line: str
    language: str

    def __bool__(self) -> bool:
        return bool(self.line)


def hours_in(lines: Mapping[str, str], tag: str, *, german: str = "de") -> Hours:
    """The line in the language ``tag``: as the office wrote it; else made of the German one, if it consists of days and
    times; else the German one.
    """
    if tag in lines:
        return Hours(lines[tag], tag)
    line = lines.get(german, "")
    said = "" if tag.startswith((german, "x-")) else _translated(line, tag)
    return Hours(said, tag) if said else Hours(line, german)


def _translated(line: str, tag: str) -> str:
    """Empty when there is anything in it but days and times."""
    locale = Locale.parse(tag)
    days = locale.days["stand-alone"]["abbreviated"]
    from_right = locale.text_direction == "rtl"
    parts = []
    for part in _BETWEEN.split(line):
        found = _PART.fullmatch(part)
        if found is None:
            return ""
        first, last = (0, 6) if found["daily"] else (_number(found["first"]), _number(found["last"]))
        named = [str(days[number]) for number in (first, last) if number is not None]
        times = f"{_clock(found['opens'])}–{_clock(found['closes'])}"
        parts.append(" ".join(filter(None, ("–".join(named), _ISOLATE.format(times) if from_right else times))))
    return ("، " if from_right else ", ").join(parts)


def _number(day: str | None) -> int | None:
    return _GERMAN_DAYS.index(day.rstrip(".")) if day else None


def _clock(time: str) -> str:
    hour, _, minute = time.replace(".", ":").partition(":")
    return f"{int(hour)}:{minute or '00'}"
