"""A real mosquitto on a loopback port, with its own configuration and data, that ends with us.

async with Broker(directory) as broker:
    ...  # broker.port
    await broker.kill()    # SIGKILL: nothing is said to anybody
    await broker.start()   # on the same port, with what it had stored
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from simulator.processes import die_with_parent

_START_WITHIN_S = 10.0
_STOP_WITHIN_S = 5.0
#: Debian puts it where an ordinary user's PATH does not look.
_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


class BrokerError(Exception):
    """mosquitto cannot be had or does not start; the text says what to do."""


@dataclass(frozen=True, slots=True)
class BrokerTls:
    """PEM files of the broker. Clients must show a certificate of the same authority, and its name is their user name
    and client id.
    """

    ca_file: Path
    certificate_file: Path
    key_file: Path


class Broker:
    """Starts, kills and stops one mosquitto. ``port`` 0 takes a free one at the first start and keeps it.

    Without ``password_file`` anybody on this computer may connect: that is for demonstrations and tests, and it listens
    on 127.0.0.1 only. ``acl_file`` is mosquitto's access list. Not safe for several tasks at once."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        acl_file: Path | None = None,
        password_file: Path | None = None,
        tls: BrokerTls | None = None,
        extra: str = "",
    ) -> None:
        self._directory = directory
        self._acl_file = acl_file
        self._password_file = password_file
        self._tls = tls
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1"
        self.port = port

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def log_file(self) -> Path:
        return self._directory / "mosquitto.log"

    async def start(self) -> None:
        """Starts it and waits until it takes connections. Raises `BrokerError`."""
        if self.pid is not None:
            raise BrokerError("this broker runs already")
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path=_PLACES)
        if program is None:
            raise BrokerError("mosquitto is missing; install it with: apt-get install mosquitto")
        self._directory.mkdir(parents=True, exist_ok=True)
        attempts = 1 if self.port else 5
        for attempt in range(attempts):
            if not self.port or attempt:
                self.port = _free_port()
            self._configure()
            # Between finding a free port and taking it somebody else may have been faster: then another one.
            if await self._listens(program):
                return
        raise BrokerError(f"mosquitto does not start on port {self.port}; see {self.log_file}: {self._last_words()}")

    async def kill(self) -> None:
        """SIGKILL, as a crash or a power cut would."""
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()
            await asyncio.to_thread(process.wait)

    def reload(self) -> None:
        """Has it read its access list and passwords again."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """Ends it in an orderly way; it stores its sessions and retained messages."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, _STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            await self.kill()

    async def __aenter__(self) -> Broker:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _configure(self) -> None:
        store = self._directory / "store"
        store.mkdir(mode=0o700, exist_ok=True)
        lines = [
            f"listener {self.port} {self.host}",
            "persistence true",
            f"persistence_location {store}/",
            "autosave_interval 5",
            "log_dest stdout",
            "log_type error",
            "log_type warning",
            "log_type notice",
            # Everything of a central system that is away for a while is kept, within reason.
            "max_queued_messages 5000",
            # Otherwise the first message of a client waits for the acknowledgement of the packet before (Nagle).
            "set_tcp_nodelay true",
            f"allow_anonymous {'true' if self._password_file is None and self._tls is None else 'false'}",
        ]
        if os.getuid() == 0:
            # As root it would become the user `mosquitto`, who cannot write here.
            lines.append("user root")
        if self._password_file is not None:
            lines.append(f"password_file {self._password_file}")
        if self._tls is not None:
            lines += [
                f"cafile {self._tls.ca_file}",
                f"certfile {self._tls.certificate_file}",
                f"keyfile {self._tls.key_file}",
                "require_certificate true",
                "use_identity_as_username true",
                "use_username_as_clientid true",
            ]
        if self._acl_file is not None:
            lines.append(f"acl_file {self._acl_file}")
        lines.append(self._extra)
        (self._directory / "mosquitto.conf").write_text("\n".join(lines) + "\n", "utf-8")

    async def _listens(self, program: str) -> bool:
        self._process = process = self._spawn(program)
        deadline = asyncio.get_running_loop().time() + _START_WITHIN_S
        while process.poll() is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(self.host, self.port)
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
                # The port may be somebody else's while ours is still failing to take it.
                await asyncio.sleep(0.02)
                if process.poll() is None:
                    return True
            if asyncio.get_running_loop().time() > deadline:
                await self.kill()
                return False
            await asyncio.sleep(0.02)
        return False

    def _spawn(self, program: str) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            # Its own process group: a Ctrl-C at the terminal ends us, and we end it when nobody needs it any more.
            return subprocess.Popen(
                [program, "-c", str(self._directory / "mosquitto.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def _last_words(self) -> str:
        text = self.log_file.read_text("utf-8", "replace").strip() if self.log_file.exists() else ""
        return text.rpartition("\n")[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
