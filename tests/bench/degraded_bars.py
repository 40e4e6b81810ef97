"""Envelopes whose barcode is hard to read: what ``./box bench decode --bars`` reads.

The optics are those of `degraded_frames`. Besides: bars that are scratched, smeared and folded from top to bottom, so
that every line through them is damaged in the same way. That, and not noise, is what two frames agree about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

from hal.wire import Symbology
from tests.bench.degraded_frames import CELL, DEGRADATIONS, WIDTH, Card, Showing, View, damage

SYMBOLOGIES: Final = (Symbology.CODE_128, Symbology.CODE_39, Symbology.DATA_MATRIX, Symbology.QR)
_WRITERS: Final = {
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.QR: zxingcpp.BarcodeFormat.QRCodeModel2,
}
_IN_LINES: Final = frozenset({Symbology.CODE_128, Symbology.CODE_39})
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Envelope(Showing):
    """One envelope held before the camera. ``scars``: how many of its bars are damaged from top to bottom."""

    symbology: Symbology
    scars: int

    def card(self, chance: np.random.Generator) -> Card:
        """A white label; lines as tall as a third of their width."""
        written = zxingcpp.create_barcode(self.text, _WRITERS[self.symbology]).to_image(scale=1)
        modules = np.asarray(written)
        if self.symbology in _IN_LINES:
            modules = np.repeat(modules[:1], max(12, modules.shape[1] // 3), axis=0)
        levels = np.where(modules < 128, self.view.black, self.view.white) * 255
        face = Image.fromarray(np.uint8(np.kron(levels, np.ones((CELL, CELL)))))
        card = Image.new("L", (face.width + 16 * CELL, face.height + 16 * CELL), round(255 * self.view.white))
        card.paste(face, (8 * CELL, 8 * CELL))
        box = (8 * CELL, 8 * CELL, 8 * CELL + face.width, 8 * CELL + face.height)
        pen = ImageDraw.Draw(card)
        for _ in range(self.scars):
            left = int(chance.integers(box[0], box[2]))
            wide = int(chance.uniform(0.3, 2.5) * CELL)
            shade = round(255 * float(chance.choice([self.view.black, self.view.white])))
            pen.rectangle((left, box[1], left + wide, box[3]), fill=shade)
        damage(pen, box, self.view, chance)
        return card, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), float(box[2] - box[0])


def _scarred(chance: np.random.Generator) -> View:
    return View(blur=chance.uniform(0.15, 0.5))


KINDS: Final[dict[str, Callable[[np.random.Generator], View]]] = {**DEGRADATIONS, "scars": _scarred}


def envelopes(each: int, seed: int = 5, symbologies: tuple[Symbology, ...] = SYMBOLOGIES) -> Iterator[Envelope]:
    """``each`` envelopes for every symbology and every way of being hard to read."""
    for which, symbology in enumerate(symbologies):
        for number, (name, degrade) in enumerate(KINDS.items()):
            for index in range(each):
                chance = np.random.default_rng((seed, which, number, index))
                text = _order(chance)
                view = degrade(chance)
                if symbology in _IN_LINES:
                    # As large as fits, or down to where a bar is hardly a pixel and a half.
                    lines = zxingcpp.create_barcode(text, _WRITERS[symbology]).to_image(scale=1).shape[1]
                    view.module = min(4.0, 0.95 * WIDTH / lines) * chance.uniform(0.5, 1.0)
                    view.centre = (chance.uniform(-10, 10), chance.uniform(-60, 60))
                else:
                    view.centre = (chance.uniform(-50, 50), chance.uniform(-35, 35))
                view.turn = chance.normal(0, 6)
                view.inverted = False
                scars = int(chance.integers(1, 5)) if name == "scars" else 0
                yield Envelope(name, text, view, int(chance.integers(2**31)), symbology, scars)


def _order(chance: np.random.Generator) -> str:
    """Four characters at least: the shortest are the easiest to find where there is nothing."""
    length = int(chance.integers(4, 15))
    text = [_LETTERS[letter] for letter in chance.integers(0, len(_LETTERS), length)]
    if length > 7:
        text[3] = "-"
    return "".join(text)
