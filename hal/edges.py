"""Where the drivers end and the world begins: pins, serial lines and buses, and who opens them.

A box opens those of its computer. The simulator hands in others whose far ends lead to the plant; the drivers are the
same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hal.gpio import PinFactory, open_pins
from hal.input_device import InputKernel, Linux
from hal.interfaces import HardwareFault


class SerialLine(Protocol):
    """What the drivers use of a ``serial.Serial``: 8N1, opened exclusively. One thread at a time."""

    timeout: float | None

    def write(self, data: bytes) -> int | None: ...

    def read(self, size: int = 1) -> bytes: ...

    def flush(self) -> None: ...

    def reset_input_buffer(self) -> None: ...

    def close(self) -> None: ...


class I2cBus(Protocol):
    """What the drivers use of an ``smbus2.SMBus``. Raises ``OSError``."""

    def read_byte_data(self, i2c_addr: int, register: int) -> int: ...

    def write_byte_data(self, i2c_addr: int, register: int, value: int) -> None: ...

    def close(self) -> None: ...


def open_serial(port: str, baud: int) -> SerialLine:
    """The serial line ``port``, 8N1, for us alone. Raises ``serial.SerialException`` or ``OSError`` (also
    ``termios.error``).
    """
    import serial

    line: SerialLine = serial.Serial(port, baud, timeout=0.1, write_timeout=1.0, exclusive=True)
    return line


def open_i2c(bus: int) -> I2cBus:
    """The I²C bus ``/dev/i2c-BUS``. Raises ``HardwareFault``."""
    try:
        import smbus2

        opened: I2cBus = smbus2.SMBus(bus)
    except (ImportError, OSError) as error:
        raise HardwareFault(
            "i2c_unavailable",
            f"i2c-{bus}",
            f"the bus cannot be opened ({error})",
            "Switch I2C on (dtparam=i2c_arm=on) and put the service's user into the group i2c.",
        ) from error
    return opened


def read_file(path: str) -> str:
    """What the kernel says in ``path``. Raises ``OSError``."""
    return Path(path).read_text(encoding="ascii", errors="replace")


@dataclass
class Edges:
    """Who opens what. Pins are opened once, when the first driver wants one."""

    pins: Callable[[], PinFactory] = open_pins
    serial: Callable[[str, int], SerialLine] = open_serial
    i2c: Callable[[int], I2cBus] = open_i2c
    file: Callable[[str], str] = read_file
    present: Callable[[str], bool] = os.path.exists
    """Whether the kernel knows a device under this path."""
    input: InputKernel = field(default_factory=Linux)
    _opened: list[PinFactory] = field(default_factory=list, repr=False)

    def header(self) -> PinFactory:
        """The pins of the header. Raises ``HardwareFault``."""
        if not self._opened:
            self._opened.append(self.pins())
        return self._opened[0]
