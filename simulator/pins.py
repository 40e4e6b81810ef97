"""gpiozero pins whose other end is the plant.

The real GPIO drivers run on these: an output that is set reaches the plant's line, and the plant's contacts reach the
input pins on a thread that is not the caller's, as they do with lgpio. There is no plant, there are no pins: every
failure is an error, nothing is imagined.
"""

from __future__ import annotations

import logging
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec
from gpiozero.exc import PinInvalidFunction, PinSetInput
from gpiozero.pins.mock import MockFactory, MockPin

from hal.interfaces import HardwareFault
from hal.profile import HEADER, Wire
from simulator.plant import protocol as say

log = logging.getLogger(__name__)

_NO_SUCH_PIN = object()


def _line(pin: int) -> str:
    """The plant's name of a pin of the header."""
    return str(Wire(HEADER, pin))


class PinUnreadable(OSError):
    """The plant says that this pin cannot be read, or there is no plant any more."""


class PlantPin(MockPin):  # type: ignore[misc]
    """One pin. What it reads is the plant's, never what somebody wrote or pulled."""

    factory: PlantFactory

    def _get_state(self) -> bool:
        if self._function == "output":
            return bool(self._state)
        return self.factory.level(self._number, pulled_up=self._pull == "up")

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction("function must be input or output")
        was: str = self._function
        self._function: str = value
        if value == "output" or was == "output":
            # A claimed output starts low, and a line given back falls low by its external pull-down.
            self._state = False
            self.factory.drive(self._number, 0)

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        self.factory.drive(self._number, int(bool(value)))
        self._state = bool(value)

    def _set_pull(self, value: str) -> None:
        # The mock would drive itself to the pull; here the contact at the other end decides.
        self._pull = value

    def close(self) -> None:
        """Give the pin back; without a plant there is nothing to give back to."""
        if self.factory.connected:
            super().close()

    def edge(self, level: bool, mono_s: float) -> None:
        """The plant moved this pin. Called on the connection's thread."""
        self._last_change = mono_s
        listener = self._get_when_changed()
        if self._function == "input" and listener is not None and self._edges != "none":
            listener(mono_s, level)


class PlantFactory(MockFactory):  # type: ignore[misc]
    """A gpiozero pin factory on a plant's socket. Close it when the devices are closed."""

    def __init__(self, path: Path | str) -> None:
        """Connect to the plant at ``path``. Raises ``HardwareFault`` when none answers."""
        super().__init__(pin_class=PlantPin)
        self._levels: dict[str, int | None] = {}
        self._gone = False
        self._closed = False
        self._sending = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = b""
        self.edge_failures = 0
        """How often a callback raised. With lgpio the first of them silences every input."""
        try:
            self._socket.settimeout(5)
            self._socket.connect(str(path))
            self._send(say.Lines(id=1))
            self._levels = self._first_levels()
        except (OSError, msgspec.DecodeError) as error:
            self._socket.close()
            raise HardwareFault(
                "plant_unavailable",
                f"plant at {path}",
                f"the simulated cabinet does not answer ({error})",
                "Start it first: python -m simulator.plant --profile cabinet.toml --socket PATH.",
            ) from error
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, name="plant-pins", daemon=True)
        self._reader.start()

    @property
    def connected(self) -> bool:
        """Is there still a plant at the other end?"""
        return not self._gone

    def level(self, pin: int, *, pulled_up: bool) -> bool:
        """The input level of ``pin`` now. Raises ``PinUnreadable``."""
        if self._gone:
            raise PinUnreadable("the plant is gone")
        level: Any = self._levels.get(_line(pin), _NO_SUCH_PIN)
        if level is _NO_SUCH_PIN:
            return pulled_up  # nothing is connected there
        if level is None:
            raise PinUnreadable(f"GPIO {pin} cannot be read")
        return bool(level)

    def drive(self, pin: int, level: int) -> None:
        """Set an output line. Raises ``PinUnreadable`` when the plant is gone."""
        if self._gone:
            raise PinUnreadable("the plant is gone")
        self._send(say.SetLine(line=_line(pin), level=level))

    def close(self) -> None:
        """Hang up. Idempotent."""
        if self._closed:
            return
        self._closed = True
        super().close()
        self._gone = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the plant has hung up before
        self._reader.join(2)
        self._socket.close()

    def _send(self, request: say.Request) -> None:
        with self._sending:
            self._socket.sendall(msgspec.json.encode(request) + b"\n")

    def _first_levels(self) -> dict[str, int | None]:
        class First(msgspec.Struct):
            levels: dict[str, int | None]

        answer = msgspec.json.decode(self._line(), type=say.Answer)
        return msgspec.json.decode(answer.ok, type=First).levels

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            chunk = self._socket.recv(1 << 16)
            if not chunk:
                raise ConnectionResetError("the plant has hung up")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(say.LevelEvent)
        try:
            while True:
                event = decoder.decode(self._line())
                self._levels[event.line] = event.level
                if event.level is not None:
                    self._edge(event)
        except (OSError, msgspec.DecodeError) as error:
            if not self._closed:
                log.error("the plant is gone: %s", error)
        finally:
            self._gone = True

    def _edge(self, event: say.LevelEvent) -> None:
        for pin in tuple(self.pins.values()):
            if _line(pin._number) == event.line:
                try:
                    pin.edge(bool(event.level), event.mono_ms / 1000)
                except Exception:
                    self.edge_failures += 1
                    log.exception("a pin callback raised; with lgpio every input would be silent from now on")
