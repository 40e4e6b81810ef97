"""Frames of codes that are hard to read, in twelve ways: what ``./box bench decode`` reads.

The optics are its own, not the simulator's: whoever tunes the decoder on the one is tested on the other. A *showing* is
somebody who holds one code before the camera for ``FRAMES`` frames: the hand sways, noise and reflections move, the
code and what is wrong with it stay. The same seed gives the same frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import qrcode
from PIL import Image, ImageDraw, ImageFilter
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q

from hal.interfaces import Frame

WIDTH, HEIGHT = 640, 480
FRAMES: Final = 12
"""Frames of one showing: a second and a half at eight frames a second, then people begin to doubt."""
FRAME_MS: Final = 125

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CELL: Final = 12
"""Pixels of a card for a module of its code."""
_QUIET: Final = 4
_OVERSAMPLING: Final = 2
_FOCAL_WIDTHS: Final = 1.2

Floats = npt.NDArray[np.float64]
Card = tuple[Image.Image, tuple[float, float], float]
"""Something flat with a code on it, the middle of its code and the code's side in pixels of the card."""


@dataclass(slots=True)
class View:
    """How one code is seen. Lengths in modules of the code, angles in degrees, light in shares of full scale."""

    module: float = 5.0
    """Pixels a module."""
    turn: float = 0.0
    lean: tuple[float, float] = (0.0, 0.0)
    blur: float = 0.15
    motion: float = 0.0
    glare: float = 0.0
    moire: float = 0.0
    light: float = 0.85
    black: float = 0.06
    white: float = 0.95
    grain: float = 3.0
    """Standard deviation of the noise, in grey levels."""
    inverted: bool = False
    cracks: int = 0
    thumb: float = 0.0
    curl: float = 0.0
    on_screen: bool = True
    strong: bool = False
    """Error correction Q, as on our paper, instead of M, as most phones show it."""
    centre: tuple[float, float] = field(default=(0.0, 0.0))


def _perspective(chance: np.random.Generator) -> View:
    first, second = chance.uniform(35, 68), chance.uniform(-30, 30)
    return View(module=chance.uniform(4, 7), lean=(first, second) if chance.random() < 0.5 else (second, first))


def _blur(chance: np.random.Generator) -> View:
    return View(module=chance.uniform(3, 7), blur=chance.uniform(0.35, 0.85))


def _motion(chance: np.random.Generator) -> View:
    return View(module=chance.uniform(4, 7), motion=chance.uniform(0.7, 2.2))


def _glare(chance: np.random.Generator) -> View:
    return View(glare=chance.uniform(0.15, 0.5), light=0.7)


def _moire(chance: np.random.Generator) -> View:
    return View(module=chance.uniform(3.5, 7), moire=chance.uniform(0.35, 0.9), light=0.7)


def _low_light(chance: np.random.Generator) -> View:
    return View(light=chance.uniform(0.03, 0.16), grain=chance.uniform(2.5, 6), on_screen=False)


def _low_contrast(chance: np.random.Generator) -> View:
    black = chance.uniform(0.3, 0.6)
    return View(black=black, white=black + chance.uniform(0.03, 0.15), grain=chance.uniform(2, 4.5))


def _inverted(chance: np.random.Generator) -> View:
    return View(module=chance.uniform(2.2, 6), inverted=True, blur=chance.uniform(0.2, 0.7), grain=chance.uniform(3, 9))


def _cracks(chance: np.random.Generator) -> View:
    return View(cracks=int(chance.integers(3, 16)), blur=0.25)


def _thumb(chance: np.random.Generator) -> View:
    return View(thumb=chance.uniform(0.18, 0.46))


def _curl(chance: np.random.Generator) -> View:
    return View(curl=chance.uniform(0.5, 1.25), on_screen=False, strong=True, lean=(chance.uniform(-20, 20), 0))


def _small(chance: np.random.Generator) -> View:
    return View(module=chance.uniform(1.15, 2.4), blur=chance.uniform(0.2, 0.45), grain=chance.uniform(2, 6))


DEGRADATIONS: Final[dict[str, Callable[[np.random.Generator], View]]] = {
    "perspective": _perspective,
    "blur": _blur,
    "motion": _motion,
    "glare": _glare,
    "moire": _moire,
    "low light": _low_light,
    "low contrast": _low_contrast,
    "inverted": _inverted,
    "cracks": _cracks,
    "thumb": _thumb,
    "curl": _curl,
    "small": _small,
}


