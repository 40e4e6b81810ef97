"""``python -m simulator.safe_outputs``: what ``abholfach-safe-outputs`` does, for a simulated cabinet.

Drives every output of the profile low at the plant, before the controller starts and after it dies.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hal.profile import HEADER, Wire
from hal.safe_outputs import output_pins
from simulator.plant.client import PlantClient
from simulator.plant.protocol import PlantGone


def main() -> int:
    """Exit code 0 when every line is low, 1 when the plant does not answer."""
    parser = argparse.ArgumentParser(prog="python -m simulator.safe_outputs", description="All outputs inactive.")
    parser.add_argument("--profile", type=Path, required=True, help="the board profile, cabinet.toml")
    parser.add_argument("--socket", type=Path, required=True, help="the plant's socket")
    options = parser.parse_args()
    try:
        with PlantClient(options.socket) as plant:
            for pin in output_pins(options.profile):
                plant.set_line(str(Wire(HEADER, pin)), 0)
    except (OSError, ValueError, PlantGone) as error:
        print(f"safe outputs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
