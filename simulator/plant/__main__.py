"""``python -m simulator.plant``: a cabinet of its own, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from hal.profile import load_profile
from hal.strict_toml import ConfigurationError
from simulator.plant.server import PlantServer


def main() -> int:
    """Run until SIGTERM or SIGINT. Prints ``plant ready SOCKET`` when connections are taken."""
    parser = argparse.ArgumentParser(prog="python -m simulator.plant", description="A simulated cabinet.")
    parser.add_argument("--profile", type=Path, required=True, help="the board profile, cabinet.toml")
    parser.add_argument("--socket", type=Path, required=True, help="where to listen")
    parser.add_argument("--seed", type=int, default=0, help="for travel times and bounces")
    parser.add_argument("--state", type=Path, help="keeps doors and contents over a restart")
    options = parser.parse_args()
    try:
        plant = PlantServer(load_profile(options.profile), seed=options.seed, state_file=options.state)
        asyncio.run(_run(plant, options.socket))
    except (ConfigurationError, ValueError, OSError) as error:
        print(f"plant: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(plant: PlantServer, socket: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await plant.serve(socket, lambda: print(f"plant ready {socket}", flush=True), stop)


if __name__ == "__main__":
    sys.exit(main())
