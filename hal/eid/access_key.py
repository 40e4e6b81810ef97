"""What opens a chip: the CAN printed on it, or data of its machine readable zone (ICAO Doc 9303-11, 4.3.2, 4.4.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from hal.wire.document_key import check_digit

_CHARACTERS: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
_NUMBER_SIZE: Final = 9
_SHORTEST: Final = _NUMBER_SIZE + 1 + 2 * (6 + 1)


@dataclass(frozen=True, slots=True)
class CardAccessNumber:
    """The CAN: six digits on the document's front. Raises ``ValueError`` for anything else, without showing it."""

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.digits) != 6 or not (self.digits.isascii() and self.digits.isdigit()):
            raise ValueError("a CAN has six digits")

    @property
    def reference(self) -> int:
        """How PACE names it to the chip."""
        return 2

    @property
    def secret(self) -> bytes:
        """What keys are derived from."""
        return self.digits.encode("ascii")


@dataclass(frozen=True, slots=True)
class MrzKey:
    """Document number, birth date and date of expiry, each with its check digit, one after the other.

    Raises ``ValueError`` for characters that no machine readable zone has, without showing them.
    """

    information: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.information) < _SHORTEST or not _CHARACTERS.issuperset(self.information):
            raise ValueError("not what PACE and BAC take from a machine readable zone")

    @classmethod
    def of(cls, document_number: str, birth_date: str, expiry_date: str) -> MrzKey:
        """From the number as printed, and the dates as ``YYMMDD``; check digits are reckoned."""
        number = document_number.upper().ljust(_NUMBER_SIZE, "<")
        fields = (number, birth_date, expiry_date)
        if len(birth_date) != 6 or len(expiry_date) != 6:
            raise ValueError("dates are YYMMDD")
        # Before reckoning: what does not fit must not stand in the text of an error.
        if not _CHARACTERS.issuperset("".join(fields)):
            raise ValueError("a character that no machine readable zone has")
        return cls("".join(text + check_digit(text) for text in fields))

    @property
    def reference(self) -> int:
        """How PACE names it to the chip."""
        return 1

    @property
    def secret(self) -> bytes:
        """What keys are derived from: its SHA-1, of which BAC takes 16 octets."""
        return hashlib.sha1(self.information.encode("ascii"), usedforsecurity=False).digest()


AccessKey = CardAccessNumber | MrzKey
