"""Photo pages of passports and backs of cards, with a machine readable zone in OCR-B as ICAO Doc 9303 measures it.

Everything else on them (portrait, fields, guilloches) is only suggested: it is there to be told apart from the zone.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from simulator.scene.model import SceneError

_FACES: Final = Path("/usr/share/fonts")
_MRZ_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
_PITCH_MM: Final = 2.54
_PAPER: Final = 226
_INK: Final = 30


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes in millimetres: of the page, and where the zone's first character and its lines' centres are (9303-4,
    figure 2; 9303-5, figure 8).
    """

    width: float
    height: float
    left: float
    lines: tuple[float, ...]


_PASSPORT: Final = Layout(125.0, 88.0, 6.0, (71.3, 77.65))
_CARD: Final = Layout(85.6, 53.98, 4.7, (33.4, 39.75, 46.1))
_LAYOUTS: Final = {(2, 44): _PASSPORT, (2, 36): Layout(105.0, 74.0, 6.0, (57.3, 63.65)), (3, 30): _CARD}


def draw_document(text: str, width: int, seed: int) -> Image.Image:
    """The page that carries these lines, ``width`` pixels wide. Raises ``SceneError`` for what is no such zone."""
    lines = tuple(text.split("\n"))
    layout = _LAYOUTS.get((len(lines), len(lines[0])))
    if layout is None or {len(line) for line in lines} != {len(lines[0])} or not set("".join(lines)) <= _MRZ_LETTERS:
        raise SceneError(
            "bad_value", "a document has the lines of a machine readable zone, with line feeds between them"
        )
    scale = width / layout.width
    page = Image.new("L", (width, round(layout.height * scale)), _PAPER)
    pen = ImageDraw.Draw(page)
    _background(pen, page.size, scale, seed)
    _fields(pen, layout, scale, seed)
    face = _face(round(_PITCH_MM * scale / 0.723))
    for line, middle in zip(lines, layout.lines, strict=True):
        for position, character in enumerate(line):
            at = ((layout.left + (position + 0.5) * _PITCH_MM) * scale, middle * scale)
            pen.text(at, character, fill=_INK, font=face, anchor="mm")
    return page


@functools.cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    """OCR-B (Debian's fonts-ocr-b)."""
    for path in sorted(_FACES.rglob("OCRB.otf")):
        return ImageFont.truetype(str(path), size)
    raise SceneError("font_missing", "no OCR-B: install Debian's fonts-ocr-b")


def _background(pen: ImageDraw.ImageDraw, size: tuple[int, int], scale: float, seed: int) -> None:
    """Fine lines over everything, as a copy protection has them."""
    chance = random.Random(seed)
    step = max(3, round(1.6 * scale))
    for start in range(-size[1], size[0], step):
        tone = _PAPER - chance.randint(4, 18)
        pen.line((start, 0, start + size[1] // 2, size[1]), fill=tone, width=max(1, round(0.15 * scale)))


def _fields(pen: ImageDraw.ImageDraw, layout: Layout, scale: float, seed: int) -> None:
    chance = random.Random(seed + 1)
    top = (layout.lines[0] - 6.0) * scale
    portrait = (layout.left * scale, 0.12 * layout.height * scale, layout.left * scale + 28 * scale, top - 4 * scale)
    pen.rectangle(portrait, fill=170)
    pen.ellipse(
        (portrait[0] + 7 * scale, portrait[1] + 4 * scale, portrait[2] - 7 * scale, portrait[3] - 6 * scale), fill=105
    )
    face = _face(max(6, round(2.6 * scale)))
    y = 0.1 * layout.height * scale
    while y < top - 3 * scale:
        words = "".join(chance.choice("ABCDEFGHIKLMNORSTU ") for _ in range(chance.randint(8, 18)))
        pen.text((layout.left * scale + 34 * scale, y), words, fill=60, font=face)
        y += 6.5 * scale
