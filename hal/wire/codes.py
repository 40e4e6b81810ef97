"""What a code may look like, and which scan mode lets which code out.

The reader filters with ``admits``, the controller checks again with the same function: a reader is not trusted.
Pure functions over frozen values, safe on any thread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NoReturn


class SecretText:
    """A text that must not be seen: its ``repr`` and ``str`` are ``…``. ``reveal()`` is the only way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text. Call it only where it is compared, hashed or sent on."""
        return self._text

    def __repr__(self) -> str:
        return "…"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretText) and other._text == self._text

    def __hash__(self) -> int:
        return hash((SecretText, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret text is neither pickled nor copied")


class Symbology(StrEnum):
    """How a code was printed or shown."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
    CODE_128 = "code_128"
    CODE_39 = "code_39"


class ScanMode(StrEnum):
    """What the controller wants read. Until it says so: ``OFF``."""

    PICKUP = "PICKUP"
    LOADING = "LOADING"
    BADGE = "BADGE"
    DOCUMENT_KEY = "DOCUMENT_KEY"
    SLIP = "SLIP"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class PickupCode:
    """What a resident shows: ``ABHOLFACH-P-`` and 26 base32 characters (128 bits)."""

    text: SecretText


@dataclass(frozen=True, slots=True)
class BadgeCode:
    """What a staff member shows: ``ABHOLFACH-B-`` and 26 base32 characters (128 bits)."""

    text: SecretText


@dataclass(frozen=True, slots=True)
class OrderBarcode:
    """What is printed on an envelope or document to be loaded: 4 to 40 of ``A-Z 0-9 -``, beginning with no hyphen."""

    text: SecretText


Code = PickupCode | BadgeCode | OrderBarcode

_FORMATS: Final[tuple[tuple[type[Code], re.Pattern[str]], ...]] = (
    (PickupCode, re.compile(r"ABHOLFACH-P-[A-Z2-7]{26}", re.ASCII)),
    (BadgeCode, re.compile(r"ABHOLFACH-B-[A-Z2-7]{26}", re.ASCII)),
    (OrderBarcode, re.compile(r"(?!ABHOLFACH)[A-Z0-9][A-Z0-9-]{3,39}", re.ASCII)),
)

MAX_CODE_LENGTH: Final = 40
"""No code of ours is longer, in characters. What is longer is foreign, whatever it says."""

_ON_PAPER: Final = frozenset(Symbology)
KIND_SYMBOLOGIES: Final[Mapping[type[Code], frozenset[Symbology]]] = MappingProxyType(
    {
        PickupCode: frozenset({Symbology.QR}),
        BadgeCode: frozenset({Symbology.QR}),
        OrderBarcode: _ON_PAPER,
    }
)
"""How each kind of code may be printed. A pickup code as a Code 128 is a forgery or an accident: foreign."""


@dataclass(frozen=True, slots=True)
class ModeRule:
    """What one scan mode lets out: the kinds of codes, the symbologies worth decoding, the longest text."""

    kinds: frozenset[type[Code]]
    symbologies: frozenset[Symbology]
    max_length: int


def _rule(*kinds: type[Code]) -> ModeRule:
    symbologies = frozenset(symbology for kind in kinds for symbology in KIND_SYMBOLOGIES[kind])
    return ModeRule(frozenset(kinds), symbologies, MAX_CODE_LENGTH if kinds else 0)


ALLOWED: Final[Mapping[ScanMode, ModeRule]] = MappingProxyType(
    {
        ScanMode.PICKUP: _rule(PickupCode, BadgeCode),
        ScanMode.LOADING: _rule(OrderBarcode, BadgeCode, PickupCode),
        ScanMode.BADGE: _rule(BadgeCode),
        ScanMode.SLIP: _rule(PickupCode, OrderBarcode),
        # The key of a document's chip is read from its machine-readable zone, not from a code: nothing passes here.
        ScanMode.DOCUMENT_KEY: _rule(),
        ScanMode.OFF: _rule(),
    }
)


def classify(text: str) -> Code | None:
    """Which kind of code this text is, by its format alone; ``None`` for anything that is none of ours."""
    if len(text) > MAX_CODE_LENGTH:
        return None
    for kind, pattern in _FORMATS:
        if pattern.fullmatch(text) is not None:
            return kind(SecretText(text))
    return None


def admits(mode: ScanMode, text: str, symbology: Symbology) -> Code | None:
    """The code, if ``mode`` lets this text out in this symbology; ``None`` otherwise. Both sides decide with this."""
    rule = ALLOWED[mode]
    if symbology not in rule.symbologies or len(text) > rule.max_length:
        return None
    code = classify(text)
    if code is None or type(code) not in rule.kinds or symbology not in KIND_SYMBOLOGIES[type(code)]:
        return None
    return code
