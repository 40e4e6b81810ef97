"""`abholfach-ui`: serves the pages on this machine's loopback."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import uvicorn

from kiosk_ui import app, languages
from kiosk_ui.link import Link
from kiosk_ui.office import listener
from kiosk_ui.office.serving import office_server
from kiosk_ui.settings import DEFAULT_PX_PER_MM, Settings, SettingsError, read_office

#: Streams of revisions are ended at once; whatever else is under way gets this long (seconds).
GRACE_S = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns when it was told to stop. 2: the command line or a file is at fault; 1: the port is taken."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=options.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        host = _loopback(options.host)
        office = read_office(options.office)
        offered = _languages(options.languages)
        lan = listener.read_arguments(options)
        with _listen(host, options.port) as listening, _listen_on_lan(lan) as office_listening:
            port: int = listening.getsockname()[1]
            settings = Settings(options.socket, port, offered, office, options.px_per_mm, options.speech_cache)
            _serve(settings, host, listening, lan, office_listening)
    except SettingsError as error:
        sys.stderr.write(f"abholfach-ui: {error}\n")
        return 2
    except OSError as error:
        lan_too = f" or {options.lan}" if options.lan else ""
        sys.stderr.write(f"abholfach-ui: cannot listen on {options.host} port {options.port}{lan_too}: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("abholfach-ui", description="Serves the pages of the box.")
    parser.add_argument("--socket", required=True, help="the controller's socket for the pages")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--languages", default="", help="tags to offer, as in de,en (default: every complete one)")
    parser.add_argument("--office", type=Path, help="office.toml: counter room, telephone, hours")
    parser.add_argument("--px-per-mm", type=float, default=DEFAULT_PX_PER_MM, help="default: %(default)s")
    parser.add_argument("--speech-cache", type=Path, help="keeps sounds of what everybody hears (default: nowhere)")
    listener.add_arguments(parser)
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    return parser


def _loopback(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass  # a name other than localhost: refused below like an address of the network
    raise SettingsError(
        f"--host {host} is not an address of this machine alone; the pages at the box are served on loopback only "
        "(127.0.0.1); pages for the office network are others, with TLS and a login: --lan"
    )


def _languages(wanted: str) -> tuple[str, ...]:
    available = languages.available()
    tags = tuple(tag.strip() for tag in wanted.split(",") if tag.strip()) or available
    for tag in tags:
        if tag not in available and tag not in languages.PSEUDO_NAMES:
            raise SettingsError(f"--languages: no complete catalog for {tag!r}; there are {', '.join(available)}")
    # German binds: it is always there.
    return tags if languages.SOURCE_LANGUAGE in tags else (languages.SOURCE_LANGUAGE, *tags)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio switches Nagle's delay off (40 ms an answer) only where it sees IPPROTO_TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(64)
    except OSError:
        listening.close()
        raise
    return listening


def _listen_on_lan(lan: listener.Listener | None) -> contextlib.AbstractContextManager[socket.socket | None]:
    return lan.bind() if lan is not None else contextlib.nullcontext()


def _serve(
    settings: Settings,
    host: str,
    listening: socket.socket,
    lan: listener.Listener | None,
    office_listening: socket.socket | None,
) -> None:
    link = Link(settings.socket)
    config = uvicorn.Config(
        app.create(settings, link),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"
    server = _Server(config, link, address)
    if lan is None or office_listening is None:
        asyncio.run(server.serve(sockets=[listening]))
    else:
        office = office_server(lan, office_listening, link, settings.office, app.static_version())
        asyncio.run(_both(server, listening, office, office_listening))


async def _both(
    pages: uvicorn.Server, listening: socket.socket, office: uvicorn.Server, office_listening: socket.socket
) -> None:
    """Both, until the pages at the box end. The office's pages never take those with them."""
    serving = asyncio.create_task(office.serve(sockets=[office_listening]), name="office")
    try:
        await pages.serve(sockets=[listening])
    finally:
        office.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


class _Server(uvicorn.Server):
    """Says where it listens and tells systemd; ends the streams first when it is told to stop."""

    def __init__(self, config: uvicorn.Config, link: Link, address: str) -> None:
        super().__init__(config)
        self._link = link
        self._address = address
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        self._loop = asyncio.get_running_loop()
        sys.stdout.write(f"abholfach-ui: {self._address}\n")
        sys.stdout.flush()
        _notify("READY=1")
        watchdog_us = os.environ.get("WATCHDOG_USEC", "")
        if watchdog_us.isdigit():
            self._keep_alive(int(watchdog_us) / 3_000_000)

    def _keep_alive(self, every_s: float) -> None:
        """The loop itself answers systemd's watchdog: a loop that hangs does not."""
        _notify("WATCHDOG=1")
        asyncio.get_running_loop().call_later(every_s, self._keep_alive, every_s)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal. Not the library's own: that would end the process by the same signal again."""
        self.should_exit = True
        _notify("STOPPING=1")
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._link.stop)


def _notify(message: str) -> None:
    """systemd's protocol for services; nothing when started by hand."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    if path.startswith("@"):
        path = "\0" + path[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), path)


if __name__ == "__main__":
    sys.exit(main())
