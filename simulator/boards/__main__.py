"""``python -m simulator.boards``: the lock boards of a simulated cabinet, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from hal.profile import Profile, load_profile
from hal.strict_toml import ConfigurationError
from simulator.boards.cabinet import EmulatedBoards
from simulator.boards.client import CONTROL
from simulator.boards.server import ControlSocket
from simulator.boards.wires import PlantLines


def main() -> int:
    """Run until SIGTERM or SIGINT, or the plant is gone. Prints ``boards ready DIR`` when the ports are there."""
    parser = argparse.ArgumentParser(prog="python -m simulator.boards", description="Emulated lock boards.")
    parser.add_argument("--profile", type=Path, required=True, help="the board profile, cabinet.toml")
    parser.add_argument("--plant", type=Path, required=True, metavar="SOCKET", help="the plant's socket")
    parser.add_argument("--ports", type=Path, required=True, metavar="DIR", help="where the ports are linked")
    parser.add_argument("--control", type=Path, metavar="SOCKET", help=f"where faults are taken; else DIR/{CONTROL}")
    parser.add_argument("--seed", type=int, default=0, help="for noise")
    options = parser.parse_args()
    try:
        profile = load_profile(options.profile)
        control = options.control or options.ports / CONTROL
        asyncio.run(_run(profile, options.plant, options.ports, control, options.seed))
    except (ConfigurationError, OSError) as error:
        print(f"boards: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(profile: Profile, plant: Path, ports: Path, control: Path, seed: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    wires = await PlantLines.connect(plant)
    boards = EmulatedBoards(profile, wires, ports, seed=seed)
    socket = ControlSocket(boards)
    try:
        await socket.open(control)
        print(f"boards ready {ports}", flush=True)
        following = asyncio.create_task(wires.follow())
        stopping = asyncio.create_task(stop.wait())
        done, rest = await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()  # raises when the plant is gone
    finally:
        socket.close()
        boards.close()
        wires.close()


if __name__ == "__main__":
    sys.exit(main())
