"""``python -m simulator.panel``: the panel on this machine's loopback, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from hal.strict_toml import ConfigurationError
from simulator.panel.app import Places, create


def main() -> int:
    """Prints ``panel: ADDRESS`` when it listens. 1: the port is taken, or the town has no cabinet."""
    parser = argparse.ArgumentParser(prog="python -m simulator.panel", description="The simulator's panel.")
    parser.add_argument("--town", type=Path, required=True, metavar="DIR", help="the demo's directory")
    parser.add_argument("--plant", type=Path, required=True, metavar="SOCKET")
    parser.add_argument("--central", type=Path, metavar="SOCKET")
    parser.add_argument("--supervisor", type=Path, metavar="SOCKET")
    parser.add_argument("--cards", type=Path, metavar="DIR", help="the directory of the town's card service")
    parser.add_argument("--ports", type=Path, metavar="DIR", help="the directory of the town's emulated boards")
    parser.add_argument("--pages", default="", metavar="URL", help="address of the box's pages, for the robots")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", options.port))
            listening.listen(32)
            port: int = listening.getsockname()[1]
            places = Places(
                options.town,
                options.plant,
                port,
                options.central,
                options.supervisor,
                options.pages,
                cards=options.cards,
                ports=options.ports,
            )
            asyncio.run(_serve(places, listening))
    except (OSError, ConfigurationError) as error:
        print(f"panel: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(places: Places, listening: socket.socket) -> None:
    app = create(places)
    config = uvicorn.Config(
        app, loop="asyncio", http="h11", ws="none", access_log=False, log_config=None, timeout_graceful_shutdown=1
    )
    await _Server(config, app, f"http://127.0.0.1:{places.port}/").serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Says where it listens; ends the streams first when it is told to stop, and then with exit code 0."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, address: str) -> None:
        super().__init__(config)
        self._panel = app
        self._address = address
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            print(f"panel: {self._address}", flush=True)
            self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not the library's own, which ends the process by the same signal again afterwards."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._panel.state.stopping.set)


if __name__ == "__main__":
    sys.exit(main())
