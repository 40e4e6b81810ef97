"""``./box bench decode --images DIRECTORY``: real photographs instead of our own frames.

A photograph is ``NAME.png`` or ``NAME.jpg``, the truth in ``NAME.txt`` beside it: one code, or a line for each of
several. Without it whatever is read counts as read, and nothing as wrong. Each directory below is a set of its own.
Photographs are seen as a camera would: in grey, no side longer than ``LONGEST``.

Every decoder is shown the same picture ``TURN`` times, which is what a camera gives of a thing that lies still, and as
many frames as the reader's decoder needs for each of its looks once. Nothing moves, so that its averages win nothing,
and a library that has not read it the first time does not the eighth.

Texts are compared without regard to line ends and to space around them, and every run of letters beyond ASCII is worth
the same: people who write truths down and libraries disagree about encodings, the reader replaces them anyway.
"""

from __future__ import annotations

import re
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
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture with codes in it."""

    path: Path
    truth: frozenset[str]
    """Any of these is right. Empty where nobody wrote it down."""

    kind: str = "photographs"
    """The set it belongs to."""

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
    """Every photograph in ``directory`` and below it, by name. Raises ``OSError``."""
    if not directory.is_dir():
        raise NotADirectoryError(f"{directory} is no directory")
    found = []
    for path in sorted(directory.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            beside = path.with_suffix(".txt")
            truth = truths(beside.read_bytes()) if beside.exists() else frozenset()
            below = path.parent.relative_to(directory).as_posix()
            kind = "photographs" if below == "." else below
            found.append(Photograph(path, truth, kind if truth else f"{kind}, no truth"))
    return found


def truths(written: bytes) -> frozenset[str]:
    """What a truth's file allows: all of it as one code, or each of its lines."""
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = written.decode("latin-1")
    return frozenset(each for each in map(_plain, (text, *text.splitlines())) if each)


def _plain(text: str) -> str:
    return _BEYOND_ASCII.sub("\N{REPLACEMENT CHARACTER}", "\n".join(line.strip() for line in text.splitlines()).strip())


def _same(text: str, truth: str) -> bool:
    return _plain(text) == _plain(truth) or (not text and len(truth.encode()) > MAX_CODE_LENGTH)
