"""Who a document belongs to, in a form that two sides can compare without either telling the other.

The side that issues a credential knows a name and a birth date; the card reader knows the machine readable zone of a
genuine chip. Both make texts of the form ``PRIMARY|GIVEN|YYYYMMDD`` (letters A to Z, ``<`` between the components of a
name), and HMACs of them under a key that only the credential yields. They are equal or not; nothing is alike.

**What counts as equal.** The same birth date, and names that some issuing state, following ICAO Doc 9303-3, would
write alike: `spellings` gives every way in which a name may be written, at most ``MAX_SPELLINGS``, the likelier first.
A name that has more ways than that, or a state that follows none, goes to a person, never to a guess.

**Truncation.** The smallest name field is that of TD1, 30 positions; TD2 has 31, TD3 39. Whatever the document's size,
30 positions are compared: a longer name is cut as TD1 cuts it (9303-5, 4.2.2), from wherever it was read. So two
people are the same for the box only if their birth dates are equal and so are the first 30 positions of a way to write
their names, and such two have indistinguishable TD1 documents (docs/adr/0018-one-person-many-spellings.md).

Pure functions, safe on any thread. No error here ever quotes a name or a date.
"""

from __future__ import annotations

import hmac
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Protocol

from hal.wire.transliteration import FILLER, components, dimensions, transliterate

MAX_SPELLINGS: Final = 8
"""Of one person. One credential carries so many verifiers for a document's chip at most."""

COMPARED: Final = 30
"""Positions of the name field that are compared."""

_WIDEST: Final = 39
_OLDEST_YEARS: Final = 120
_NORMALISED_DATE: Final = re.compile(r"\d{8}", re.ASCII)
_MRZ_DATE: Final = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", re.ASCII)
_MRZ_NAME: Final = re.compile(r"[A-Z<]{1,39}", re.ASCII)
_TITLE: Final = re.compile(r"^\s*((dr|prof|dipl|ing|med|jur|phil|rer|nat|h|c)\.\s*-?)+", re.IGNORECASE)


class HolderFields(Protocol):
    """What a machine readable zone says of its holder, as it stands there. `hal.eid.mrz.Mrz` is one."""

    @property
    def name_field(self) -> str:
        """The whole name field: 30, 31 or 39 characters of A to Z and ``<``."""
        ...

    @property
    def birth_date(self) -> str:
        """YYMMDD, with ``<<`` for what is not known."""
        ...


def holder_candidates(mrz: HolderFields, at: date) -> tuple[str, ...]:
    """The holder of a document, normalised: once for each century that the birth date may lie in at ``at``, the later
    first. Never more than two.

    Plausible is a birth that is not in the future and at most 120 years ago. Raises ``ValueError`` if name or date do
    not have their form, or no century is plausible.
    """
    primary, given = _identifiers(mrz.name_field)
    return tuple(_normalised(primary, given, born) for born in _births(mrz.birth_date, at))


def spellings(primary: str, given: str, birth_date: str) -> tuple[str, ...]:
    """Every way in which documents may name this person, normalised; 1 to ``MAX_SPELLINGS``, the likelier first.

    ``primary`` is what the document calls surname, ``given`` all given names; one of them may be empty, as for people
    with a single name. Any script of the standard's tables, capitals or not. ``birth_date`` is ``YYYYMMDD``, ``00`` for
    a day or month (``0000`` for a year) that no register knows. Academic titles with their full stop do not count.
    Raises ``ValueError`` for a name that cannot be written and for what is no date.
    """
    if _NORMALISED_DATE.fullmatch(birth_date) is None:
        raise ValueError("a birth date is YYYYMMDD")
    first, second = (components(_TITLE.sub("", text)) for text in (primary, given))
    if not first:
        first, second = second, ()
    free = dimensions(first + second)
    found: dict[str, None] = {}
    for *ways, cut in _likelier_first([*(range(dimension.ways) for dimension in free), range(3)]):
        choice = dict(zip(free, ways, strict=True))
        identifier, names = (_joined(transliterate(part, choice) for part in parts) for parts in (first, second))
        if not identifier:
            raise ValueError("the name has no letters")
        shortened = _shortened(identifier, names)[cut]
        found[_normalised(shortened[0], shortened[1], birth_date)] = None
    return tuple(found)[:MAX_SPELLINGS]


