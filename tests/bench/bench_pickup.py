"""From a token on the reader's socket to the pulse command: the whole controller, with its real log on a real disk.

The controller runs as it does in a box (`controller.bootstrap.serve`), only its locks and doors are fakes that note the
time. The floor is measured between any two pickups of the same run: one durable commit of the same two events plus one
round trip over a unix socket.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from controller.adapters.clock import SystemClock
from controller.api import Confirm, KioskView
from controller.bootstrap import Outside, open_event_log, serve, software_version
from controller.config import load_settings
from controller.identity import Kind
from controller.ports import Appended, EventLog, Opened, Stamp
from hal.headphones import HeadphoneSocket
from hal.interfaces import DoorLevel, PulseReport
from simulator.kill_points import KillableLog, KillPoints
from simulator.preload import Badge, Envelope, Preload, Slip, new_code, preload
from simulator.processes import Sockets
from simulator.town import Town
from tests.bench.line import Line, scan
from tests.fakes.hardware import FakeDoors, FakeIndicators, FakeLocks

PICKUPS = 60
#: Envelopes loaded at a time: a staff login hashes with 19 MiB, which no pickup should have to recover from.
BATCH = 10
BADGE = Badge("bench", new_code("B"), "4711", ("loader",))


class TimedLocks(FakeLocks):
    """Notes when a pulse was commanded, and opens the door at once."""

    def __init__(self, doors: FakeDoors) -> None:
        super().__init__(doors.compartments, pulse_lasts=0.05)
        self._doors = doors
        self.commanded_ns = 0
        self.appends: Callable[[], int] = lambda: 0
        self.appends_then = 0
        self.compartment = ""
        self.fired = threading.Event()

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        self.commanded_ns = time.perf_counter_ns()
        self.appends_then = self.appends()
        self.compartment = compartment
        future = super().pulse(compartment, duration_ms)
        self.fired.set()
        return future


class TimedHardware:
    def __init__(self, compartments: tuple[str, ...]) -> None:
        self.doors = FakeDoors(compartments)
        self.locks = TimedLocks(self.doors)
        self.indicators = FakeIndicators()
        self.headphones = HeadphoneSocket(None)
        self.measured: dict[str, int] = {}

    def close(self) -> None:
        self.locks.close()


class CountingLog(KillableLog):
    """Keeps the events of the append that came before a pulse, and counts appends."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log, KillPoints())
        self.appends = 0
        self.bodies: list[bytes] = []

    async def append(self, events: Any, stamp: Stamp, rows: Any = (), then: Any = None) -> Appended:
        self.appends += 1
        appended = await super().append(events, stamp, rows, then)
        if any(event.type == "UnlockAuthorised" for event in events):
            self.bodies = [entry.body for entry in appended.entries]
        return appended


class Presenter:
    """A reader in a process of its own, as in a box: what it does takes no time from the controller's interpreter."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.presenter", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def present(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")

    def presented(self) -> tuple[int, bool]:
        """When it was sent (ns, the clock of all processes), and whether it was accepted."""
        assert self._process.stdout is not None
        sent, _, accepted = self._process.stdout.readline().partition(" ")
        return int(sent), accepted.strip() == "True"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Floor:
    """One durable commit of the same bytes, and one round trip over a unix socket to another process."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE floor (seq INTEGER PRIMARY KEY, hash BLOB, body BLOB)")
        self._near, far = socket.socketpair()
        self._echo = subprocess.Popen(["/bin/cat"], stdin=far.fileno(), stdout=far.fileno())
        far.close()

    def measure(self, bodies: list[bytes]) -> int:
        begun = time.perf_counter_ns()
        self._near.sendall(b"x" * 200)
        self._near.recv(4096)
        self._connection.execute("BEGIN IMMEDIATE")
        for body in bodies:
            self._connection.execute("INSERT INTO floor (hash, body) VALUES (?, ?)", (b"h" * 32, body))
        self._connection.execute("COMMIT")
        return time.perf_counter_ns() - begun

    def close(self) -> None:
        self._near.close()
        self._echo.wait(5)
        self._connection.close()


