"""A serial scanner at the end of a pty: what reads it opens a port as it would open a USB adapter's."""

from __future__ import annotations

import os
import tty
from pathlib import Path
from typing import Final

ENDINGS: Final = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "etx": b"\x03", "none": b""}


class PtyScanner:
    """A scanner, plugged in under the name ``port``. Not thread-safe."""

    def __init__(self, port: Path, ending: str = "cr", *, identifier: str = "") -> None:
        """``ending``: one of ``ENDINGS``; with ``etx`` an STX comes first. ``identifier``: like ``]Q1``."""
        self._port = port
        self._prefix = (b"\x02" if ending == "etx" else b"") + identifier.encode("ascii")
        self._suffix = ENDINGS[ending]
        self._ends: tuple[int, int] | None = None
        self.plug_in()

    def plug_in(self) -> None:
        """A device of its own, at the same name. Raises ``FileExistsError`` if it is plugged in."""
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = master, slave
        self._port.symlink_to(os.ttyname(slave))

    def pull_out(self) -> None:
        """Gone, and whoever has it open gets an error. Idempotent."""
        self._port.unlink(missing_ok=True)
        if self._ends is not None:
            for end in self._ends:
                os.close(end)
            self._ends = None

    def go_stale(self) -> None:
        """Come back under the same name, while whoever has the old one open hears nothing and gets no error."""
        self._port.unlink()
        self._stale = self._ends
        self._ends = None
        self.plug_in()

    def scan(self, text: str) -> None:
        """Read a code and send it. Raises ``OSError`` while it is pulled out."""
        self.send(self._prefix + text.encode("utf-8") + self._suffix)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._ends is None:
            raise OSError("the scanner is pulled out")
        os.write(self._ends[0], data)

    def close(self) -> None:
        """Pull it out for good."""
        self.pull_out()
        for end in getattr(self, "_stale", None) or ():
            os.close(end)
        self._stale = None
