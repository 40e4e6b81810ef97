"""Hours that the office wrote in German, for whoever reads another language: days and times, nothing else.

An office writes a line in German and perhaps one in English; nobody writes fifteen. What is made of days and times
alone can be said in every language all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk_ui.languages import RIGHT_TO_LEFT

_GERMAN_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
#: The days from Monday on, as CLDR abbreviates them where they stand alone; whole where nobody abbreviates so. Written
#: down here, and compared with CLDR by a test: Babel keeps 18 MB of what else there is to say in these languages.
_DAYS = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "tr": "Pzt Sal Çar Per Cum Cmt Paz",
    "uk": "пн вт ср чт пт сб нд",
    "ru": "пн вт ср чт пт сб вс",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "fa": "دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه",
    "ro": "lun. mar. mie. joi vin. sâm. dum.",
    "pl": "pon. wt. śr. czw. pt. sob. niedz.",
    "bg": "пн вт ср чт пт сб нд",
    "ku": "duşem sêşem çarşem pêncşem înî şemî yekşem",
    "fr": "lun. mar. mer. jeu. ven. sam. dim.",
    "sq": "hën mar mër enj pre sht die",
    "ti": "ሰኑይ ሰሉስ ረቡዕ ሓሙስ ዓርቢ ቀዳም ሰንበት",
}
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
    if tag not in _DAYS:
        return ""
    days, from_right = _DAYS[tag].split(" "), tag in RIGHT_TO_LEFT
    parts = []
    for part in _BETWEEN.split(line):
        found = _PART.fullmatch(part)
        if found is None:
            return ""
        first, last = (0, 6) if found["daily"] else (_number(found["first"]), _number(found["last"]))
        named = [days[number] for number in (first, last) if number is not None]
        times = f"{_clock(found['opens'])}–{_clock(found['closes'])}"
        parts.append(" ".join(filter(None, ("–".join(named), _ISOLATE.format(times) if from_right else times))))
    return ("، " if from_right else ", ").join(parts)


def _number(day: str | None) -> int | None:
    return _GERMAN_DAYS.index(day.rstrip(".")) if day else None


def _clock(time: str) -> str:
    hour, _, minute = time.replace(".", ":").partition(":")
    return f"{int(hour)}:{minute or '00'}"
