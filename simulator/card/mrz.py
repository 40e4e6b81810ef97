"""Printing a machine readable zone (ICAO Doc 9303-3, -4, -5): what is on the page and in DG1."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

_SPELLED = {"Ä": "AE", "Ö": "OE", "Ü": "UE", "ẞ": "SS", "ß": "SS", "Æ": "AE", "Ø": "OE", "Å": "AA", "Ł": "L"}
_SPELLED |= {"Đ": "D", "Þ": "TH", "Œ": "OE", "Ñ": "N", "ı": "I", "İ": "I"}
_WEIGHTS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class Printed:
    """A document's machine readable zone. ``text``: its lines joined. ``information``: what opens the chip (document
    number, birth date and expiry date, each with its check digit).
    """

    text: str = field(repr=False)
    line_length: int
    information: str = field(repr=False)

    @property
    def lines(self) -> list[str]:
        return [self.text[at : at + self.line_length] for at in range(0, len(self.text), self.line_length)]


def check_digit(text: str) -> str:
    """9303-3, 4.9."""
    return str(sum(_value(character) * _WEIGHTS[at % 3] for at, character in enumerate(text)) % 10)


def _value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def transliterate(text: str) -> str:
    """Letters of a name as they are printed: hyphens and spaces become fillers, apostrophes vanish."""
    found = ""
    for character in unicodedata.normalize("NFC", text).replace("ß", "ẞ").upper():
        spelled = _SPELLED.get(character)
        if spelled is None:
            spelled = "".join(part for part in unicodedata.normalize("NFD", character) if "A" <= part <= "Z")
        if not spelled and (character.isspace() or character == "-"):
            spelled = "<"
        found += spelled
    return found.strip("<")


def name_field(primary: str, given: str, length: int) -> str:
    """Primary and secondary identifiers, cut where the line ends."""
    secondary = transliterate(given)
    whole = transliterate(primary) + (f"<<{secondary}" if secondary else "")
    return whole[:length].ljust(length, "<")


def _birth(date: str) -> str:
    """YYYYMMDD, ``00`` for what nobody knows, to six characters."""
    year, month, day = date[2:4], date[4:6], date[6:8]
    return year + "".join("<<" if part == "00" else part for part in (month, day))


def print_td3(
    *, state: str, number: str, nationality: str, birth_date: str, sex: str, expires: str, name: str
) -> Printed:
    """A passport's two lines of 44. ``expires``: YYYYMMDD. ``name``: 39 characters."""
    number, birth, expiry = _number(number), _birth(birth_date), expires[2:]
    born, until, which = (part + check_digit(part) for part in (birth, expiry, number))
    personal = "<" * 15
    second = which + _code(nationality) + born + sex + until + personal
    composite = which + born + until + personal
    text = f"P<{_code(state)}{name}" + second + check_digit(composite)
    return Printed(text, 44, which + born + until)


def print_td1(
    *, code: str, state: str, number: str, nationality: str, birth_date: str, sex: str, expires: str, name: str
) -> Printed:
    """A card's three lines of 30. ``code``: as AR for residence permits. ``name``: 30 characters."""
    number, birth, expiry = _number(number), _birth(birth_date), expires[2:]
    born, until, which = (part + check_digit(part) for part in (birth, expiry, number))
    first = f"{code:<<2}{_code(state)}{which}" + "<" * 15
    optional = "<" * 11
    composite = first[5:] + born + until + optional
    second = born + sex + until + _code(nationality) + optional + check_digit(composite)
    return Printed(first + second + name, 30, which + born + until)


def _number(number: str) -> str:
    if not 1 <= len(number) <= 9:
        raise ValueError("document numbers have nine characters at most")
    return number.ljust(9, "<")


def _code(state: str) -> str:
    return state.ljust(3, "<")
