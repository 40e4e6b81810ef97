"""Where the office pages listen, and how that is switched on. Nothing of it has a default that opens anything."""

from __future__ import annotations

import argparse
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk_ui.settings import SettingsError

#: Connections that are open at once, those included that have not said anything yet. The pages at the box live in this
#: process: what the network opens must leave them files to open.
MOST_OPEN = 96

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


class Door(socket.socket):
    """A listening socket that hangs up on whoever comes while `MOST_OPEN` connections are open. The server itself
    counts a connection only after its handshake, for which it waits a minute.
    """

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._inside: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ``BlockingIOError`` when nobody is let in."""
        connection, address = super().accept()
        self._inside = [each for each in self._inside if each.fileno() >= 0]
        if len(self._inside) >= MOST_OPEN:
            connection.close()
            raise BlockingIOError
        self._inside.append(connection)
        return connection, address


@dataclass(frozen=True, slots=True)
class Listener:
    """``names`` are those under which browsers may ask; any other is a rebound DNS name. ``port`` 0 takes a free one
    (tests).
    """

    host: str
    port: int
    certificate: Path
    key: Path
    names: tuple[str, ...]

    def bind(self) -> socket.socket:
        """Raises ``OSError``."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = Door(family)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self.host, self.port))
            listening.listen(64)
        except OSError:
            listening.close()
            raise
        return listening

    def origins(self, port: int) -> frozenset[str]:
        """How browsers write these names with the scheme, when ``port`` is listened on."""
        return frozenset(f"https://{name}" if port == 443 else f"https://{name}:{port}" for name in self.names)

    def hosts(self, port: int) -> frozenset[str]:
        return frozenset(origin.removeprefix("https://") for origin in self.origins(port))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pages for the office (off unless --lan is given; docs/office.md)")
    group.add_argument("--lan", metavar="HOST:PORT", help="the address on the office's network to listen on")
    group.add_argument("--tls-certificate", type=Path, metavar="FILE", help="PEM, with the chain")
    group.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM, readable by this process alone")
    group.add_argument(
        "--lan-name", action="append", default=[], metavar="NAME", help="under which browsers ask; again for more"
    )


def read_arguments(options: argparse.Namespace) -> Listener | None:
    """None when the pages are off. Raises `SettingsError` when something is missing, or given although they are off."""
    if not options.lan:
        if options.tls_certificate or options.tls_key or options.lan_name:
            raise SettingsError("--tls-certificate, --tls-key and --lan-name are for --lan HOST:PORT, which is missing")
        return None
    host, colon, port = options.lan.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise SettingsError(f"--lan {options.lan}: write HOST:PORT, for example 192.0.2.10:8443")
    for option, given in (("--tls-certificate", options.tls_certificate), ("--tls-key", options.tls_key)):
        if given is None:
            raise SettingsError(f"{option} is missing: pages on a network are served over TLS or not at all")
    names = tuple(name.lower() for name in options.lan_name)
    if not names:
        raise SettingsError("--lan-name is missing: under which name do browsers ask for these pages?")
    for name in names:
        if not _NAME.fullmatch(name):
            raise SettingsError(f"--lan-name {name} is not the name of a host")
    listener = Listener(host, int(port), options.tls_certificate, options.tls_key, names)
    try:
        context(listener)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"--tls-certificate, --tls-key: they cannot be used: {error}") from error
    return listener


def context(listener: Listener) -> ssl.SSLContext:
    """TLS 1.2 and later, the ciphers that OpenSSL's default for servers allows. Raises ``OSError``, ``SSLError``."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(listener.certificate, listener.key)
    return made
