"""Decides which frames are worth a decoder's time, by what has changed in them: an idle camera costs next to nothing.

A frame is shrunk to about 40 x 30 cells, each the mean of its pixels: noise is gone there, a phone that comes into the
picture or lights up is not, however small. While something moves, and for ``AWAKE_MS`` after, every frame is decoded.
A still picture is looked at every ``REST_MS``, thoroughly every fourth time: the trigger is for saving, and nothing is
lost where it is blind.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from PIL import Image, ImageChops

from hal.interfaces import Frame

AWAKE_MS: Final = 3000
"""Every frame is decoded until so long after the last change: several turns of all the decoder's looks."""

PUZZLED_MS: Final = 15_000
"""So long with a code that is seen and cannot be read. A poster in the picture must not keep it awake for good."""

REST_MS: Final = 300
"""Between two looks at a still picture. A badge left there is seen six times within the filter's ``QUIET_MS``."""

CHANGE: Final = 8
"""Grey levels by which one cell has to differ, unless all of them do."""

_OUTSTANDING: Final = 7
"""How much more than the average cell: noise of 20 grey levels moves the average by 1.4, a flickering lamp by 3."""

_BRIGHTNESS: Final = 5
"""Grey levels by which the average cell has to differ: the light was switched on, or something large came near."""

READ_MS: Final = 3000
"""What was read a moment ago is looked for thoroughly: a badge that lies there must not seem to have been away."""

_THOROUGH_EVERY: Final = 4
_COLUMNS: Final = 40


class Effort(Enum):
    """How much a frame is worth."""

    NONE = "none"
    QUICK = "quick"
    """The decoder's first look only."""
    WHOLE = "whole"


class Attention:
    """Looks at frames one after the other. Not thread-safe; times are those of the frames (``mono_ms``)."""

    def __init__(self) -> None:
        self._reference: Image.Image | None = None
        self._changed_ms = 0
        self._looked_ms = 0
        self._puzzled = False
        self._read_ms: int | None = None
        self._rests = 0
        self.awake = False
        """Whether something has changed a moment ago, as of the last frame."""

    def effort(self, frame: Frame) -> Effort:
        """How thoroughly to decode this frame."""
        seen = _cells(frame)
        if self._differs(seen):
            self._reference, self._changed_ms, self._puzzled = seen, frame.mono_ms, False
        still_ms = frame.mono_ms - self._changed_ms
        self.awake = awake = 0 <= still_ms < (PUZZLED_MS if self._puzzled else AWAKE_MS)
        if not awake and 0 <= frame.mono_ms - self._looked_ms < REST_MS:
            return Effort.NONE
        self._looked_ms = frame.mono_ms
        if awake:
            return Effort.WHOLE
        # Daylight drifts: compared is what was there a moment ago, not an hour.
        self._reference = seen
        self._rests += 1
        read = self._read_ms is not None and 0 <= frame.mono_ms - self._read_ms < READ_MS
        return Effort.WHOLE if read or self._rests % _THOROUGH_EVERY == 0 else Effort.QUICK

    def tell(self, *, read: bool, unreadable: bool) -> None:
        """What came of the last frame that was decoded. ``unreadable``: a code was seen, and could not be read."""
        if read:
            self._read_ms = self._looked_ms
        self._puzzled = self._puzzled or unreadable

    def forget(self) -> None:
        """The next frame is news: something else is looked for from now on."""
        self._reference = self._read_ms = None

    def _differs(self, seen: Image.Image) -> bool:
        reference = self._reference
        if reference is None or reference.size != seen.size:
            return True
        differences = ImageChops.difference(seen, reference).tobytes()
        average = sum(differences) / len(differences)
        return average >= _BRIGHTNESS or max(differences) >= max(CHANGE, _OUTSTANDING * average)


def _cells(frame: Frame) -> Image.Image:
    image = Image.frombuffer("L", (frame.width, frame.height), frame.luma, "raw", "L", 0, 1)
    return image.reduce(max(1, frame.width // _COLUMNS))
