"""That the log was found damaged, remembered beside it: a restart must not serve again until idle verification comes
by once more.

The mark is put where it survives the process, and taken away by ``abholfach log verify`` when the whole chain verifies
(after a restore, say).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

MARK_NAME = "log-damaged.json"


class Damage(msgspec.Struct, frozen=True):
    """What was found: a `LogError` code and the entry's number."""

    code: str
    seq: int


class DamageMark:
    """The file. Any thread, one writer."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / MARK_NAME

    def read(self) -> Damage | None:
        """What was found, None when nothing was. A mark that cannot be read is a mark: entry 0."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Damage)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            return Damage("log_damaged", 0)

    def put(self, damage: Damage) -> None:
        """Durably. Raises ``OSError``: the process must then end, as after a write of the log that failed."""
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(damage))
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def clear(self) -> bool:
        """Takes it away. Whether there was one. Raises ``OSError``."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True
