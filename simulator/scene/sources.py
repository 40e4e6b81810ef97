"""Frame sources that need no camera: a picture file, a directory of pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hal.interfaces import Frame, HardwareFault, monotonic_ms
from simulator.scene.model import Nothing, Picture, SceneError
from simulator.scene.render import Renderer

FRAMES_PER_SECOND: Final = 8
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg"})


class Pace:
    """Keeps a source at its rate and wakes it when it is closed. One thread waits, any may ``close``."""

    def __init__(self, per_second: float = FRAMES_PER_SECOND) -> None:
        self._period_ms = 1000 / per_second
        self._due_ms = float(monotonic_ms())
        self._closed = threading.Event()

    def wait(self) -> bool:
        """Wait until the next frame is due; ``False`` once closed. Frames missed by a slow reader are left out."""
        self._due_ms = max(self._due_ms + self._period_ms, monotonic_ms())
        return not self._closed.wait(max(0.0, self._due_ms - monotonic_ms()) / 1000)

    def close(self) -> None:
        """End every wait. Idempotent."""
        self._closed.set()


class FileSource:
    """One picture (PNG or JPEG), fitted into the frame and seen again and again, with a sensor's noise."""

    def __init__(self, path: Path, width: int = 640, height: int = 480, per_second: float = FRAMES_PER_SECOND) -> None:
        """Raises ``HardwareFault("picture_unreadable")``."""
        self._renderer = Renderer(width, height)
        _show(self._renderer, path)
        self._pace = Pace(per_second)

    @property
    def name(self) -> str:
        """``"file"``: the path stays out of messages."""
        return "file"

    def frames(self) -> Iterator[Frame | None]:
        """Frames until closed."""
        while self._pace.wait():
            captured_ms = monotonic_ms()
            yield Frame(self._renderer.luma(), self._renderer.width, self._renderer.height, captured_ms)

    def close(self) -> None:
        """End ``frames``. Idempotent, any thread."""
        self._pace.close()


class DirectorySource:
    """The pictures (PNG or JPEG) of a directory, in the order of their names, each for ``frames_each`` frames.

    With ``loop`` it begins again after the last; without, an empty hall follows.
    """

    def __init__(
        self,
        directory: Path,
        width: int = 640,
        height: int = 480,
        *,
        loop: bool = True,
        frames_each: int = FRAMES_PER_SECOND,
        per_second: float = FRAMES_PER_SECOND,
    ) -> None:
        """Raises ``HardwareFault("directory_unreadable")`` if there is no picture in it."""
        try:
            self._paths = sorted(each for each in directory.iterdir() if each.suffix.lower() in _PICTURES)
        except OSError as error:
            raise HardwareFault(
                "directory_unreadable", str(directory), str(error.strerror), "Name a directory with pictures"
            ) from None
        if not self._paths:
            raise HardwareFault(
                "directory_unreadable", str(directory), "there is no PNG or JPEG in it", "Put pictures into it"
            )
        self._renderer = Renderer(width, height)
        self._loop = loop
        self._frames_each = frames_each
        self._pace = Pace(per_second)

    @property
    def name(self) -> str:
        """``"directory"``."""
        return "directory"

    def frames(self) -> Iterator[Frame | None]:
        """Frames until closed. Raises ``HardwareFault("picture_unreadable")`` at a file that is no picture."""
        while True:
            for path in self._paths:
                _show(self._renderer, path)
                for _ in range(self._frames_each):
                    if not self._pace.wait():
                        return
                    yield self._frame()
            if not self._loop:
                break
        self._renderer.show(Nothing())
        while self._pace.wait():
            yield self._frame()

    def close(self) -> None:
        """End ``frames``. Idempotent, any thread."""
        self._pace.close()

    def _frame(self) -> Frame:
        captured_ms = monotonic_ms()
        return Frame(self._renderer.luma(), self._renderer.width, self._renderer.height, captured_ms)


def _show(renderer: Renderer, path: Path) -> None:
    try:
        renderer.show(Picture(path=path))
    except SceneError as error:
        raise HardwareFault("picture_unreadable", str(path), str(error), "Name a PNG or JPEG file") from None
