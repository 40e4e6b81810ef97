"""Finds the lines of a machine readable zone in a frame, and cuts each into the cells of its characters.

A zone is printed with one pitch, so a line is known by its even row of some thirty or forty-four marks. The page is
held by hand: turned a little, leaning, nearer on one side. The turn is found first (the rows of print are then
sharpest); what is left, a slope and a pitch that changes along the line, is fitted to the marks.

Pillow and arithmetic: about 30 ms for a frame. Pure functions, safe on any thread.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from hal.qr.ocr_b import CELL_HEIGHT, CELL_WIDTH, PROFILE

WORKING_WIDTH: Final = 960
"""Frames are brought to this width: a page that fills one then has about 18 pixels a character."""

MAX_LINES: Final = 10
"""More are not looked at: a page of a book is no document, and every line costs time."""

SPARE_CELLS: Final = 2
"""Cut on either side of what was found."""

_SPARE_ROWS: Final = 3
_SMALL_WIDTH: Final = 320
_STEEPEST: Final = 16
_PITCH: Final = (9.0, 40.0)
_LEAST_MARKS: Final = 18
_REACH: Final = 26
"""Rows above and below a line's middle in which it is looked for."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: where it stands (``middle``, pixels from the top of the turned frame) and its cells from left to
    right, each ``CELL_WIDTH`` x ``CELL_HEIGHT`` levels, darker is more.
    """

    middle: float
    cells: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something dark in a line, seen as columns without a gap."""

    left: int
    right: int
    top: float
    bottom: float

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


