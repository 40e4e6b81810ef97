"""What a round has seen so far, in a file beside the protocol: a large front takes hours, and terminals are closed.

One line of JSON for each lock, written durably before the next is fired. The first line says which box and which map it
is about; with another one it is of no use.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from hal.wiring.observation import Observation
from provisioning.errors import ProvisioningError

BEHIND = ".part"


class _About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    box: str
    map: str


class Progress:
    """Of the round whose protocol is to be ``protocol``. Raises ``ProvisioningError`` (``cannot_write``)."""

    def __init__(self, protocol: Path, box: str, map_hash: str) -> None:
        self.path = protocol.with_name(protocol.name + BEHIND)
        self._about = _About(box, map_hash)

    def read(self) -> tuple[Observation, ...]:
        """What was seen before the round was broken off; nothing of another box or map. A last line that was cut short
        is not counted: its lock is fired again.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ProvisioningError("cannot_read", f"{self.path}: {error.strerror}") from error
        try:
            if msgspec.json.decode(lines[0], type=_About) != self._about:
                return ()
        except msgspec.DecodeError:
            return ()
        seen: dict[str, Observation] = {}
        for line in lines[1:-1]:  # what is behind the last end of line is not whole
            try:
                one = msgspec.json.decode(line, type=Observation)
            except msgspec.DecodeError:
                break
            seen[one.label] = one
        return tuple(seen.values())

    def begin(self, seen: tuple[Observation, ...] = ()) -> None:
        """Start the file anew, with ``seen``."""
        lines = [msgspec.json.encode(self._about), *(msgspec.json.encode(one) for one in seen)]
        self._write(b"".join(line + b"\n" for line in lines), os.O_TRUNC)

    def add(self, seen: Observation) -> None:
        """One more lock."""
        self._write(msgspec.json.encode(seen) + b"\n", os.O_APPEND)

    def done(self) -> None:
        """The protocol says it all."""
        self.path.unlink(missing_ok=True)

    def _write(self, content: bytes, how: int) -> None:
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | how, 0o640)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ProvisioningError("cannot_write", f"{self.path}: {error.strerror}") from error
