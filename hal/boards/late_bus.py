"""An I²C bus that may not be there yet, or not any more: opened when it is first spoken to, and again after it was
gone.

A bus that cannot be opened is a fault of the chips on it, not the end of the box:
docs/adr/0029-a-missing-board-is-a-fault.md.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TypeVar

from hal.edges import I2cBus
from hal.interfaces import HardwareFault

T = TypeVar("T")

UNAVAILABLE = "i2c_unavailable"
"""The code of the `HardwareFault` that may pass. Any other says that the bus cannot be had at all."""


class LateBus:
    """An ``I2cBus``. One thread at a time."""

    def __init__(self, open_bus: Callable[[], I2cBus]) -> None:
        """Tried at once. Raises ``HardwareFault`` for a bus that cannot be had at all."""
        self._open_bus = open_bus
        self._bus: I2cBus | None = None
        try:
            self._bus = open_bus()
        except HardwareFault as fault:
            if fault.code != UNAVAILABLE:
                raise

    def read_byte_data(self, i2c_addr: int, register: int) -> int:
        """Raises ``OSError``."""
        return self._do(lambda bus: bus.read_byte_data(i2c_addr, register))

    def write_byte_data(self, i2c_addr: int, register: int, value: int) -> None:
        """Raises ``OSError``."""
        self._do(lambda bus: bus.write_byte_data(i2c_addr, register, value))

    def close(self) -> None:
        """Give it back."""
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _do(self, what: Callable[[I2cBus], T]) -> T:
        if self._bus is None:
            try:
                self._bus = self._open_bus()
            except HardwareFault as fault:
                raise OSError(errno.ENODEV, fault.message) from fault
        try:
            return what(self._bus)
        except OSError as error:
            if error.errno in (errno.ENODEV, errno.EBADF):
                self.close()  # an adapter that was pulled out
            raise
