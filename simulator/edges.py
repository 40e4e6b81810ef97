"""The far ends of a simulated cabinet's wires: pins in the plant, serial lines to emulated boards, buses to emulated
chips.

The drivers above are those of a real box. A serial port of the profile (``/dev/serial/by-id/…``) is a pty that
``python -m simulator.boards`` keeps under the same name in a directory of its own.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

from hal.edges import Edges, I2cBus, SerialLine, open_serial
from hal.interfaces import HardwareFault
from simulator.i2c import PlantBus
from simulator.pins import PlantFactory
from simulator.plant.client import PlantClient


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

    return Edges(pins=lambda: PlantFactory(plant), serial=serial, i2c=i2c, file=file)