def verifiers(key: bytes, normalised: Iterable[str]) -> tuple[bytes, ...]:
    """HMAC-SHA-256 of each text under the key of one right's factor: 32 bytes each, in the same order.

    To be compared in constant time (``hmac.compare_digest``). Raises ``ValueError`` for a key that is not 32 bytes.
    """
    if len(key) != 32:
        raise ValueError("a match key has 32 bytes")
    return tuple(hmac.digest(key, text.encode("ascii"), "sha256") for text in normalised)


def _identifiers(field: str) -> tuple[str, str]:
    """Primary and secondary identifier of a name field, components separated by one filler each."""
    if _MRZ_NAME.fullmatch(field) is None:
        raise ValueError("a name field has A to Z and fillers")
    primary, _, given = field.strip(FILLER).partition(FILLER * 2)
    if not primary:
        raise ValueError("a name field without a name")
    # A document of a single name that stands where the given names do is stripped to it above. Further double fillers
    # are no separators of the standard: they count as one.
    return primary, _joined(given.split(FILLER))


def _births(field: str, at: date) -> tuple[str, ...]:
    match = _MRZ_DATE.fullmatch(field)
    if match is None:
        raise ValueError("a date of the machine readable zone is YYMMDD")
    year, month, day = (part.replace(FILLER, "0") for part in match.groups())
    if field.startswith(FILLER):
        return ("0000" + month + day,)
    now = f"{at.year:04}{at.month:02}{at.day:02}"
    century = at.year // 100
    births = (f"{hundred:02}{year}{month}{day}" for hundred in (century, century - 1))
    plausible = tuple(born for born in births if born <= now and at.year - int(born[:4]) <= _OLDEST_YEARS)
    if not plausible:
        raise ValueError("no century fits this birth date")
    return plausible


def _normalised(primary: str, given: str, born: str) -> str:
    primary, given = _fitted(primary, given, COMPARED)
    return f"{primary}|{given}|{born}"


def _joined(parts: Iterable[str]) -> str:
    return FILLER.join(part for part in parts if part)


def _fitted(primary: str, given: str, positions: int) -> tuple[str, str]:
    """Cut to so many positions: the given names from their end, the primary identifier only as far as their first
    letter needs it.

    Where hardly more than that letter has room, only it counts: whether a second one fits depends on where the primary
    identifier happens to be cut, and documents of other sizes may not have it.
    """
    if not given:
        return primary[:positions].rstrip(FILLER), ""
    primary = primary[: positions - 3].rstrip(FILLER)
    room = positions - 2 - len(primary)
    return primary, given[: room if room > 2 else 1].rstrip(FILLER)


def _initials(primary: str, given: str, positions: int) -> tuple[str, str]:
    """Cut as the standard's examples with initials do: the last components to their first letter, the one before as
    far as is needed.
    """
    if not given or len(primary) + 2 + len(given) <= positions:
        return primary, given
    parts = primary.split(FILLER)
    for last in range(len(parts) - 1, 0, -1):
        if len(FILLER.join(parts)) > positions - 3:
            parts[last] = parts[last][:1]
    primary = FILLER.join(parts)
    parts = given.split(FILLER)
    if len(parts) > 1 and len(primary) + 2 + len(given) > positions:
        parts[-1] = parts[-1][:1]
    for last in range(len(parts) - 2, -1, -1):
        excess = len(primary) + 2 + len(FILLER.join(parts)) - positions
        parts[last] = parts[last][: max(1, len(parts[last]) - max(0, excess))]
    shortened = FILLER.join(parts)
    return _fitted(primary, shortened if len(primary) + 2 + len(shortened) <= positions else given, positions)


def _shortened(primary: str, given: str) -> tuple[tuple[str, str], ...]:
    """The ways in which a state may shorten a name that is too long; for all others they are the same."""
    return (primary, given), _initials(primary, given, COMPARED), _initials(primary, given, _WIDEST)


def _likelier_first(ways: Sequence[range]) -> Iterable[tuple[int, ...]]:
    """Every combination: how it is cut is the last of ``ways`` and counts most, then how many choices are unusual."""
    return sorted(itertools.product(*ways), key=lambda combination: (combination[-1], sum(combination)))
