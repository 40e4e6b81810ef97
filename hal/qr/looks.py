"""What a frame is made into before a decoder looks at it again. Pillow only; every function returns a new image."""

from __future__ import annotations

from collections import deque
from typing import Final

from PIL import Image, ImageFilter, ImageOps

from hal.interfaces import Frame

TOGETHER: Final = 3
"""So many frames are averaged: noise, moiré and reflections move, the code stays."""

_TOGETHER_MS: Final = 600
"""Frames further apart than this show two different things."""

# Of those tried on 72 showings, this and its like read most, at half the price of a Gaussian unsharp mask.
_AROUND: Final = ImageFilter.BoxBlur(6)
_EMPHASIS: Final = 4.0
# Narrow bars do not bear as much.
_SHARPEN_BARS: Final = ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0)
_SMOOTH: Final = ImageFilter.BoxBlur(1)
_ENLARGED_WIDTH: Final = 640
_ENLARGED_HEIGHT: Final = 480
_INVERSE: Final = bytes(255 - level for level in range(256))


class Recent:
    """The last frames, to be averaged. Not thread-safe."""

    def __init__(self) -> None:
        self._frames: deque[tuple[Image.Image, int]] = deque(maxlen=TOGETHER)

    def add(self, frame: Frame) -> Image.Image:
        """The frame as an image. It shares the frame's bytes."""
        image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
        if self._frames:
            last, last_ms = self._frames[-1]
            if last.size != image.size or not 0 <= frame.mono_ms - last_ms <= _TOGETHER_MS:
                self._frames.clear()
        self._frames.append((image, frame.mono_ms))
        return image

    def average(self) -> Image.Image:
        """Of the last frames; there must be one."""
        mean = self._frames[0][0]
        for count, (image, _) in enumerate(self._frames, 1):
            if count > 1:
                mean = Image.blend(mean, image, 1 / count)
        return mean

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the last frame; there must be one."""
        return self._frames[-1][0].size

    def forget(self) -> None:
        """What was there stays unread."""
        self._frames.clear()


def sharpened(image: Image.Image, *, bars: bool) -> Image.Image:
    """For what is out of focus, small or pale; less for bars."""
    if bars:
        return image.filter(_SHARPEN_BARS)
    return Image.blend(image.filter(_AROUND), image, _EMPHASIS)


def smoothed(image: Image.Image) -> Image.Image:
    """For moiré, noise and fine cracks."""
    return image.filter(_SMOOTH)


def equalized(image: Image.Image) -> Image.Image:
    """For darkness and paleness: all grey levels are used, equally often."""
    return ImageOps.equalize(image)


def enlarged_middle(image: Image.Image) -> Image.Image:
    """Twice the size, of the middle only where the frame is large: a code too small to read is a phone far away.

    Bilinear: a bicubic enlargement keeps the sensor's noise, costs a third more and reads a tenth fewer.
    """
    width, height = min(image.width, _ENLARGED_WIDTH), min(image.height, _ENLARGED_HEIGHT)
    left, top = _middle(image.size)
    middle = (left, top, left + width, top + height)
    return image.resize((2 * width, 2 * height), Image.Resampling.BILINEAR, box=middle)


def in_whole(x: int, y: int, size: tuple[int, int]) -> tuple[int, int]:
    """A place of the enlarged middle in the frame of ``size`` that it was made of."""
    left, top = _middle(size)
    return left + x // 2, top + y // 2


def _middle(size: tuple[int, int]) -> tuple[int, int]:
    return max(0, size[0] - _ENLARGED_WIDTH) // 2, max(0, size[1] - _ENLARGED_HEIGHT) // 2


def inverted(image: Image.Image) -> Image.Image:
    """Dark is light."""
    return image.point(_INVERSE)
