"""One MCP23017 on an I²C bus: what its pins are set to, and what they say.

Registers by the maker's data sheet (Microchip DS20001952), bank 0. What it does not say aloud, and this does:

* It keeps its outputs as they are when the computer dies, and forgets everything when its supply dips: all pins are
  inputs again. So its settings are read with every poll, and written again when they are gone.
* I²C has no checksum. A write is read back; a level counts when two polls say it (`hal.boards.polled`).
* Noise may set IOCON.BANK, and every register has another address then. Address 05 is IOCON there and an interrupt
  register in bank 0, so a 0 at 05 before anything else leads back to bank 0 from either.
* GPA7 and GPB7 are outputs only since revision D of the data sheet (an input that changes there while it is read can
  stop the bus): the profile refuses contacts on channels 7 and 15.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from hal.edges import I2cBus

IOCON_IF_BANK_1 = 0x05
IODIR, GPINTEN, IPOL, IOCON, GPPU, GPIO, OLAT = 0x00, 0x04, 0x02, 0x0A, 0x0C, 0x12, 0x14
"""Of port A (channels 0–7); port B (channels 8–15) has the next address."""
TRIES_OFF = 3


class SettingsLost(OSError):
    """The chip answers, and is not set as it was; it is now."""


def mask(channels: Iterable[int]) -> int:
    """One bit for each channel."""
    return sum(1 << channel for channel in set(channels))


class Expander:
    """One chip. Any thread: ``guard`` is that of its bus, since one thread at a time may speak on it.

    Every method raises ``OSError`` when the chip or the bus does not answer.
    """

    def __init__(self, bus: I2cBus, address: int, guard: threading.RLock, *, pulsed: int, outputs: int) -> None:
        """``outputs``: a bit for each channel that is one, ``pulsed`` for those that are never to be on again by
        themselves. All others are inputs, pulled up. Nothing is written yet.
        """
        self._bus = bus
        self._address = address
        self._guard = guard
        self._pulsed = pulsed
        self._inputs = 0xFFFF & ~outputs
        self._wanted = 0
        self._set_up = False

    def prepare(self) -> None:
        """Set everything up: outputs first in their latches, so that none is on by chance when it becomes one."""
        with self._guard:
            self._set_up = False
            self._wanted &= ~self._pulsed
            self._write(IOCON_IF_BANK_1, 0)
            self._write(IOCON, 0)
            for register, value in ((OLAT, self._wanted), (GPINTEN, 0), (IPOL, 0), (GPPU, self._inputs)):
                self._write_both(register, value)
            self._write_both(IODIR, self._inputs)
            self._set_up = True

    def levels(self) -> Mapping[int, bool]:
        """What every input says. Sets the chip up at first; raises ``SettingsLost`` if that was gone since. It is set
        up again then.
        """
        with self._guard:
            if not self._set_up:
                self.prepare()
            pins = self._read_both(GPIO)
            if not self._as_set_up() or self._read_both(OLAT) != self._wanted:
                self.prepare()
                raise SettingsLost("the settings of the chip were gone")
        return {channel: bool(pins >> channel & 1) for channel in range(16) if self._inputs >> channel & 1}

    def set(self, channel: int, on: bool) -> None:
        """Switch one output, and read it back. What could not be written is tried again with the next poll, unless it
        is a pulsed one that was to be on.
        """
        bit = 1 << channel
        with self._guard:
            if not bit & self._pulsed:
                self._want(bit, on)
            if on and not self._as_set_up():
                self.prepare()
            self._want(bit, on)
            try:
                self._latch(channel // 8)
            except OSError:
                self._want(bit & self._pulsed, False)
                raise

    def _want(self, bit: int, on: bool) -> None:
        self._wanted = self._wanted | bit if on else self._wanted & ~bit

    def pulse_off(self, channel: int) -> None:
        """A pulse is over; tried three times."""
        self._repeat(lambda: self.set(channel, False))

    def locks_off(self) -> None:
        """Every pulsed output off, whatever it was; tried three times."""
        with self._guard:
            self._wanted &= ~self._pulsed
            self._repeat(lambda: self._latch(0))
            self._repeat(lambda: self._latch(1))

    def _latch(self, port: int) -> None:
        value = self._wanted >> 8 * port & 0xFF
        self._write(OLAT + port, value)
        if self._bus.read_byte_data(self._address, OLAT + port) != value:
            raise OSError("the chip's outputs are not as they were set")

    @staticmethod
    def _repeat(what: Callable[[], None]) -> None:
        for left in reversed(range(TRIES_OFF)):
            try:
                what()
            except OSError:
                if not left:
                    raise
            else:
                return

    def _as_set_up(self) -> bool:
        """Directions, pull-ups and polarity: a polarity that noise has set would make an open door a closed one."""
        wanted = ((IODIR, self._inputs), (GPPU, self._inputs), (IPOL, 0))
        return self._set_up and all(self._read_both(register) == value for register, value in wanted)

    def _write(self, register: int, value: int) -> None:
        self._bus.write_byte_data(self._address, register, value)

    def _write_both(self, register: int, value: int) -> None:
        for port in range(2):
            self._write(register + port, value >> 8 * port & 0xFF)

    def _read_both(self, register: int) -> int:
        low, high = (self._bus.read_byte_data(self._address, register + port) for port in range(2))
        return low | high << 8


class ExpanderOutput:
    """One output of a chip that drives a lock: a `hal.locks.latched.Output`."""

    def __init__(self, chip: Expander, channel: int) -> None:
        self._chip = chip
        self._channel = channel

    def on(self) -> None:
        """Raises ``OSError``."""
        self._chip.set(self._channel, True)

    def off(self) -> None:
        """Raises ``OSError``."""
        self._chip.pulse_off(self._channel)

    def close(self) -> None:
        """It stays an output, and off: a pin that nobody drives would have to be held by its resistor alone."""
