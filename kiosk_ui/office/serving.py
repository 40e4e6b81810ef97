"""The office's listener in the pages' process: it comes and goes with the pages at the box."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
from collections.abc import Iterator

import uvicorn

from kiosk_ui.link import Link
from kiosk_ui.office import app
from kiosk_ui.office.listener import Listener, context
from kiosk_ui.settings import Office

#: Connections at once; more are told to come again. There are fewer desks.
MOST_CONNECTIONS = 64
GRACE_S = 1

log = logging.getLogger(__name__)


class OfficeServer(uvicorn.Server):
    """Says where it listens. It hears no signals: whoever started it sets ``should_exit``."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Not the library's own: the signals belong to the pages at the box, which end this one."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            sys.stdout.write(f"abholfach-office: {self._address}\n")
            sys.stdout.flush()


def office_server(
    listener: Listener, listening: socket.socket, link: Link, office: Office, static_version: str
) -> OfficeServer:
    """The server for a socket that `Listener.bind` made. It is run with ``serve(sockets=[listening])``."""
    port: int = listening.getsockname()[1]
    config = uvicorn.Config(
        app.create(listener, port, link, office, static_version),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
    )
    config.load()
    config.ssl = context(listener)
    return OfficeServer(config, f"{sorted(listener.origins(port))[0]}/")
