"""How a picture is lit.

Exposure stays where the profile puts it, a camera that looks for it by itself takes a phone's screen for daylight. So
what is found here is for people: whoever holds a code, and whoever sets the camera up.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

from hal.interfaces import Frame
from hal.wire import SeenLight

DARK: Final = 60
"""Where even the brightest tenth of the picture has no grey level above this, it is dark."""

GLARING: Final = 254
"""From this grey level on nothing can be told apart."""

_COLUMNS: Final = 80
_GLARING_SHARE: Final = 0.04


def light_of(frame: Frame) -> SeenLight:
    """How this frame is lit."""
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
    cells = sorted(image.reduce(max(1, frame.width // _COLUMNS)).tobytes())
    if cells[len(cells) * 9 // 10] <= DARK:
        return SeenLight.DARK
    if sum(cell >= GLARING for cell in cells) > _GLARING_SHARE * len(cells):
        return SeenLight.GLARING
    return SeenLight.FINE
