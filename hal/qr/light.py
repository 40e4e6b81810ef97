"""What the light in a picture has to do with a code that cannot be read: advice for whoever sets the camera up.

Exposure stays where the profile puts it, a camera that looks for it by itself takes a phone's screen for daylight. So
the advice is for people, in the journal, and given only when a code was held there in vain.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from PIL import Image

from hal.interfaces import Frame

DARK: Final = 60
"""Where even the brightest tenth of the picture has no grey level above this, it is dark."""

GLARING: Final = 254
"""From this grey level on nothing can be told apart."""

_COLUMNS: Final = 80
_GLARING_SHARE: Final = 0.04


class Light(Enum):
    """How a picture is lit; the value is the advice."""

    DARK = "the picture is dark: a longer exposure, or a light at the scanner (docs/hardware.md, Decoding)"
    GLARING = "part of the picture is white: a shorter exposure, or no lamp that is mirrored in what people hold there"
    FINE = "its light is right: the code is covered, unsharp or too small"


def light_of(frame: Frame) -> Light:
    """How this frame is lit."""
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
    cells = sorted(image.reduce(max(1, frame.width // _COLUMNS)).tobytes())
    if cells[len(cells) * 9 // 10] <= DARK:
        return Light.DARK
    if sum(cell >= GLARING for cell in cells) > _GLARING_SHARE * len(cells):
        return Light.GLARING
    return Light.FINE
