"""``./box bench decode --images DIRECTORY``: real photographs instead of our own frames.

A photograph is ``NAME.png`` or ``NAME.jpg``, the truth in ``NAME.txt`` beside it (a line for each code). Without it
whatever is read counts as read, and nothing as wrong. Photographs are seen as a camera would: in grey, no side longer
than ``LONGEST``. Nothing moves in them, so that averages win nothing; the decoder gets each for one turn of its looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from hal.interfaces import Frame
from hal.wire import MAX_CODE_LENGTH

LONGEST: Final = 1280
TURN: Final = 8
FRAME_MS: Final = 125
_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture with codes in it."""

    path: Path
    truth: frozenset[str]
    """Empty where nobody wrote it down."""

    def frames(self) -> Iterator[Frame]:
        """The picture again and again."""
        with Image.open(self.path, formats=("PNG", "JPEG")) as opened:
            grey = ImageOps.exif_transpose(opened).convert("L")
        if max(grey.size) > LONGEST:
            grey = ImageOps.contain(grey, (LONGEST, LONGEST))
        luma = grey.tobytes()
        for number in range(TURN):
            yield Frame(luma, grey.width, grey.height, number * FRAME_MS)

    def is_read(self, found: set[str]) -> bool:
        """Whether these texts are what it shows. The decoder gives an empty one for what is too long for any of
        ours.
        """
        return any(not self.truth or _same(text, each) for text in found for each in self.truth or {text})

    def is_wrong(self, found: set[str]) -> bool:
        """Whether one of these texts is not there."""
        return bool(self.truth) and any(not any(_same(text, each) for each in self.truth) for text in found)


def photographs(directory: Path) -> list[Photograph]:
    """Every photograph in ``directory``, by name. Raises ``OSError``."""
    found = []
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() in _SUFFIXES:
            beside = path.with_suffix(".txt")
            lines = beside.read_text(encoding="utf-8").splitlines() if beside.exists() else []
            found.append(Photograph(path, frozenset(line.strip() for line in lines if line.strip())))
    return found


def _same(text: str, truth: str) -> bool:
    return text.strip() == truth or (not text and len(truth.encode()) > MAX_CODE_LENGTH)
