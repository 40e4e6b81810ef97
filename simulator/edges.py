"""The far ends of a simulated cabinet's wires: pins in the plant, serial lines to emulated boards, buses to emulated
chips.

The drivers above are those of a real box. A serial port of the profile (``/dev/serial/by-id/…``) is a pty that
``python -m simulator.boards`` keeps under the same name in a directory of its own.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import threading
from pathlib import Path

from hal.edges import Edges, I2cBus, SerialLine, open_serial
from hal.input_device import GET_SWITCHES, HAS_SWITCHES, HEADPHONE_INSERT
from hal.interfaces import HardwareFault
from simulator.i2c import PlantBus
from simulator.pins import PlantFactory
from simulator.plant.client import Device, PlantClient
from simulator.plant.protocol import PlantError


def place_of(folder: Path, port: str) -> Path:
    """Where the pty that stands for ``port`` is linked in ``folder``; of an I²C bus, where its socket is."""
    return folder / re.sub(r"[^A-Za-z0-9._-]+", "-", port.removeprefix("/dev/")).strip("-")


def plant_edges(plant: Path, ports: Path | None = None) -> Edges:
    """Edges whose other ends are the plant at ``plant`` and the boards in ``ports``."""

    def serial(port: str, baud: int) -> SerialLine:
        if ports is None:
            raise HardwareFault(
                "no_simulated_port", port, "no directory of emulated boards was given", "Start it with --ports DIR."
            )
        return open_serial(str(place_of(ports, port)), baud)

    def i2c(bus: int) -> I2cBus:
        if ports is None:
            raise HardwareFault(
                "no_simulated_bus",
                f"i2c-{bus}",
                "no directory of emulated boards was given",
                "Start it with --ports DIR.",
            )
        return PlantBus(place_of(ports, f"/dev/i2c-{bus}"))

    def file(path: str) -> str:
        with PlantClient(plant) as asking:
            text = asking.read_file(path)
        if text is None:
            raise OSError(errno.EIO, "the simulated kernel says nothing", path)
        return text

    asked = PlantInput(plant)
    return Edges(
        pins=lambda: PlantFactory(plant), serial=serial, i2c=i2c, file=file, present=asked.present, input=asked
    )


class PlantInput:
    """The kernel's side of an input device with a switch: an `hal.input_device.InputKernel`. What is asked goes to the
    plant; the numbers, and what they mean, are the driver's.
    """

    def __init__(self, plant: Path) -> None:
        self._plant = plant
        self._paths: dict[int, str] = {}
        self._next = itertools.count(1_000)
        self._guard = threading.Lock()
        self._asking: PlantClient | None = None

    def present(self, path: str) -> bool:
        """Whether the kernel knows a device there."""
        return self._device(path).there

    def _device(self, path: str) -> Device:
        """Without a plant nothing is there. The line to it is kept: this is asked twenty times a second."""
        with self._guard:
            try:
                if self._asking is None:
                    self._asking = PlantClient(self._plant)
                return self._asking.device(path)
            except PlantError:
                pass
            except OSError:
                asking, self._asking = self._asking, None
                if asking is not None:
                    asking.close()
            return Device(there=False, on=False)

    def open(self, path: str) -> int:
        """Raises ``OSError``."""
        if not self._device(path).there:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        descriptor = next(self._next)
        self._paths[descriptor] = path
        return descriptor

    def ask(self, descriptor: int, request: int, size: int) -> bytes:
        """Raises ``OSError``: ``ENODEV`` when it was pulled out, ``ENOTTY`` for what it does not know."""
        found = self._device(self._paths[descriptor])
        if not found.there:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if request not in (HAS_SWITCHES, GET_SWITCHES):
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        on = request == HAS_SWITCHES or found.on
        return (on << HEADPHONE_INSERT).to_bytes(size, "little")

    def tell(self, descriptor: int, request: int, value: int, *, by_reference: bool = False) -> None:
        """It takes nothing. Raises ``OSError``."""
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    def close(self, descriptor: int) -> None:
        """Idempotent."""
        self._paths.pop(descriptor, None)
