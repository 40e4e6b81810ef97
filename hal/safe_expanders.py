"""The part of ``abholfach-safe-outputs`` that switches MCP23017 expanders off: all latches 0, by the kernel's I²C
device.

Standard library only, like `hal.safe_outputs`, and quick: a bus that does not answer costs 20 ms a chip. The registers
are explained in `hal.boards.expander`. A chip that somebody still speaks to is written all the same: a byte is a byte.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

SET_RETRIES, SET_TIMEOUT, SET_ADDRESS = 0x0701, 0x0702, 0x0706
"""``I2C_RETRIES``, ``I2C_TIMEOUT`` and ``I2C_SLAVE_FORCE`` of ``linux/i2c-dev.h``."""
TIMEOUT_10MS = 2
ADDRESSES = range(0x20, 0x28)

ALL_OFF = (b"\x05\x00", b"\x0a\x00", b"\x14\x00", b"\x15\x00")
"""Back to the usual addresses from wherever noise may have led, then both latches 0."""

Chip = tuple[int, int]
"""Bus and address."""
Ioctl = Callable[[int, int, int], object]


def expanders(banks: object) -> list[Chip]:
    """Every expander in a profile's banks, whatever else is wrong there."""
    tables = [item for item in banks if isinstance(item, dict)] if isinstance(banks, list) else []
    named = [(item.get("bus"), item.get("address")) for item in tables if item.get("kind") == "mcp23017"]
    chips = {
        (bus, address)
        for bus, address in named
        if isinstance(bus, int) and bus >= 0 and isinstance(address, int) and address in ADDRESSES
    }
    return sorted(chips)


def switch_off(chips: Sequence[Chip], folder: Path = Path("/dev"), ioctl: Ioctl = fcntl.ioctl) -> list[str]:
    """All outputs of all of them off, each tried. Gives what went wrong, as text for a technician."""
    problems = []
    for bus in sorted({bus for bus, _ in chips}):
        try:
            device = os.open(folder / f"i2c-{bus}", os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            problems.append(f"I²C bus {bus} cannot be opened: {error.strerror}")
            continue
        try:
            problems += _switch_off(device, bus, [address for own, address in chips if own == bus], ioctl)
        finally:
            os.close(device)
    return problems


def _switch_off(device: int, bus: int, addresses: Iterable[int], ioctl: Ioctl) -> list[str]:
    problems = []
    for address in addresses:
        try:
            ioctl(device, SET_RETRIES, 0)
            ioctl(device, SET_TIMEOUT, TIMEOUT_10MS)
            ioctl(device, SET_ADDRESS, address)
            for message in ALL_OFF:
                os.write(device, message)
        except OSError as error:
            why = "it does not answer" if error.errno in (errno.EREMOTEIO, errno.ENXIO) else error.strerror
            problems.append(f"the expander 0x{address:02X} on I²C bus {bus} was not switched off: {why}")
            if error.errno == errno.ETIMEDOUT:
                return [*problems, f"I²C bus {bus} is held down; the rest of it was not tried"]
    return problems
