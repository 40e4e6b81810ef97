"""The header's pins, by way of gpiozero on lgpio, and nothing else.

gpiozero looks for a pin library by itself and takes what it finds, down to a mock: a box that "works" and moves
nothing. Here the library is named, devices always get it explicitly, and what cannot be opened is a ``HardwareFault``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hal.interfaces import HardwareFault

PinFactory = Any
"""A ``gpiozero.Factory``. gpiozero has no type hints."""

T = TypeVar("T")


def open_pins(work_directory: Path | None = None) -> PinFactory:
    """The real pins of this Raspberry Pi. Raises ``HardwareFault``; there is no fallback.

    ``work_directory`` is where lgpio puts its notification pipe, which would otherwise land in the working directory.
    It defaults to the service's runtime directory, and to a fresh temporary one outside a service.
    """
    if work_directory is None:
        runtime = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
        work_directory = Path(runtime) if runtime else Path(tempfile.mkdtemp(prefix="abholfach-lgpio-"))
    os.environ["LG_WD"] = str(work_directory)  # read by lgpio when it is imported: before that, or never
    try:
        with _staying_here():
            from gpiozero.pins.lgpio import LGPIOFactory
    except Exception as error:
        raise HardwareFault(
            "gpio_driver_missing",
            "gpio",
            f"the lgpio driver cannot be loaded ({error})",
            "Install the lgpio package in the box's environment; nothing else is used in its place.",
        ) from error
    try:
        return LGPIOFactory()
    except Exception as error:
        raise HardwareFault(
            "gpio_chip_unavailable",
            "gpio",
            f"the GPIO chip cannot be opened ({error})",
            "This has to be a Raspberry Pi whose service user is in the group gpio (/dev/gpiochip0 or /dev/gpiochip4).",
        ) from error


@contextmanager
def _staying_here() -> Iterator[None]:
    """lgpio makes its pipe's directory the working directory when it is imported: paths that were given to a command
    would mean another place from then on."""
    here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


def claim(pin: int, purpose: str, make: Callable[[], T]) -> T:
    """Make a gpiozero device, turning whatever goes wrong into a ``HardwareFault`` that names the pin."""
    try:
        return make()
    except Exception as error:
        raise HardwareFault(
            "pin_unavailable",
            f"GPIO {pin}",
            f"the pin for {purpose} cannot be claimed ({error})",
            "See whether another program or a device tree overlay (I2C, SPI, serial console) holds it.",
        ) from error