@dataclass(frozen=True, slots=True)
class Showing:
    """One code held before the camera."""

    degradation: str
    text: str
    view: View
    seed: int

    def frames(self) -> Iterator[Frame]:
        """What the camera brings, ``FRAMES`` times."""
        chance = np.random.default_rng(self.seed)
        card, middle, side = self.card(chance)
        room = _room(chance)
        sway = chance.uniform(0, 2 * math.pi)
        for number in range(FRAMES):
            yield Frame(
                self._frame(card, middle, side, room, sway + number / 5, chance), WIDTH, HEIGHT, number * FRAME_MS
            )

    def card(self, chance: np.random.Generator) -> Card:
        """What is held, straight on."""
        return _card(self.text, self.view, chance)

    def _frame(
        self,
        card: Image.Image,
        middle: tuple[float, float],
        side: float,
        room: Image.Image,
        sway: float,
        chance: np.random.Generator,
    ) -> bytes:
        view = self.view
        hand = 2.5 * math.sin(sway) + chance.normal(0, 0.6), 2.5 * math.cos(1.3 * sway) + chance.normal(0, 0.6)
        picture = _placed(card, middle, room, view, hand, math.sin(0.7 * sway))
        level = _defocused(picture, view, chance)
        if view.moire:
            level *= _beat(view, chance)
        if view.glare:
            level = _reflected(level, view, hand, side)
        level = 255 * view.light * level
        # Shot noise grows with the light, the sensor's own does not.
        deviation = np.sqrt(view.grain**2 + 0.06 * level)
        return np.clip(level + chance.normal(0, 1, level.shape) * deviation, 0, 255).astype(np.uint8).tobytes()


def showings(each: int, seed: int = 5) -> Iterator[Showing]:
    """``each`` showings of every degradation."""
    for number, (name, degrade) in enumerate(DEGRADATIONS.items()):
        for index in range(each):
            chance = np.random.default_rng((seed, number, index))
            view = degrade(chance)
            view.turn = chance.uniform(-180, 180) if chance.random() < 0.3 else chance.normal(0, 8)
            if view.lean == (0.0, 0.0):
                view.lean = (chance.normal(0, 9), chance.normal(0, 9))
            view.centre = (chance.uniform(-50, 50), chance.uniform(-35, 35))
            text = "ABHOLFACH-P-" + "".join(_ALPHABET[letter] for letter in chance.integers(0, 32, 26))
            yield Showing(name, text, view, int(chance.integers(2**31)))


def _card(text: str, view: View, chance: np.random.Generator) -> Card:
    code = qrcode.QRCode(border=_QUIET, error_correction=ERROR_CORRECT_Q if view.strong else ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    matrix = np.array(code.get_matrix(), dtype=bool)
    dark, light = (view.white, view.black) if view.inverted else (view.black, view.white)
    modules = np.where(matrix, dark, light)
    side = matrix.shape[0] * CELL
    face = Image.fromarray(np.uint8(np.kron(modules, np.ones((CELL, CELL))) * 255))
    card = Image.new("L", (side + 8 * CELL, round(1.7 * side)), round(255 * light))
    left, top = (card.width - side) // 2, (card.height - side) // 3
    card.paste(face, (left, top))
    pen = ImageDraw.Draw(card)
    for line in range(4):
        y = top + side + (2 + 3 * line) * CELL
        pen.rectangle((left, y, left + int(side * chance.uniform(0.3, 0.9)), y + CELL), fill=round(255 * dark))
    box = (left + _QUIET * CELL, top + _QUIET * CELL, left + side - _QUIET * CELL, top + side - _QUIET * CELL)
    damage(pen, box, view, chance)
    return card, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), float(box[2] - box[0])


def damage(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], view: View, chance: np.random.Generator) -> None:
    """Whatever cracks and thumbs ``view`` has, over the code in ``box``."""
    _break(pen, box, view.cracks, chance)
    if view.thumb:
        _cover(pen, box, view.thumb, chance)


def _break(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], count: int, chance: np.random.Generator) -> None:
    """Cracks of a screen run from one place outwards, in straight pieces, dark or glinting."""
    left, top, right, bottom = box
    x0, y0 = chance.uniform(left, right), chance.uniform(top, bottom)
    for _ in range(count):
        x, y, direction = x0, y0, chance.uniform(0, 2 * math.pi)
        shade = int(chance.choice([15, 70, 255]))
        width = max(2, round(chance.uniform(0.2, 0.8) * CELL))
        for _ in range(6):
            length = chance.uniform(0.1, 0.25) * (right - left)
            direction += chance.normal(0, 0.45)
            to = (x + length * math.cos(direction), y + length * math.sin(direction))
            pen.line((x, y, *to), fill=shade, width=width)
            x, y = to


def _cover(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], share: float, chance: np.random.Generator) -> None:
    """A thumb comes in from an edge or a corner."""
    left, top, right, bottom = box
    side = right - left
    x, y = chance.choice([left, right]), chance.uniform(top, bottom)
    wide, high = share * side, 0.7 * share * side
    pen.ellipse((x - wide, y - high, x + wide, y + high), fill=int(chance.integers(70, 190)))


