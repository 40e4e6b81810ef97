"""Whether the bars of a Code 39 are really those of the text that was read.

Code 39 has no check character, and a line of ink beside a bar makes another letter of it, the same one in every
frame: two frames that agree prove nothing then. Here the label is straightened and every bar and every space measured.
In a label that was read right, all the wide ones are alike, and all the narrow ones; what ink or a fold has made
is something in between, or not as wide at the top as at the bottom. The gaps between letters have a width of their own
(ISO/IEC 16388: one narrow space to 5.3 of them), the same all along the label.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

import zxingcpp
from PIL import Image

from hal.qr.hint import Corners

_ROWS: Final = 12
_TOGETHER: Final = 5
"""Lines that make a row: noise is gone in their mean."""

_PER_LETTER: Final = 96
"""Pixels of the straightened label for a letter, which has nine bars and spaces, three of them wide, and a gap."""

_MARGIN: Final = 0.06
"""Of the label's width, seen beside it: its corners are known to a bar or so."""

_NEEDED: Final = 8
"""So many rows must have as many bars as the text."""

_WIDE_OFF: Final = 0.15
"""Of the mean of its kind, by which the width of a wide bar or space may be off."""

_NARROW_OFF: Final = 0.27
_BETWEEN_ROWS: Final = 0.5
"""Of a narrow one, by which most rows may differ about a width: what leans is no bar."""

_LEAST_RATIO: Final = 1.7
"""Wide to narrow: the standard says two to three."""

Mark = TypeVar("Mark")

_RUNS: Final = re.compile(rb"\x00+|\x01+")


def is_written(text: str, image: Image.Image, corners: Corners | None) -> bool:
    """Whether ``image`` (light and dark, no colours) shows ``text`` at ``corners``, and nothing that only looks like
    it.
    """
    wanted = _widths(text)
    if wanted is None or corners is None:
        return False
    rows = [row for row in _rows(image, corners, len(text) + 2) if len(row) == len(wanted)]
    if len(rows) < _NEEDED:
        return False
    columns = list(zip(*rows, strict=True))
    measured = _levelled([statistics.median(column) for column in columns])
    (bars, wide_bars), (spaces, wide_spaces) = ((_inside(measured, first), _inside(wanted, first)) for first in (0, 1))
    narrow = statistics.fmean(_of(bars, wide_bars, False) + _of(spaces, wide_spaces, False))
    if any(_spread(column) > _BETWEEN_ROWS * narrow for column in columns):
        return False
    # Blur and ink make all bars wider and all spaces narrower: each is compared with its like.
    least = (1 - _NARROW_OFF) * statistics.fmean(_of(spaces, wide_spaces, False))
    return _alike(bars, wide_bars) and _alike(spaces, wide_spaces) and _are_gaps(measured[9::10], least)


def _levelled(widths: Sequence[float]) -> list[float]:
    """As if all letters were as wide as the mean of them: a label that is held aslant has its far end smaller."""
    letters = [sum(widths[first : first + 9]) for first in range(0, len(widths), 10)]
    mean = statistics.fmean(letters)
    return [width * mean / letters[number // 10] for number, width in enumerate(widths)]


def _inside(marks: Sequence[Mark], first: int) -> list[Mark]:
    """Every second one from ``first`` on, without the gaps between letters."""
    return [mark for number, mark in enumerate(marks) if number % 2 == first and number % 10 != 9]


def _of(widths: Sequence[float], wide: Sequence[bool], wanted: bool) -> list[float]:
    return [width for width, is_wide in zip(widths, wide, strict=True) if is_wide is wanted]


def _are_gaps(widths: Sequence[float], least: float) -> bool:
    mean = statistics.fmean(widths)
    return mean >= least and all(abs(width - mean) <= _NARROW_OFF * mean for width in widths)


def _alike(widths: Sequence[float], wide: Sequence[bool]) -> bool:
    narrows, wides = _of(widths, wide, False), _of(widths, wide, True)
    if not narrows or not wides:
        return False
    narrow, broad = statistics.fmean(narrows), statistics.fmean(wides)
    return (
        broad >= _LEAST_RATIO * narrow
        and all(abs(width - broad) <= _WIDE_OFF * broad for width in wides)
        and all(abs(width - narrow) <= _NARROW_OFF * narrow for width in narrows)
    )


def _spread(column: Sequence[int]) -> float:
    """Between rows, without the two that are furthest out."""
    ordered = sorted(column)
    return ordered[-2] - ordered[1]


@lru_cache(maxsize=64)
def _widths(text: str) -> tuple[bool, ...] | None:
    """Which bars and spaces of ``text``, from the first bar to the last, are wide; ``None`` if it cannot be written."""
    try:
        written: Any = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code39).to_image(scale=1)
    except (ValueError, RuntimeError):
        return None
    line = memoryview(written).tobytes()[: written.shape[1]].translate(_DARK).strip(b"\x00")
    return tuple(len(run) > 1 for run in _RUNS.findall(line))


_DARK: Final = bytes(1 if level < 128 else 0 for level in range(256))


def _rows(image: Image.Image, corners: Corners, letters: int) -> list[list[int]]:
    """The widths of bars and spaces from the first bar to the last, in rows from the top of the label to its bottom."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    out = _MARGIN
    quad = (
        ax - out * (bx - ax), ay - out * (by - ay), dx - out * (cx - dx), dy - out * (cy - dy),
        cx + out * (cx - dx), cy + out * (cy - dy), bx + out * (bx - ax), by + out * (by - ay),
    )  # fmt: skip
    width = round(letters * _PER_LETTER * (1 + 2 * out))
    size = (width, _ROWS * _TOGETHER)
    # Light outside the picture: a label at its edge ends there with its last bar.
    fine = image.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=255)
    straight = fine.reduce((1, _TOGETHER))
    found = []
    for number in range(_ROWS):
        row = straight.crop((0, number, width, number + 1)).tobytes()
        ordered = sorted(row)
        middle = (ordered[len(row) // 10] + ordered[-len(row) // 10]) // 2
        bits = row.translate(bytes(1 if level < middle else 0 for level in range(256))).strip(b"\x00")
        found.append([len(run) for run in _RUNS.findall(bits)])
    return found
