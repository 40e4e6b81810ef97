"""The machine readable zone of a travel document: ICAO Doc 9303-4 (TD3), -5 (TD1), -6 (TD2).

What is here checks form and every check digit, and keeps texts as they stand. Who the holder is, `hal.wire.holder`
says. Pure, safe on any thread; nothing of what was read is ever in an error or a ``repr``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from hal.wire.document_key import check_digit

FILLER: Final = "<"
_FORM: Final = re.compile(r"[A-Z0-9<]*", re.ASCII)
_DATE: Final = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", re.ASCII)
_NAME: Final = re.compile(r"[A-Z][A-Z<]*|<+[A-Z][A-Z<]*", re.ASCII)


class MrzError(ValueError):
    """What was read is not a machine readable zone, or a check digit is wrong. Never quotes it."""


class MrzSize(Enum):
    """The three sizes: lines and characters in a line."""

    TD1 = (3, 30)
    """A card: eAT, identity card."""
    TD2 = (2, 36)
    """An older identity card."""
    TD3 = (2, 44)
    """A passport."""

    @property
    def lines(self) -> int:
        return self.value[0]

    @property
    def line_length(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Mrz:
    """A machine readable zone whose check digits are right. Fields are as they stand, fillers included where they
    say something.

    ``document_number`` is the whole number without trailing fillers, also where TD1 or TD2 continue it among the
    optional data. Dates are YYMMDD; what is not known of a birth date is ``<<``.
    """

    size: MrzSize
    document_code: str
    issuing_state: str
    document_number: str = field(repr=False)
    nationality: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str = field(repr=False)
    expiry_date: str = field(repr=False)
    name_field: str = field(repr=False)
    optional_data: str = field(repr=False)

    @property
    def access_information(self) -> str:
        """Document number, birth date and expiry date with their check digits: what PACE and BAC make their key of
        (9303-11, 4.3.2). 24 characters, more where the number has more than nine.
        """
        number = self.document_number.ljust(9, FILLER)
        return "".join(part + check_digit(part) for part in (number, self.birth_date, self.expiry_date))

    def expires(self) -> date:
        """The last day of validity: of this century, as documents are not valid for so long. Raises `MrzError` for a
        date that there is not.
        """
        try:
            return date(2000 + int(self.expiry_date[:2]), int(self.expiry_date[2:4]), int(self.expiry_date[4:]))
        except ValueError:
            raise MrzError("there is no such day of expiry") from None


def parse_mrz(text: str) -> Mrz:
    """Of two or three lines, with or without line ends between them. Raises `MrzError`; nothing is mended."""
    plain = "".join(text.split())
    if _FORM.fullmatch(plain) is None:
        raise MrzError("a machine readable zone has A to Z, 0 to 9 and fillers only")
    for size in MrzSize:
        if len(plain) == size.lines * size.line_length:
            lines = [plain[start : start + size.line_length] for start in range(0, len(plain), size.line_length)]
            return _PARSERS[size](lines)
    raise MrzError("a machine readable zone has 88 (TD3), 72 (TD2) or 90 (TD1) characters")


def _td3(lines: list[str]) -> Mrz:
    upper, lower = lines
    number, optional = lower[:9], lower[28:42]
    _check(number, lower[9], "document number")
    if lower[42] != FILLER or optional.strip(FILLER):
        _check(optional, lower[42], "personal number")
    _check(lower[:10] + lower[13:20] + lower[21:43], lower[43], "composite")
    return _mrz(
        MrzSize.TD3, upper[:5], number.rstrip(FILLER), lower[10:13], lower[13:28], upper[5:], optional.rstrip(FILLER)
    )


def _td2(lines: list[str]) -> Mrz:
    upper, lower = lines
    _check(lower[:10] + lower[13:20] + lower[21:35], lower[35], "composite")
    number, optional = _long_number(lower[:9], lower[9], lower[28:35])
    return _mrz(MrzSize.TD2, upper[:5], number, lower[10:13], lower[13:28], upper[5:], optional)


def _td1(lines: list[str]) -> Mrz:
    upper, middle, lower = lines
    _check(upper[5:30] + middle[:7] + middle[8:15] + middle[18:29], middle[29], "composite")
    number, optional = _long_number(upper[5:14], upper[14], upper[15:30])
    optional = (optional + FILLER + middle[18:29]).strip(FILLER)
    return _mrz(MrzSize.TD1, upper[:5], number, middle[15:18], middle[:15], lower, optional)


_PARSERS: Final = {MrzSize.TD1: _td1, MrzSize.TD2: _td2, MrzSize.TD3: _td3}


def _long_number(number: str, digit: str, optional: str) -> tuple[str, str]:
    """A number of more than nine characters goes on among the optional data, with its check digit at the end
    (9303-5, 4.2.2, note j).
    """
    if digit != FILLER:
        _check(number, digit, "document number")
        return number.rstrip(FILLER), optional.rstrip(FILLER)
    rest, _, other = optional.partition(FILLER)
    if len(rest) < 2:
        raise MrzError("the document number has neither a check digit nor a continuation")
    _check(number + rest[:-1], rest[-1], "document number")
    return number + rest[:-1], other.rstrip(FILLER)


def _mrz(size: MrzSize, head: str, number: str, nationality: str, dates: str, name: str, optional: str) -> Mrz:
    """``dates``: birth date, check digit, sex, expiry date, check digit, in this order."""
    birth, sex, expiry = dates[:6], dates[7], dates[8:14]
    _check(birth, dates[6], "birth date")
    _check(expiry, dates[14], "expiry date")
    if not number or not head[0].isalpha():
        raise MrzError("a document has a number and a kind")
    if _DATE.fullmatch(birth) is None or not expiry.isdigit():
        raise MrzError("a date is YYMMDD")
    if sex not in "MFX<" or _NAME.fullmatch(name) is None:
        raise MrzError("sex or name do not have their form")
    return Mrz(
        size,
        head[:2].rstrip(FILLER),
        head[2:].rstrip(FILLER),
        number,
        nationality.rstrip(FILLER),
        birth,
        sex.replace(FILLER, ""),
        expiry,
        name,
        optional,
    )


def _check(text: str, digit: str, what: str) -> None:
    # Documents exist that have a filler where the check digit of an empty field should be: nothing is lost by it.
    if digit != check_digit(text) and not (digit == FILLER and not text.strip(FILLER)):
        raise MrzError(f"the check digit of the {what} is wrong")
