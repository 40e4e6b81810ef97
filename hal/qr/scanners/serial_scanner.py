"""Scanners on a serial line, USB-CDC or RS-232: ``serial:/dev/serial/by-id/usb-…,baud=9600,end=cr``.

The kernel says by itself when a USB adapter is pulled out. What it does not say is that the adapter has come back as
another device while we held the old one: so the name is looked after once a second.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from hal.interfaces import HardwareFault, monotonic_ms
from hal.qr.lifetime import Lifetime
from hal.qr.scanner import ScannedText, TextSource
from hal.qr.scanners.messages import Ending, Framer, reading_of
from hal.qr.scanners.unusable import unusable
from hal.qr.source_options import SourceOptions

_log = logging.getLogger(__name__)

DEFAULT_BAUD: Final = 9600
"""What RS-232 scanners are shipped with. To USB-CDC the number means nothing."""

_LOOK_EVERY_MS: Final = 1000
_SHOWN_BY: Final = "/dev/serial/by-id"
_CHUNK: Final = 4096


class Line(Protocol):
    """What is used of a ``serial.Serial``."""

    def fileno(self) -> int: ...

    def read(self, size: int = 1) -> bytes: ...

    def close(self) -> None: ...


def open_line(port: str, baud: int) -> Line:
    """The serial line ``port``, 8N1, for us alone; ``read`` never waits. Raises ``OSError`` or ``termios.error``."""
    import serial

    line: Line = serial.Serial(port, baud, timeout=0, exclusive=True)
    return line


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """What is said of the scanner. ``identified``: it sends AIM identifiers (`hal.qr.scanners.messages`)."""

    port: str
    baud: int = DEFAULT_BAUD
    ending: Ending = Ending.AUTO
    identified: bool = False


def settings(text: str) -> SerialSettings:
    """From ``PORT[,baud=…][,end=…][,aim=yes]``. Raises ``HardwareFault("source_option")``."""
    options = SourceOptions("serial", text)
    found = SerialSettings(
        options.device,
        options.number("baud", 1200, 921_600) or DEFAULT_BAUD,
        Ending(options.choice("end", list(Ending), Ending.AUTO)),
        options.choice("aim", ("yes", "no"), "no") == "yes",
    )
    options.finish()
    if not found.port.startswith("/"):
        raise HardwareFault(
            "source_option", "serial", "it needs the port", "Name it, like serial:/dev/serial/by-id/usb-…"
        )
    return found


def prepare(text: str) -> Callable[[], TextSource]:
    """What opens the scanner that ``text`` names. Raises ``HardwareFault("source_option")``."""
    chosen = settings(text)
    return lambda: SerialScanner(chosen)


class SerialScanner:
    """One scanner, opened; what it sent before is thrown away. Raises ``HardwareFault`` if it cannot be opened.

    ``texts`` is for one thread, ``close`` for any.
    """

    def __init__(self, chosen: SerialSettings, opener: Callable[[str, int], Line] = open_line) -> None:
        self._chosen = chosen
        self._framer = Framer(chosen.ending)
        try:
            self._line = opener(chosen.port, chosen.baud)
        except (OSError, termios.error, ValueError) as error:
            raise unusable(chosen.port, error, _SHOWN_BY) from error
        self._life = Lifetime(self._line.close)
        try:
            while self._line.read(_CHUNK):
                pass
        except (OSError, termios.error) as error:
            self.close()
            raise unusable(chosen.port, error, _SHOWN_BY) from error

    @property
    def name(self) -> str:
        """The port."""
        return self._chosen.port

    def texts(self) -> Iterator[ScannedText | None]:
        """Texts until closed. Raises ``OSError`` when the port is gone, or has become another."""
        with self._life.using() as mine:
            poll = select.poll()
            if mine:
                poll.register(self._life, select.POLLIN)
                poll.register(self._line, select.POLLIN)
            look_at_ms = monotonic_ms()
            while mine:
                now_ms = monotonic_ms()
                ready = poll.poll(min(self._framer.due_in_ms(now_ms), max(0, look_at_ms - now_ms)))
                if self._life.ended:
                    return
                now_ms = monotonic_ms()
                given_up = self._framer.given_up
                for message in self._framer.feed(self._line.read(_CHUNK) if ready else b"", now_ms):
                    yield ScannedText(reading_of(message, identified=self._chosen.identified), message.mono_ms)
                if self._framer.given_up > given_up:
                    _log.warning("scan_unended: %s sent a text without an end; is end= what it sends?", self.name)
                if monotonic_ms() >= look_at_ms:
                    self._look_after()
                    look_at_ms = monotonic_ms() + _LOOK_EVERY_MS
                    yield None

    def close(self) -> None:
        """Stop. Idempotent, any thread. While another one takes texts, that one gives the port back."""
        self._life.end()

    def _look_after(self) -> None:
        """Raises ``OSError`` when the port's name leads elsewhere, or nowhere."""
        named, held = Path(self._chosen.port).stat(), os.fstat(self._line.fileno())
        if (named.st_rdev, named.st_ino) != (held.st_rdev, held.st_ino):
            raise OSError(errno.ENODEV, "the port has come back as another device", self._chosen.port)