class Run:
    """Loads and collects over the sockets, in a thread beside the controller's loop."""

    def __init__(self, sockets: Sockets, hardware: TimedHardware, log: CountingLog, slips: list[Slip], floor: Floor):
        self._sockets = sockets
        self._hardware = hardware
        self._log = log
        self._slips = slips
        self._floor = floor
        self.values: list[int] = []
        self.floors: list[int] = []
        self.commits: set[int] = set()
        self.problem: BaseException | None = None

    def __call__(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.problem = error
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def _work(self) -> None:
        reader = Line(self._sockets.paths["reader-qr"])
        page = Line(self._sockets.paths["ui"])
        self._presenter = Presenter(self._sockets.paths["reader-qr"])
        try:
            for begin in range(0, len(self._slips), BATCH):
                batch = self._slips[begin : begin + BATCH]
                self._load(reader, page, [f"ORDER-{slip.deposits[0]}" for slip in batch])
                for slip in batch:
                    reader.ask("reader.health", {"source": "bench", "state": "ok", "frames": 1, "decoded": 0})
                    self._collect(page, slip.text)
        finally:
            self._presenter.close()
            reader.close()
            page.close()

    def _load(self, reader: Line, page: Line, orders: list[str]) -> None:
        assert reader.ask("scan.report", scan(BADGE.text))["result"]["accepted"]
        page.ask("staff.login", {"pin": BADGE.pin})
        session = ""
        for order in orders:
            assert reader.ask("scan.report", scan(order, "code_128"))["result"]["accepted"]
            self._open_and_close()
            while not session or page.ask("view.staff", {})["result"]["page"] != "load_ready":
                session = page.ask("view.staff", {})["result"]["session"]
        page.ask("staff.logout", {"session": session})

    def _collect(self, page: Line, text: str) -> None:
        self._settle(page, "start", "done")
        self.floors.append(self._floor.measure(self._log.bodies))
        appends = self._log.appends
        self._hardware.locks.fired.clear()
        self._presenter.present(text)
        assert self._hardware.locks.fired.wait(10)
        begun, accepted = self._presenter.presented()
        assert accepted
        self.values.append(self._hardware.locks.commanded_ns - begun)
        self.commits.add(self._hardware.locks.appends_then - appends)
        self._open_and_close()
        view = self._settle(page, "confirm")
        page.ask(Confirm.METHOD, {"session": view.session, "revision": view.revision, "choice": "everything"})

    def _settle(self, page: Line, *wanted: str) -> KioskView:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            view = msgspec.convert(page.ask("view.kiosk", {})["result"], KioskView)
            if view.page in wanted and not self._hardware.locks.energised:
                return view
            time.sleep(0.002)
        raise TimeoutError(f"the page is {view.page}, not {wanted}")

    def _open_and_close(self) -> None:
        assert self._hardware.locks.fired.wait(10)
        compartment = self._hardware.locks.compartment
        self._hardware.doors.move(compartment, DoorLevel.OPEN)
        time.sleep(0.06)
        self._hardware.doors.move(compartment, DoorLevel.CLOSED)
        self._hardware.locks.fired.clear()


def figures(pickups: int = PICKUPS) -> dict[str, dict[str, float | str]]:
    """``pickup.token_to_pulse`` (ratio to the floor; both in ms beside it). Raises when more than one commit stood
    before a pulse.
    """
    with tempfile.TemporaryDirectory(prefix="bench-pickup-") as directory:
        run = asyncio.run(_measure(Path(directory), pickups))
    if run.problem is not None:
        raise run.problem
    if run.commits != {1}:
        raise AssertionError(f"commits before a pulse: {run.commits}")
    value, floor = statistics.median(run.values) / 1e6, statistics.median(run.floors[1:]) / 1e6
    return {
        "pickup.token_to_pulse": {
            "value": round(value, 3),
            "unit": "ms",
            "floor": round(floor, 3),
            "ratio": round(value / floor, 3),
        }
    }


async def _measure(root: Path, pickups: int) -> Run:
    town = Town(root)
    town.provision()
    settings = load_settings(town.config / "abholfach.toml")
    slips = [Slip(f"R{n}", new_code("P"), (f"D{n}",)) for n in range(pickups + 1)]
    envelopes = [Envelope(f"D{n}", f"ORDER-D{n}") for n in range(pickups + 1)]
    hardware: list[TimedHardware] = []
    logs: list[CountingLog] = []

    def open_hardware(profile: Any, faults: Any) -> TimedHardware:
        hardware.append(TimedHardware(profile.labels))
        return hardware[-1]

    def open_log(path: Path, box: str, fold_version: int) -> tuple[EventLog, Opened]:
        log, opened = open_event_log(path, box, fold_version)
        logs.append(CountingLog(log))
        return logs[-1], opened

    def outside() -> Outside:
        return Outside(
            Kind.SIMULATED,
            open_hardware,
            SynchronisedClock(),
            town.sockets.listeners(),
            open_log,
            software_version(),
        )

    # A first life makes the log; orders, rights and a badge are put in while nobody runs; then the measured one.
    first = asyncio.create_task(serve(settings, outside()))
    await asyncio.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    await first
    await asyncio.to_thread(preload, town.data, Preload(envelopes, slips, [BADGE]))
    floor = Floor(town.data / "floor.db")
    second = asyncio.create_task(serve(settings, outside()))
    await asyncio.sleep(0.5)
    hardware[-1].locks.appends = lambda: logs[-1].appends
    run = Run(town.sockets, hardware[-1], logs[-1], slips, floor)
    threading.Thread(target=run, daemon=True).start()
    await second
    floor.close()
    town.stop()
    return run


class SynchronisedClock(SystemClock):
    def synchronised(self) -> bool:
        return True
