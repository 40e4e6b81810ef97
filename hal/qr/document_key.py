"""The key of a document's chip, read from its machine readable zone before the camera.

Only what makes the key is read: document number, birth date and expiry date with their check digits (ICAO Doc 9303-11,
4.3.2). The line with the name is passed over in a passport and never put into letters in a card. Every check digit must
hold, the one over all of them too, and two frames must agree; nothing is kept but a keyed hash of the last reading.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hal.eid.mrz import Mrz, MrzError, parse_mrz
from hal.interfaces import Frame
from hal.qr.ocr_b import DIGITS, EVERYTHING, FILLER, LETTERS, Vector, likeness, vector
from hal.qr.text_lines import text_lines
from hal.wire.codes import SecretText

AGREE_MS: Final = 3000
"""Two frames not further apart than this have to read the same."""

_DATE: Final = ((DIGITS + FILLER, 6), (DIGITS, 1), ("MFX<", 1), (DIGITS, 7))
_NUMBER_CHARACTERS: Final = LETTERS + DIGITS + FILLER
_NUMBER: Final = ((_NUMBER_CHARACTERS, 9), (DIGITS + FILLER, 1))
_STATE: Final = (LETTERS + FILLER, 3)


def _layout(*fields: tuple[str, int]) -> tuple[str, ...]:
    return tuple(alphabet for alphabet, length in fields for _ in range(length))


_TD3_LOWER: Final = _layout(*_NUMBER, _STATE, *_DATE, (EVERYTHING, 14), (DIGITS + FILLER, 1), (DIGITS, 1))
_TD2_LOWER: Final = _layout(*_NUMBER, _STATE, *_DATE, (EVERYTHING, 7), (DIGITS, 1))
_TD1_UPPER: Final = _layout(("ACI", 1), (LETTERS + FILLER, 4), *_NUMBER, (EVERYTHING, 15))
_TD1_MIDDLE: Final = _layout(*_DATE, _STATE, (EVERYTHING, 11), (DIGITS, 1))

_NOBODY_44: Final = "P<UTOX" + 38 * FILLER
_NOBODY_36: Final = "I<UTOX" + 30 * FILLER
_NOBODY_30: Final = "X" + 29 * FILLER
"""Lines that are not needed stand in as these: the parser wants a whole zone."""

_ALIKE: Final = 0.68
"""On the average over a line; below it, it is something else."""
_DOUBTFUL: Final = 0.12
"""A character whose runner-up is so near may be the other one, if that makes the check digits hold."""
_NEAR: Final = 0.08
_MOST_DOUBTS: Final = 6

Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A character that may be another: by how little it was preferred."""

    margin: float
    position: int
    other: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A line read by a layout, and what is doubtful in it. ``undecidable``: two characters of the number are nearly as
    likely, and no check digit tells them apart, as their values differ by ten (6 and G and Q, F and P, H and R).
    """

    text: str = field(repr=False)
    doubts: tuple[_Doubt, ...] = field(repr=False)
    likeness: float
    undecidable: bool


class DocumentKeyReader:
    """Reads frames one after the other. Not thread-safe; times are those of the frames (``mono_ms``)."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._last: tuple[bytes, int] | None = None
        self._told: bytes | None = None

    def read(self, frame: Frame) -> SecretText | None:
        """What makes the key, when this frame and one before agree on it; once until `forget` or another document."""
        information = read_document_key(frame.luma, frame.width, frame.height)
        if information is None:
            return None
        digest = hashlib.blake2b(information.encode(), key=self._key, digest_size=16).digest()
        before, self._last = self._last, (digest, frame.mono_ms)
        if before is None or before[0] != digest or not 0 < frame.mono_ms - before[1] <= AGREE_MS:
            return None
        if digest == self._told:
            return None
        self._told = digest
        return SecretText(information)

    def forget(self) -> None:
        """Somebody else is before the camera, or the same person begins anew."""
        self._last = self._told = None


def read_document_key(luma: bytes, width: int, height: int) -> str | None:
    """`Mrz.access_information` of the one document in a frame; ``None`` if there is none that holds."""
    scored: list[tuple[Scores, ...]] = []
    for line in text_lines(luma, width, height):
        scores = tuple(_scores(cell) for cell in line.cells)
        for mrz in _zones(scores, scored):
            return mrz.access_information
        scored.append(scores)
    return None


def _zones(line: Sequence[Scores], below: Sequence[Sequence[Scores]]) -> Iterator[Mrz]:
    """Zones that this line completes; lines come from the bottom up."""
    for layout, nobody in ((_TD3_LOWER, _NOBODY_44), (_TD2_LOWER, _NOBODY_36)):
        lower = _by_layout(line, layout)
        if lower is not None:
            yield from _parsed(lower, before=nobody)
    upper = _by_layout(line, _TD1_UPPER)
    if upper is not None and below:
        middle = _by_layout(below[-1], _TD1_MIDDLE)
        if middle is not None:
            shifted = (replace(doubt, position=doubt.position + len(upper.text)) for doubt in middle.doubts)
            both = _Read(
                upper.text + middle.text,
                (*upper.doubts, *shifted),
                min(upper.likeness, middle.likeness),
                upper.undecidable or middle.undecidable,
            )
            yield from _parsed(both, after=_NOBODY_30)


def _parsed(read: _Read, before: str = "", after: str = "") -> Iterator[Mrz]:
    """The zone as it was read; else the one that another decision of one doubt makes right, if it is only one."""
    if read.likeness < _ALIKE or read.undecidable:
        return
    found = _valid(before + read.text + after)
    if found is not None:
        yield found
        return
    others = []
    for doubt in read.doubts:
        text = read.text[: doubt.position] + doubt.other + read.text[doubt.position + 1 :]
        mrz = _valid(before + text + after)
        if mrz is not None:
            others.append(mrz)
    if len(others) == 1:
        yield others[0]


def _valid(text: str) -> Mrz | None:
    try:
        return parse_mrz(text)
    except MrzError:
        return None


def _scores(cell: bytes) -> Scores:
    pixels: Vector | None = vector(cell)
    return likeness(pixels) if pixels is not None else {}


def _by_layout(line: Sequence[Scores], layout: Sequence[str]) -> _Read | None:
    """The line read by the layout, where in it that fits best; ``None`` if nowhere."""
    best: tuple[float, int] | None = None
    for start in range(len(line) - len(layout) + 1):
        total = 0.0
        for scores, alphabet in zip(line[start : start + len(layout)], layout, strict=True):
            total += max((scores[character] for character in alphabet), default=0.0) if scores else 0.0
        if best is None or total > best[0]:
            best = (total, start)
    if best is None or best[0] < _ALIKE * len(layout):
        return None
    text, doubts, undecidable = [], [], False
    for position, alphabet in enumerate(layout):
        scores = line[best[1] + position]
        if not scores:
            return None
        first, second, *others = sorted(alphabet, key=scores.__getitem__, reverse=True)
        margin = scores[first] - scores[second]
        text.append(first)
        if margin < _DOUBTFUL:
            doubts.append(_Doubt(margin, position, second))
        if alphabet is _NUMBER_CHARACTERS:
            near = [other for other in (second, *others) if scores[first] - scores[other] < _NEAR]
            undecidable = undecidable or any(_value(other) % 10 == _value(first) % 10 for other in near)
    nearest = tuple(sorted(doubts, key=lambda doubt: doubt.margin)[:_MOST_DOUBTS])
    return _Read("".join(text), nearest, best[0] / len(layout), undecidable)


def _value(character: str) -> int:
    return 0 if character == FILLER else int(character, 36)
