"""``python -m simulator.safe_outputs``: what ``abholfach-safe-outputs`` does, for a simulated cabinet.

Drives every output of the profile that latches low, before the controller starts and after it dies: pins at the plant,
expanders on their emulated buses, relays with lamps on their emulated lines.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hal.interfaces import HardwareFault
from hal.profile import HEADER, Wire
from hal.safe_expanders import ALL_OFF
from hal.safe_outputs import output_expanders, output_pins, output_relays
from hal.safe_relays import switch_off
from simulator.edges import place_of
from simulator.i2c import PlantBus
from simulator.plant.client import PlantClient
from simulator.plant.protocol import PlantGone


def main() -> int:
    """Exit code 0 when every line is low, 1 when the plant does not answer."""
    parser = argparse.ArgumentParser(prog="python -m simulator.safe_outputs", description="All outputs inactive.")
    parser.add_argument("--profile", type=Path, required=True, help="the board profile, cabinet.toml")
    parser.add_argument("--socket", type=Path, required=True, help="the plant's socket")
    parser.add_argument("--ports", type=Path, metavar="DIR", help="of the emulated boards, if there are expanders")
    options = parser.parse_args()
    try:
        with PlantClient(options.socket) as plant:
            for pin in output_pins(options.profile):
                plant.set_line(str(Wire(HEADER, pin)), 0)
        for bus, address in output_expanders(options.profile) if options.ports else ():
            _switch_off(options.ports, bus, address)
        relays = output_relays(options.profile) if options.ports else []
        for problem in switch_off(relays, lambda port: place_of(options.ports, port)):
            print(f"safe outputs: {problem}", file=sys.stderr)
    except (OSError, ValueError, PlantGone, HardwareFault) as error:
        print(f"safe outputs: {error}", file=sys.stderr)
        return 1
    return 0


def _switch_off(ports: Path, bus: int, address: int) -> None:
    """Write what the real one writes."""
    edge = PlantBus(place_of(ports, f"/dev/i2c-{bus}"))
    try:
        for register, value in ALL_OFF:
            edge.write_byte_data(address, register, value)
    finally:
        edge.close()


if __name__ == "__main__":
    sys.exit(main())
