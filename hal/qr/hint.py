"""Why a code cannot be read: what the picture of it tells those who hold it, and those who set the camera up.

The code is straightened by its corners, so that all that follows is in modules. Pillow only, and all counting is done
on histograms: 0.4 ms a frame, and only for frames in which a code was seen in vain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops

from hal.interfaces import Frame
from hal.qr.light import light_of
from hal.wire import ScanHint, SeenLight

Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
"""Of a code in a frame, in pixels: top left, top right, bottom right, bottom left, as the code has them."""


@dataclass(frozen=True, slots=True)
class Finder:
    """One of the squares in a code's corners: its middle and a module's size, in pixels."""

    x: float
    y: float
    module: float


MODULES: Final = 27
"""A side of our tokens: 25 on most screens, 29 on our paper."""

SMALL: Final = 2.2
"""Pixels a module. Below it the decoder loses codes quickly; a lens is chosen for 3 at the farthest distance."""

DARK: Final = 64
"""Where the lightest twentieth of a code is darker than this grey level, there is no light on it."""

PALE: Final = 30
"""Grey levels between its dark and its light."""

WASHED_OUT: Final = 150
"""Where the darkest twentieth is lighter than this, it is too bright."""

WHITE: Final = 248
"""The mean grey level of a patch of three by three modules in which a lamp is mirrored."""

_HAZE: Final = 120
"""Two fifths of a square's surroundings are dark. Where they are as light as this, they are washed out."""

_PATCHES: Final = 3
"""Chance makes one of them in six codes."""

SHARP: Final = 0.4
"""Of its contrast, from one pixel of the straightened code to the next but one, at the steepest tenth of places."""

ASLANT: Final = 1.1
"""One side to another."""

_PIXELS: Final = 4
_SIDE: Final = _PIXELS * MODULES


def hint_of(frame: Frame, corners: Corners | None) -> ScanHint:
    """What is wrong with the code at ``corners``; of the whole picture, where nobody knows where in it the code is."""
    if corners is None:
        return _OF_PICTURE[light_of(frame)]
    sides = [math.dist(corners[number], corners[number - 1]) for number in range(4)]
    if min(sides) < 1:
        return _OF_PICTURE[light_of(frame)]
    if sum(sides) / 4 < SMALL * MODULES:
        return ScanHint.TOO_SMALL
    straight = _straightened(frame, corners)
    levels = straight.histogram()
    dark, light = _quantile(levels, 0.05), _quantile(levels, 0.95)
    if light <= DARK or (light - dark < PALE and light < WASHED_OUT):
        return ScanHint.TOO_DARK
    if dark >= WASHED_OUT or light - dark < PALE:
        return ScanHint.TOO_BRIGHT
    if sum(straight.reduce(3 * _PIXELS).histogram()[WHITE:]) >= _PATCHES:
        return ScanHint.GLARE
    if _steepness(straight) < SHARP * (light - dark):
        return ScanHint.BLURRED
    return ScanHint.DISTORTED if max(sides) > ASLANT * min(sides) else ScanHint.UNCLEAR


def hint_of_squares(frame: Frame, one: Finder, other: Finder) -> ScanHint:
    """What is wrong with a code of which only these two squares are seen."""
    module = min(one.module, other.module)
    if module < SMALL:
        return ScanHint.TOO_SMALL
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
    levels = [_around(image, each, 4 * each.module).histogram() for each in (one, other)]
    if max(_quantile(each, 0.95) for each in levels) <= DARK:
        return ScanHint.TOO_DARK
    if min(_quantile(each, 0.3) for each in levels) >= _HAZE:
        return ScanHint.TOO_BRIGHT
    middle = Finder((one.x + other.x) / 2, (one.y + other.y) / 2, module)
    code = _around(image, middle, math.hypot(one.x - other.x, one.y - other.y))
    white = sum(code.reduce(max(1, round(3 * module))).histogram()[WHITE:])
    # Where all that is white in it is as white, it is the screen, and no lamp. White is half of a square's
    # surroundings.
    lamp = min(_quantile(each, 0.6) for each in levels) < WHITE and white >= _PATCHES
    return ScanHint.GLARE if lamp else ScanHint.UNCLEAR


def _around(image: Image.Image, finder: Finder, reach: float) -> Image.Image:
    left, top = max(0, int(finder.x - reach)), max(0, int(finder.y - reach))
    right, bottom = min(image.width, int(finder.x + reach) + 1), min(image.height, int(finder.y + reach) + 1)
    return image.crop((left, top, max(left + 1, right), max(top + 1, bottom)))


_OF_PICTURE: Final = {
    SeenLight.DARK: ScanHint.TOO_DARK,
    SeenLight.GLARING: ScanHint.GLARE,
    SeenLight.FINE: ScanHint.UNCLEAR,
}


def _straightened(frame: Frame, corners: Corners) -> Image.Image:
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
    (left, top), (right, upper), (far, bottom), (near, lower) = corners
    quad = (left, top, near, lower, far, bottom, right, upper)
    return image.transform((_SIDE, _SIDE), Image.Transform.QUAD, quad, Image.Resampling.BILINEAR)


def _steepness(straight: Image.Image) -> int:
    inner = (0, 0, _SIDE - 2, _SIDE - 2)
    across = ImageChops.difference(straight, ImageChops.offset(straight, -2, 0)).crop(inner)
    down = ImageChops.difference(straight, ImageChops.offset(straight, 0, -2)).crop(inner)
    return _quantile([one + other for one, other in zip(across.histogram(), down.histogram(), strict=True)], 0.9)


def _quantile(histogram: list[int], share: float) -> int:
    """The grey level below which ``share`` of the pixels are."""
    wanted, seen = share * sum(histogram), 0
    for level, count in enumerate(histogram):
        seen += count
        if seen > wanted:
            return level
    return len(histogram) - 1
