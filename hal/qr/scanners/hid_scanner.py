"""Scanners that are keyboards: ``hid:/dev/input/by-id/usb-…-event-kbd,layout=de``.

Never a keyboard wedge: the device is grabbed, so what it types reaches nobody but this process, and the udev rule that
provisioning writes keeps it from the screen before that. A scanner that can be a serial port is better as one: it needs
no layout and loses no keys.
"""

from __future__ import annotations

import logging
import select
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hal.input_device import EV_KEY, PRESSED, RELEASED, InputDevice, InputEvent, InputKernel
from hal.interfaces import HardwareFault, monotonic_ms
from hal.qr.lifetime import Lifetime
from hal.qr.scanner import ScannedText, TextSource
from hal.qr.scanners.keys import ENTER, Keyboard, Layout
from hal.qr.scanners.messages import GIVE_UP_MS, Ending, Framer, Message, reading_of
from hal.qr.scanners.unusable import unusable
from hal.qr.source_options import SourceOptions

_log = logging.getLogger(__name__)

_SECOND_MS: Final = 1000
_SHOWN_BY: Final = "/dev/input/by-id/*-event-kbd"
_NEEDED: Final = frozenset({ENTER, *range(2, 12)})
"""Enter and the digits. A touch screen, a mouse or a power button has none: those are never grabbed for long."""


@dataclass(frozen=True, slots=True)
class HidSettings:
    """What is said of the scanner. ``identified``: it sends AIM identifiers (`hal.qr.scanners.messages`)."""

    path: str
    layout: Layout = Layout.US
    ending: Ending = Ending.AUTO
    identified: bool = False


def settings(text: str) -> HidSettings:
    """From ``PATH[,layout=de][,end=none][,aim=yes]``. Raises ``HardwareFault("source_option")``."""
    options = SourceOptions("hid", text)
    found = HidSettings(
        options.device,
        Layout(options.choice("layout", list(Layout), Layout.US)),
        Ending(options.choice("end", (Ending.AUTO, Ending.NONE), Ending.AUTO)),
        options.choice("aim", ("yes", "no"), "no") == "yes",
    )
    options.finish()
    if not found.path.startswith("/"):
        raise HardwareFault(
            "source_option", "hid", "it needs the device", "Name it, like hid:/dev/input/by-id/usb-…-event-kbd"
        )
    return found


def prepare(text: str) -> Callable[[], TextSource]:
    """What opens the scanner that ``text`` names. Raises ``HardwareFault("source_option")``."""
    chosen = settings(text)
    return lambda: HidScanner(chosen)


class HidScanner:
    """One scanner, opened and grabbed. Raises ``HardwareFault`` if it cannot be. ``texts`` is for one thread, ``close``
    for any.
    """

    def __init__(self, chosen: HidSettings, kernel: InputKernel | None = None) -> None:
        self._chosen = chosen
        self._framer = Framer(chosen.ending)
        self._keyboard = Keyboard(chosen.layout)
        self._hole = False
        self._last_key_ms = 0
        try:
            self._device = InputDevice(chosen.path, kernel)
        except OSError as error:
            raise unusable(chosen.path, error, _SHOWN_BY) from error
        self._life = Lifetime(self._device.close)
        if not self._device.keys >= _NEEDED:
            self.close()
            raise HardwareFault(
                "scanner_unsuitable",
                chosen.path,
                f"{self._device.name} has no digits and no Enter",
                f"Name the scanner: ls {_SHOWN_BY}",
            )

    @property
    def name(self) -> str:
        """The device."""
        return self._chosen.path

    def texts(self) -> Iterator[ScannedText | None]:
        """Texts until closed. Raises ``OSError`` when the scanner is gone."""
        with self._life.using() as mine:
            poll = select.poll()
            if mine:
                poll.register(self._life, select.POLLIN)
                poll.register(self._device, select.POLLIN)
            second_ms = monotonic_ms()
            while mine:
                now_ms = monotonic_ms()
                ready = poll.poll(min(self._framer.due_in_ms(now_ms), max(0, second_ms - now_ms)))
                if self._life.ended:
                    return
                given_up = self._framer.given_up
                for message in self._messages(self._device.read() if ready else ()):
                    yield ScannedText(reading_of(message, identified=self._chosen.identified), message.mono_ms)
                if self._framer.given_up > given_up:
                    _log.warning("scan_unended: %s sent a text without an end; is it set to send Enter?", self.name)
                if monotonic_ms() >= second_ms:
                    second_ms = monotonic_ms() + _SECOND_MS
                    yield None

    def close(self) -> None:
        """Stop. Idempotent, any thread. While another one takes texts, that one gives the device back."""
        self._life.end()

    def _messages(self, events: Iterable[InputEvent]) -> Iterator[Message]:
        for event in events:
            if event.lost:
                # What came before has a hole, and so has what comes until the next end.
                self._keyboard.forget()
                self._framer.drop()
                self._hole = True
                self._last_key_ms = event.mono_ms  # a pause counts from here: the keys before it may be unknown
            elif event.kind == EV_KEY and event.value == RELEASED:
                self._keyboard.released(event.code)
            elif event.kind == EV_KEY and event.value == PRESSED:
                yield from self._pressed(event)
        yield from self._framer.tick(monotonic_ms())

    def _pressed(self, event: InputEvent) -> Iterator[Message]:
        typed = self._keyboard.pressed(event.code)
        paused = event.mono_ms - self._last_key_ms >= GIVE_UP_MS
        self._last_key_ms = event.mono_ms
        if self._hole:
            self._hole = typed not in (b"\r", b"\t") and not paused
            if self._hole or not paused:
                return
        yield from self._framer.feed(typed, event.mono_ms)