def text_lines(luma: bytes, width: int, height: int) -> Iterator[TextLine]:
    """Lines that may be a machine readable zone's, from the bottom up. ``luma`` has ``width * height`` bytes; of a
    frame that is more than four times as long as the other way nothing is read.
    """
    if not width <= 4 * height <= 16 * width:
        return
    frame = Image.frombuffer("L", (width, height), luma, "raw", "L", 0, 1)
    page = frame.resize((WORKING_WIDTH, WORKING_WIDTH * height // width), Image.Resampling.BICUBIC)
    angle = _turn(page)
    page = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=128)
    ink = ImageChops.subtract(page.filter(ImageFilter.BoxBlur(13)), page)
    marks = ink.point(_threshold(ink))
    for top, bottom in itertools.islice(_bands(marks), MAX_LINES):
        line = _line(page, marks, top, bottom)
        if line is not None:
            yield line


def _turn(page: Image.Image) -> float:
    """By how many degrees to turn the page so that its print lies level."""
    small = page.resize((_SMALL_WIDTH, _SMALL_WIDTH * page.height // page.width), Image.Resampling.BOX)
    ink = ImageChops.subtract(small.filter(ImageFilter.BoxBlur(5)), small).point(
        [min(255, 6 * level) if level > 8 else 0 for level in range(256)]
    )

    def sharpness(angle: float) -> int:
        return _sharpness(ink.rotate(angle, Image.Resampling.NEAREST))

    best = max(range(-_STEEPEST, _STEEPEST + 1, 2), key=sharpness)
    return max((best - 1.0, best - 0.5, float(best), best + 0.5, best + 1.0), key=sharpness)


def _threshold(ink: Image.Image) -> list[int]:
    """Half of what is darkest counts as a mark."""
    histogram = ink.histogram()
    dark, level = 0, 255
    while level > 0 and dark < ink.width * ink.height // 50:
        dark += histogram[level]
        level -= 1
    least = max(9, level // 2)
    return [255 if each >= least else 0 for each in range(256)]


def _bands(marks: Image.Image) -> Iterator[tuple[int, int]]:
    """Rows over half of whose width there is print, as (top, bottom), from the bottom up."""
    columns = 60
    share = marks.resize((columns, marks.height), Image.Resampling.BOX).tobytes()
    filled = [
        sum(level > 20 for level in share[row * columns : (row + 1) * columns]) * 2 >= columns
        for row in range(marks.height)
    ]
    bottom = None
    for row in range(marks.height - 1, -2, -1):
        on = row >= 0 and filled[row]
        if on and bottom is None:
            bottom = row + 1
        elif not on and bottom is not None:
            if 4 <= bottom - row - 1 <= 60:
                yield row + 1, bottom
            bottom = None


def _line(page: Image.Image, marks: Image.Image, top: int, bottom: int) -> TextLine | None:
    found = _marks(marks, (top + bottom) / 2)
    placed = _placed(found) if len(found) >= _LEAST_MARKS else None
    if placed is None:
        return None
    across, down, count = placed
    # What stands at the ends is the easiest to be missed: a cell more on each side.
    return _cut(page, _moved(across, -SPARE_CELLS), _moved(down, -SPARE_CELLS), count + 2 * SPARE_CELLS)


def _marks(marks: Image.Image, middle: float) -> list[_Mark]:
    """What stands in the line that passes there, from left to right."""
    strip, slope, first = _levelled(marks, middle)
    rows = strip.resize((1, strip.height), Image.Resampling.BOX).tobytes()
    least = max(rows[strip.height // 2 - 4 : strip.height // 2 + 4]) // 4
    top = bottom = strip.height // 2
    while top > 0 and rows[top - 1] > least:
        top -= 1
    while bottom < strip.height and rows[bottom] > least:
        bottom += 1
    strip, first = strip.crop((0, top, strip.width, bottom)), first + top
    if strip.height < 4:
        return []
    found = []
    for left, right in _runs(strip.resize((strip.width, 1), Image.Resampling.BOX).tobytes(), 255 // strip.height):
        box = strip.crop((left, 0, right, strip.height)).getbbox()
        if box is not None:
            shift = first + slope * (left + right) / 2
            found.append(_Mark(left, right, shift + box[1], shift + box[3]))
    tall = statistics.median(mark.bottom - mark.top for mark in found) if found else 0.0
    return [mark for mark in found if mark.bottom - mark.top >= 0.45 * tall]


def _levelled(marks: Image.Image, middle: float) -> tuple[Image.Image, float, float]:
    """The rows around there, sheared so that the line in them lies level; its slope, and where its first row is at the
    left edge. A leaning page turns its lines a little differently from each other.
    """

    def sheared(slope: float) -> Image.Image:
        first = middle - _REACH - slope * marks.width / 2
        shear = (1.0, 0.0, 0.0, slope, 1.0, first)
        return marks.transform((marks.width, 2 * _REACH), Image.Transform.AFFINE, shear, Image.Resampling.NEAREST)

    def sharpness(slope: float) -> int:
        return _sharpness(sheared(slope))

    best = max((step / 200 for step in range(-10, 11)), key=sharpness)
    return sheared(best), best, middle - _REACH - best * marks.width / 2


def _sharpness(image: Image.Image) -> int:
    """How much neighbouring rows differ: most where print lies level."""
    rows = image.resize((1, image.height), Image.Resampling.BOX).tobytes()
    return sum((above - below) ** 2 for above, below in itertools.pairwise(rows))


def _runs(levels: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where the levels are above ``least``, as (first, behind the last)."""
    first = None
    for at in range(len(levels) + 1):
        on = at < len(levels) and levels[at] > least
        if on and first is None:
            first = at
        elif not on and first is not None:
            yield first, at
            first = None


Curve = tuple[float, float, float]
"""``a + b u + c u²``."""


def _at(curve: Curve, u: float) -> float:
    return curve[0] + u * (curve[1] + u * curve[2])


def _placed(marks: Sequence[_Mark]) -> tuple[Curve, Curve, int] | None:
    """Where the nth character is, where the line's middle is at the nth character, and how many there are."""
    pitch = statistics.median(right.x - left.x for left, right in itertools.pairwise(marks))
    if not _PITCH[0] <= pitch <= _PITCH[1]:
        return None
    marks = _without_edges(marks, pitch)
    steps = [right.x - left.x for left, right in itertools.pairwise(marks)]
    # The pitch changes along the line: each step is measured by those around it.
    positions = [0]
    for at, step in enumerate(steps):
        around = statistics.median(steps[max(0, at - 6) : at + 7])
        positions.append(positions[-1] + max(1, round(step / around)))
    pairs = list(zip(positions, marks, strict=True))
    narrow = [(u, mark) for u, mark in pairs if mark.right - mark.left <= 1.1 * pitch]
    for _ in range(3):
        if len(narrow) < _LEAST_MARKS:
            return None
        across = _fitted([(u, mark.x) for u, mark in narrow])
        narrow = [(u, mark) for u, mark in narrow if abs(_at(across, u) - mark.x) <= 0.22 * pitch]
    if len(narrow) < _LEAST_MARKS:
        return None
    down = _fitted([(u, mark.y) for u, mark in narrow], straight=True)
    first, last = narrow[0][0], narrow[-1][0]
    return _moved(across, first), _moved(down, first), last - first + 1


def _without_edges(marks: Sequence[_Mark], pitch: float) -> Sequence[_Mark]:
    """Without what stands apart at the ends: a page's edge is more than two characters away from its zone."""
    first, behind = 0, len(marks)
    for at in range(min(4, len(marks) - 1)):
        if marks[at + 1].x - marks[at].x > 2.15 * pitch:
            first = at + 1
        if marks[-at - 1].x - marks[-at - 2].x > 2.15 * pitch:
            behind = len(marks) - at - 1
    return marks[first:behind]


def _moved(curve: Curve, by: int) -> Curve:
    a, b, c = curve
    return (a + b * by + c * by * by, b + 2 * c * by, c)


def _fitted(points: Sequence[tuple[float, float]], *, straight: bool = False) -> Curve:
    """Least squares."""
    middle = statistics.fmean(u for u, _ in points)
    shifted = [(u - middle, value) for u, value in points]
    s0, s2, s4 = len(points), sum(u * u for u, _ in shifted), sum(u**4 for u, _ in shifted)
    s3 = sum(u**3 for u, _ in shifted)
    t0 = sum(value for _, value in shifted)
    t1 = sum(u * value for u, value in shifted)
    t2 = sum(u * u * value for u, value in shifted)
    if straight:
        return (t0 / s0 - middle * t1 / s2, t1 / s2, 0.0)
    # Three normal equations, by Cramer's rule; the sum of u is 0.
    determinant = s0 * (s2 * s4 - s3 * s3) - s2 * s2 * s2
    a = (t0 * (s2 * s4 - s3 * s3) - s2 * (s2 * t2 - s3 * t1)) / determinant
    c = (s0 * (s2 * t2 - s3 * t1) - s2 * s2 * t0) / determinant
    b = (t1 - s3 * c) / s2
    return (a - b * middle + c * middle * middle, b - 2 * c * middle, c)


def _cut(page: Image.Image, across: Curve, down: Curve, count: int) -> TextLine:
    strip = _strip(page, across, down, count, CELL_HEIGHT + 2 * _SPARE_ROWS)
    # The marks say where the line is to a pixel or so; its profile, where ink begins and ends, says it better.
    rows = _rows_off(strip) * across[1] / CELL_WIDTH
    down = (down[0] + rows, down[1], down[2])
    strip = _strip(page, across, down, count, CELL_HEIGHT)
    cells = (strip.crop((at * CELL_WIDTH, 0, (at + 1) * CELL_WIDTH, CELL_HEIGHT)).tobytes() for at in range(count))
    return TextLine(_at(down, count / 2), tuple(cells))


def _strip(page: Image.Image, across: Curve, down: Curve, count: int, height: int) -> Image.Image:
    """The line's cells side by side, level and of one size, with ink light."""
    mesh = []
    for index in range(count):
        left, right = _at(across, index - 0.5), _at(across, index + 0.5)
        half = (right - left) * height / CELL_WIDTH / 2
        y_left, y_right = _at(down, index - 0.5), _at(down, index + 0.5)
        box = (index * CELL_WIDTH, 0, (index + 1) * CELL_WIDTH, height)
        mesh.append((box, (left, y_left - half, left, y_left + half, right, y_right + half, right, y_right - half)))
    strip = page.transform(
        (count * CELL_WIDTH, height), Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=128
    )
    return ImageChops.invert(strip)


def _rows_off(strip: Image.Image) -> float:
    """By how many rows the line stands lower than the middle of the strip."""
    ink = strip.resize((1, strip.height), Image.Resampling.BOX).tobytes()
    fits = []
    for off in range(2 * _SPARE_ROWS + 1):
        rows = ink[off : off + CELL_HEIGHT]
        mean = sum(rows) / CELL_HEIGHT
        length = sum((level - mean) ** 2 for level in rows) ** 0.5 or 1.0
        fits.append(sum((level - mean) * row for level, row in zip(rows, PROFILE, strict=True)) / length)
    best = max(range(len(fits)), key=fits.__getitem__)
    if not 0 < best < len(fits) - 1:
        return float(best - _SPARE_ROWS)
    before, here, after = fits[best - 1 : best + 2]
    curve = before - 2 * here + after
    return best - _SPARE_ROWS + (0.5 * (before - after) / curve if curve else 0.0)
