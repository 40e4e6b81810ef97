"""The sounds that are kept: a directory on a memory file system, never larger than it may be.

Only what every person hears is put here (`speaker` decides): a file that is there must tell nothing about anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

#: Two hours of one language, or all languages' start pages: enough, and little beside the process's memory.
LIMIT_BYTES = 24 * 1024 * 1024


def file_name(voice: str, text: str) -> str:
    """The name of the sound of ``text`` in ``voice``."""
    return hashlib.sha256(f"{voice}\0{text}".encode()).hexdigest()[:32]


class Shelf:
    """Files in one directory, the least recently heard going first. Small and local: not for many threads."""

    def __init__(self, directory: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        """Makes the directory if need be. Raises `OSError`."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._limit = limit_bytes
        # Name → length, in the order of use. What an earlier process left half-written goes.
        self._lengths: dict[str, int] = {}
        for path in sorted(directory.glob("*.wav"), key=lambda each: each.stat().st_mtime):
            self._lengths[path.stem] = path.stat().st_size
        for path in directory.glob("*.part"):
            path.unlink(missing_ok=True)
        self._make_room(0)

    def get(self, name: str) -> bytes | None:
        """None: it is not here."""
        if name not in self._lengths:
            return None
        try:
            sound = (self._directory / f"{name}.wav").read_bytes()
        except OSError:
            self._lengths.pop(name)  # somebody cleared the directory: it is made anew
            return None
        self._lengths[name] = self._lengths.pop(name)
        return sound

    def put(self, name: str, sound: bytes) -> None:
        """Keeps it, unless there is no room: the sound is made anew then. Never half a file."""
        if len(sound) > self._limit:
            return
        self._make_room(len(sound))
        part = ""
        try:
            handle, part = tempfile.mkstemp(suffix=".part", dir=self._directory)
            with os.fdopen(handle, "wb") as file:
                file.write(sound)
            Path(part).rename(self._directory / f"{name}.wav")
        except OSError:
            with contextlib.suppress(OSError):
                Path(part).unlink(missing_ok=True)
            return
        self._lengths[name] = len(sound)

    def _make_room(self, more: int) -> None:
        while self._lengths and sum(self._lengths.values()) + more > self._limit:
            oldest = next(iter(self._lengths))
            self._lengths.pop(oldest)
            with contextlib.suppress(OSError):
                (self._directory / f"{oldest}.wav").unlink(missing_ok=True)