def _room(chance: np.random.Generator) -> Image.Image:
    """A town hall out of focus, with edges enough to keep a decoder busy."""
    room = Image.new("L", (WIDTH // 4, HEIGHT // 4), int(chance.integers(60, 130)))
    pen = ImageDraw.Draw(room)
    for _ in range(14):
        x, y = chance.integers(0, room.width), chance.integers(0, room.height)
        wide, high = chance.integers(4, 60, 2)
        pen.rectangle((int(x), int(y), int(x + wide), int(y + high)), fill=int(chance.integers(20, 200)))
    grown = room.filter(ImageFilter.GaussianBlur(1)).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return grown.resize((WIDTH * _OVERSAMPLING, HEIGHT * _OVERSAMPLING), Image.Resampling.BILINEAR)


def _placed(
    card: Image.Image,
    middle: tuple[float, float],
    room: Image.Image,
    view: View,
    hand: tuple[float, float],
    twist: float,
) -> Image.Image:
    """The card as a pinhole camera sees it, twice as fine as the sensor."""
    scale = _OVERSAMPLING * view.module / CELL
    roll, pitch, yaw = (math.radians(angle) for angle in (view.turn + twist, *view.lean))
    flat = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    back = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    aside = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    turned = aside @ back @ flat
    focal = _FOCAL_WIDTHS * room.width
    centre = [
        size / 2 + _OVERSAMPLING * (away + sways)
        for size, away, sways in zip(room.size, view.centre, hand, strict=True)
    ]
    camera = np.array([[focal, 0, centre[0]], [0, focal, centre[1]], [0, 0, 1]])
    plane = np.column_stack([turned[:, 0] * scale, turned[:, 1] * scale, [0, 0, focal]])
    on_card = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    back_to_card = np.linalg.inv(camera @ plane @ on_card)
    coefficients = tuple(float(each) for each in (back_to_card / back_to_card[2, 2]).ravel()[:8])
    held = _curled(card, view.curl) if view.curl else card
    how = Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR
    seen = held.transform(room.size, *how, fillcolor=0)
    mask = Image.new("L", held.size, 255).transform(room.size, *how, fillcolor=0)
    return Image.composite(seen, room, mask).reduce(_OVERSAMPLING)


def _curled(card: Image.Image, bend: float) -> Image.Image:
    """Paper bent about an upright axis, ``bend`` radians to each side: narrow and dark towards its edges."""
    source = np.asarray(card, dtype=np.float64)
    across = np.linspace(-1, 1, card.width) * math.sin(bend)
    angle = np.arcsin(across)
    columns = np.clip((angle / bend + 1) / 2 * (card.width - 1), 0, card.width - 1)
    rows = np.clip(
        np.arange(card.height)[:, None] - 0.12 * bend * card.height * (1 - np.cos(angle)), 0, card.height - 1
    )
    bent = source[np.round(rows).astype(int), np.round(np.broadcast_to(columns, rows.shape)).astype(int)]
    return Image.fromarray(np.uint8(bent * (0.35 + 0.65 * np.cos(angle))))


def _defocused(picture: Image.Image, view: View, chance: np.random.Generator) -> Floats:
    sharp = picture.filter(ImageFilter.GaussianBlur(view.blur * view.module)) if view.blur else picture
    level: Floats = np.asarray(sharp, dtype=np.float64) / 255
    length = view.motion * view.module * chance.uniform(0.3, 1.0)
    if length < 1:
        return level
    angle = chance.uniform(0, math.pi)
    steps = max(3, round(2 * length))
    moved = np.zeros_like(level)
    for step in np.linspace(-0.5, 0.5, steps):
        shift = round(step * length * math.sin(angle)), round(step * length * math.cos(angle))
        moved += np.roll(level, shift, (0, 1))
    return moved / steps


def _beat(view: View, chance: np.random.Generator) -> Floats:
    """The screen's grid against the sensor's: two waves about as wide as modules, drifting from frame to frame."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = np.zeros((HEIGHT, WIDTH))
    for share in (0.6, 0.4):
        period = view.module * chance.uniform(0.6, 2.5)
        angle = chance.uniform(0, math.pi)
        waves += share * np.sin(
            2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / period + chance.uniform(0, 2 * math.pi)
        )
    return 1 - view.moire * (0.5 + 0.5 * waves)


def _reflected(level: Floats, view: View, hand: tuple[float, float], side: float) -> Floats:
    """A lamp mirrored in glass: it moves with the hand, more than the code does."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    reach = view.glare * side * view.module / CELL
    x0 = WIDTH / 2 + view.centre[0] + 6 * hand[0]
    y0 = HEIGHT / 2 + view.centre[1] + 6 * hand[1]
    lamp: Floats = np.exp(-((((x - x0) / reach) ** 2 + ((y - y0) / (0.6 * reach)) ** 2) ** 2))
    return level + 1.2 * lamp
