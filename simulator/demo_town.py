"""All processes of the demo, and the one who looks after them.

What systemd does on a box is done here: sockets made beforehand, readiness heard, whoever dies started again (the
controller after its outputs were made safe). Everything is ended in order, and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from simulator import throwaway_certificate
from simulator.broker import Broker, BrokerError
from simulator.card.pcscd import CardStackError
from simulator.demo_provision import provision, same_cabinet
from simulator.processes import Process, ProcessFailed
from simulator.town import DEFAULT_PROFILE, START_WITHIN_S, Town
from simulator.town_hall import office_words

LONGEST_RUN_DIRECTORY = 70
"""Unix sockets have short names: 107 bytes with the file's."""

_LOOK_EVERY_S = 0.1
_CALM_S = 20.0
"""Who dies again within this time is started again more slowly."""
_SLOWEST_S = 5.0

Result = TypeVar("Result")
Say = Callable[[str], None]


class DemoError(Exception):
    """The demo cannot go on; the text says what to do."""


def run_directory(root: Path) -> Path:
    """Where the sockets lie: below ``root`` if its path is short enough, else in the user's runtime directory."""
    below = root.absolute() / "run"
    if len(os.fsencode(below)) <= LONGEST_RUN_DIRECTORY:
        return below
    name = f"abholfach-{os.getuid()}-{hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:10]}"
    return Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / name  # noqa: S108 - checked before it is used


def make_run_directory(root: Path) -> Path:
    """Makes `run_directory`, for this user alone. Raises `DemoError` when somebody else has made it before."""
    directory = run_directory(root)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    seen = directory.lstat()
    if directory.is_symlink() or seen.st_uid != os.getuid() or seen.st_mode & 0o022:
        raise DemoError(f"{directory} can be written by somebody else; choose a shorter path with --data")
    return directory


class Watch:
    """How often a process died, and how long to wait before it is started again."""

    def __init__(self) -> None:
        self._deaths: list[float] = []

    def pause_s(self) -> float:
        """Called at each death. 0 for the first within `_CALM_S`, then longer and longer."""
        now = time.monotonic()
        self._deaths = [when for when in self._deaths if now - when < _CALM_S] + [now]
        return 0.0 if len(self._deaths) == 1 else min(_SLOWEST_S, 0.25 * 2 ** len(self._deaths))


