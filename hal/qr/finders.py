"""The squares in the corners of a QR code, where a decoder finds no code: one of them is under a thumb, or all of them
are too pale, too dark or too unsharp for it.

For advice only, and dear: about 10 ms a frame. Two of these squares of one size, as far apart as in a code of ours, are
what hardly anything else shows (`tests/unit/reader/test_finders.py` has the figures).
"""

from __future__ import annotations

import math
import re
from itertools import combinations
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from hal.interfaces import Frame
from hal.qr.hint import Finder

_EVERY: Final = 2
"""Rows between two that are looked at."""

_SMOOTH: Final = ImageFilter.BoxBlur(1)
_AROUND: Final = ImageFilter.BoxBlur(14)
_DARKER: Final = bytes(1 if level < 126 else 0 for level in range(256))
"""By two grey levels at least than what is around: noise of an even wall makes few long runs then."""

_RUNS: Final = re.compile(rb"\x00+|\x01+")
_TOLERANCE: Final = 0.55
"""In modules, by which a run may be longer or shorter; the middle one by three times as much."""

_SMALLEST: Final = 1.8
"""Pixels a module: noise has smaller ones."""

_MOST: Final = 12
"""Squares in one picture: more of them are noise."""

_APART: Final = (12, 40)
"""Modules between the middles of two squares: 14 in the smallest code, 31 along the diagonal of a large one of ours."""


def finders(frame: Frame) -> tuple[Finder, Finder] | None:
    """Two squares of one code, if there are such."""
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1).filter(_SMOOTH)
    bits = ImageChops.subtract(image, image.filter(_AROUND), 1, 128).point(_DARKER)
    across, down = bits.tobytes(), bits.transpose(Image.Transpose.TRANSPOSE).tobytes()
    found: list[tuple[Finder, int]] = []
    for y in range(_EVERY, frame.height - _EVERY, _EVERY):
        for x, module in _in_line(across[y * frame.width : (y + 1) * frame.width]):
            middle = _crossed(down, int(x), y, frame.height, module)
            if middle is not None:
                _gather(found, Finder(x, middle, module))
    squares = [finder for finder, times in found if times * _EVERY >= 1.5 * finder.module]
    if len(squares) > _MOST:
        return None
    for one, other in combinations(squares, 2):
        module = (one.module + other.module) / 2
        apart = math.hypot(one.x - other.x, one.y - other.y) / module
        if max(one.module, other.module) < 1.4 * min(one.module, other.module) and _APART[0] <= apart <= _APART[1]:
            return one, other
    return None


def _in_line(line: bytes) -> list[tuple[float, float]]:
    """Where in this line dark, light, three times dark, light, dark follow each other: the middles and a module."""
    runs = [match.span() for match in _RUNS.finditer(line)]
    found = []
    for at in range(2, len(runs) - 2):
        left, right = runs[at]
        if not line[left] or right - left < 3:
            continue
        begin, end = runs[at - 2][0], runs[at + 2][1]
        module = (end - begin) / 7
        if module < _SMALLEST or abs(right - left - 3 * module) > 3 * _TOLERANCE * module:
            continue
        if all(abs(runs[at + by][1] - runs[at + by][0] - module) <= _TOLERANCE * module for by in (-2, -1, 1, 2)):
            found.append(((left + right) / 2, module))
    return found


def _crossed(down: bytes, x: int, y: int, height: int, module: float) -> float | None:
    """The middle of a square in the column ``x``, if there is one about ``y`` of that size."""
    reach = math.ceil(6 * module)
    top, bottom = max(0, y - reach), min(height, y + reach)
    for middle, other in _in_line(down[x * height + top : x * height + bottom]):
        if abs(top + middle - y) <= 1.5 * module and max(other, module) < 1.5 * min(other, module):
            return top + middle
    return None


def _gather(found: list[tuple[Finder, int]], new: Finder) -> None:
    for at, (known, times) in enumerate(found):
        if abs(known.x - new.x) < 2 * known.module and abs(known.y - new.y) < 2 * known.module:
            found[at] = (known, times + 1)
            return
    found.append((new, 1))