class DemoTown:
    """Broker, central system, cabinet, controller, readers, pages and panel. One event loop; end it with `stop`."""

    def __init__(
        self,
        root: Path,
        say: Say,
        *,
        pages_port: int = 0,
        panel_port: int = 0,
        office_port: int = 0,
        standalone: bool = False,
        profile: str = DEFAULT_PROFILE,
    ) -> None:
        """``say`` gets a line whenever something happens that a person should know. ``standalone``: without a central
        system and its broker. ``profile``: a shipped cabinet's name, or a file. Raises `DemoError`.
        """
        self.standalone = standalone
        self.root = root.absolute()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _hold(self.root / "demo.lock")
        self._say = say
        # Children get SIGTERM when the thread that made them ends: one thread makes them all, and it outlives them.
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="supervisor")
        run = make_run_directory(self.root)
        self.town = Town(self.root, profile=profile, run_directory=run)
        self.broker = Broker(self.root / "broker")
        self.central: Process | None = None
        self.panel: Process | None = None
        self.central_socket = run / "central.sock"
        self.supervisor_socket = run / "supervisor.sock"
        self.pages_address = ""
        self.panel_address = ""
        self._pages_port = pages_port
        self._panel_port = panel_port
        self._office_port = office_port
        self._watches: dict[str, Watch] = {}
        self._watching: asyncio.Task[None] | None = None
        self._stopped = False
        self.restarts: dict[str, int] = {}

    # --- beginning ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Provisions the box and starts everything. Raises `DemoError`, `ProcessFailed`, `BrokerError`."""
        same_cabinet(self.town)
        if not self.standalone:
            self.broker.port = _remembered_port(self.root / "broker" / "mosquitto.conf")
            await self._start_broker()
        await self._do(lambda: provision(self.town, self.broker.port))
        await self._do(self.town.start_plant)
        if not self.standalone:
            await self._do(self._start_central)
        await self._do(self._start_controller)
        await self._do(self._start_reader)
        await self._do(self._start_cards)
        await self._do(self._start_pages)
        self._watching = asyncio.create_task(self._watch())

    async def start_panel(self) -> None:
        """The simulator's panel; it commands processes over `supervisor_socket`."""
        await self._do(self._start_panel)

    async def _start_broker(self) -> None:
        try:
            await self.broker.start()
        except BrokerError:
            if not self.broker.port:
                raise
            # Somebody else took the port of the last time meanwhile.
            self.broker.port = 0
            await self.broker.start()

    def _start_central(self) -> None:
        arguments = [sys.executable, "-m", "simulator.central", "--broker", f"127.0.0.1:{self.broker.port}"]
        arguments += ["--data", str(self.root / "central"), "--socket", str(self.central_socket), "--resend-s", "1"]
        self.central_socket.unlink(missing_ok=True)
        self.central = Process("central", arguments, self.town.logs / "central.log")
        self.central.wait_until(self.central_socket.exists, START_WITHIN_S, "desk")

    def _start_controller(self) -> None:
        self.town.safe_outputs()
        self.town.start_controller()

    def _start_reader(self) -> None:
        self.town.readers.clear()
        self.town.start_reader()

    def _start_cards(self) -> None:
        """The card reader and what it trusts; a machine that cannot have a virtual one goes without."""
        try:
            self.town.start_card_service()
        except (CardStackError, OSError) as error:
            self._say(f"no card reader: {error}")
            return
        self.town.fill_trust_store()
        self._start_card_reader()

    def _start_card_reader(self) -> None:
        self.town.start_card_reader()

    def _start_pages(self) -> None:
        certificate, key = throwaway_certificate.make(self.root)
        office = ["--lan", f"127.0.0.1:{self._office_port}", "--lan-name", throwaway_certificate.NAME]
        office += [
            "--tls-certificate",
            str(certificate),
            "--tls-key",
            str(key),
            "--office",
            str(office_words(self.root)),
        ]
        self.pages_address = self.town.start_pages(self._pages_port, office)
        self._pages_port = int(self.pages_address.rstrip("/").rpartition(":")[2])
        self._office_port = int(self.town.office_address.rstrip("/").rpartition(":")[2])

    def _start_panel(self) -> None:
        arguments = [sys.executable, "-m", "simulator.panel", "--town", str(self.root), "--port", str(self._panel_port)]
        arguments += ["--plant", str(self.town.plant_socket)]
        arguments += [] if self.standalone else ["--central", str(self.central_socket)]
        arguments += ["--pages", self.pages_address, "--supervisor", str(self.supervisor_socket)]
        if self.town.card_reader is not None:
            arguments += ["--cards", str(self.town.cards.directory)]
        if self.town.boards is not None:
            arguments += ["--ports", str(self.town.ports)]
        log = self.town.logs / "panel.log"
        log.unlink(missing_ok=True)
        self.panel = Process("panel", arguments, log)
        line = self.panel.wait_for_line("panel: http", START_WITHIN_S)
        self.panel_address = line.split()[1]
        self._panel_port = int(self.panel_address.rstrip("/").rpartition(":")[2])

    # --- looking after ------------------------------------------------------------------------------------------------

    def processes(self) -> dict[str, Process]:
        """All that were started, by name, whether they run or not. The broker is not among them."""
        found = {
            "cabinet": self.town.plant_process,
            "boards": self.town.boards,
            "controller": self.town.controller,
            "reader": self.town.readers[-1] if self.town.readers else None,
            "card service": self.town.cards.room,
            "card reader": self.town.card_reader,
            "pages": self.town.pages,
            "central": self.central,
            "panel": self.panel,
        }
        return {name: process for name, process in found.items() if process is not None}

    async def _watch(self) -> None:
        starts: dict[str, Callable[[], None]] = {
            "cabinet": self._start_cabinet_anew,
            "boards": self.town.start_boards,
            "central": self._start_central,
            "controller": self._start_controller,
            "reader": self._start_reader,
            "card service": self.town.start_card_service,
            "card reader": self._start_card_reader,
            "pages": self._start_pages,
            "panel": self._start_panel,
        }
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.town.hear()
            for name, process in self.processes().items():
                if not process.running:
                    await self._revive(name, process, starts[name])

    async def _revive(self, name: str, process: Process, start: Callable[[], None]) -> None:
        code = process.exit_code or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        pause_s = self._watches.setdefault(name, Watch()).pause_s()
        if code > 0:
            self._say(f"the last of {process.log}:\n{process.tail(8)}")
        await asyncio.sleep(pause_s)
        began = time.monotonic()
        try:
            await self._do(start)
        except (ProcessFailed, CardStackError) as failure:
            self._say(f"{name} {how} and could not be started again: {failure}")
            return
        self.restarts[name] = self.restarts.get(name, 0) + 1
        safe = "outputs made safe, " if name == "controller" else ""
        self._say(f"{name} {how}; {safe}started again in {time.monotonic() - began:.1f} s")

    def _start_cabinet_anew(self) -> None:
        """A cabinet that was away has other pins than those which the controller holds: as after a power cut, both
        begin again.
        """
        self.town.start_plant()
        controller = self.town.controller
        if controller is not None and controller.running:
            self._say("the cabinet had no power: the computer goes down with it")
            os.kill(controller.pid, signal.SIGKILL)

    async def until_it_fails(self) -> None:
        """Never returns; raises what ends the looking after, if anything does."""
        if self._watching is not None:
            await asyncio.shield(self._watching)

    async def kill(self, name: str) -> None:
        """SIGKILL to one of `processes` (it comes back by itself) or to the broker (it stays dead). Raises
        ``KeyError``.
        """
        if name == "broker":
            await self.broker.kill()
            return
        process = self.processes()[name]
        if process.running:
            os.kill(process.pid, signal.SIGKILL)

    async def start_broker(self) -> None:
        """After it was killed; on the same port, with what it had stored."""
        if self.broker.pid is None:
            await self.broker.start()

    def status(self) -> dict[str, int]:
        """The pid of each process, 0 when it does not run."""
        pids = {name: process.pid if process.running else 0 for name, process in self.processes().items()}
        return {"broker": self.broker.pid or 0, **pids}

    # --- the end ------------------------------------------------------------------------------------------------------

    async def stop_box(self) -> int:
        """Ends reader, pages and controller in order; cabinet, central system and broker go on. The controller's exit
        code.
        """
        await self._end_watching()
        for process in (self.panel, *self.town.readers, self.town.card_reader, self.town.pages):
            if process is not None:
                await self._do(process.stop)
        return await self._do(self.town.stop_controller)

    async def stop(self) -> None:
        """Everything, in order. Always safe to call; the data stay."""
        if self._stopped:
            return
        self._stopped = True
        try:
            await self.stop_box()
            plant = self.town.plant_process
            if plant is not None and plant.running:
                with contextlib.suppress(ProcessFailed):
                    await self._do(self.town.safe_outputs)
            await self._do(self.town.stop)
            if self.central is not None:
                await self._do(self.central.stop)
            await self.broker.stop()
        finally:
            self._hand.shutdown()
            shutil.rmtree(self.town.run_directory, ignore_errors=True)  # nothing but sockets of who has gone
            os.close(self._lock)

    async def _end_watching(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    def hurry(self) -> None:
        """SIGKILL to everybody: `stop` then has nobody to wait for."""
        for process in self.processes().values():
            if process.running:
                os.kill(process.pid, signal.SIGKILL)
        if self.broker.pid is not None:
            os.kill(self.broker.pid, signal.SIGKILL)

    def tails(self, lines: int = 12) -> str:
        """The ends of all logs."""
        parts = []
        for log in sorted([*self.town.logs.glob("*.log"), self.broker.log_file]):
            if log.exists() and (text := log.read_text("utf-8", "replace").splitlines()[-lines:]):
                parts.append("\n".join([f"--- {log}", *text]))
        return "\n".join(parts)

    async def _do(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._hand, work)


def _hold(path: Path) -> int:
    """A lock that lasts as long as this process. Raises `DemoError`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        words = f"a demo runs on {path.parent} already; end it, or choose another directory with --data"
        raise DemoError(words) from None
    return handle


def _remembered_port(configuration: Path) -> int:
    """The broker's port of the last time, so that the box's configuration need not change; 0 the first time."""
    if configuration.exists():
        for line in configuration.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] == ["listener"] and len(words) > 1 and words[1].isdecimal():
                return int(words[1])
    return 0
