"""A whole town hall on one machine: plant, controller, readers, pages, broker and central system, each a process of its
own.

The demo, the crash campaign and the tests start what they need of it. Every directory lies under one root, so that the
data survive a restart and several towns do not meet.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from controller.identity import Kind
from controller.settings import CommandTrust, Heartbeat
from hal.profile import load_profile
from provisioning.initialise import Plan, initialise
from provisioning.templates import Broker as BrokerAddress
from simulator.boards.cabinet import has_emulated_boards
from simulator.card.issuing_state import IssuingState
from simulator.card.pcscd import CardStack
from simulator.plant.client import PlantClient
from simulator.plant.parts import Position
from simulator.plant.state import BoxState
from simulator.processes import NotifySocket, Process, ProcessFailed, Sockets
from simulator.trust import fill_trust_store

ROLES = ("ui", "reader-qr", "reader-eid", "admin")
START_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
DEFAULT_PROFILE = "gpio-12"

#: People come at any time, and somebody is always there.
ALWAYS_OPEN = Path(__file__).with_name("calendar.toml")


class Town:
    """The processes of one box and what surrounds it. Not thread-safe; end it with `stop`."""

    def __init__(
        self,
        root: Path,
        *,
        box: str = "demo-1",
        profile: str = DEFAULT_PROFILE,
        run_directory: Path | None = None,
        heartbeat: bool = False,
    ) -> None:
        """``run_directory`` is for the sockets, whose paths must be short; without it they lie below ``root``. With
        ``heartbeat`` doors open for residents only while a browser shows their page.
        """
        self.root = root.absolute()
        self.box = box
        self.profile = profile
        self.heartbeat = Heartbeat.REQUIRED if heartbeat else Heartbeat.NOT_REQUIRED
        self.config = self.root / "config"
        self.data = self.root / "data"
        self.logs = self.root / "logs"
        self.run_directory = run_directory or self.root / "run"
        self.run_directory.mkdir(parents=True, exist_ok=True)
        if len(os.fsencode(self.run_directory / "controller-notify.sock")) > 100:
            raise ProcessFailed(f"{self.run_directory} is too long a path for unix sockets: choose a shorter one")
        self.plant_socket = self.run_directory / "plant.sock"
        self.sockets = Sockets(self.run_directory, ROLES)
        self._notify = NotifySocket(self.run_directory / "controller-notify.sock")
        self.ports = self.run_directory / "ports"
        self.plant_process: Process | None = None
        self.boards: Process | None = None
        self.controller: Process | None = None
        self.readers: list[Process] = []
        self.trust = self.root / "trust"
        self.cards = CardStack(self.run_directory / "cards")
        self.card_reader: Process | None = None
        self.pages: Process | None = None
        self.pages_address = ""
        self.office_address = ""

    @property
    def log_file(self) -> Path:
        return self.data / "log.db"

    def provision(self, broker_port: int = 0, *, calendar: Path = ALWAYS_OPEN) -> None:
        """Makes the box: directories, identity, configuration, cabinet. Again: keeps all but the broker's port and the
        calendar, which is always open and staffed unless another is asked for.
        """
        broker = None
        if broker_port:
            broker = BrokerAddress(
                host="127.0.0.1", port=broker_port, consumer="central", commands=CommandTrust.UNSIGNED, tls=None
            )
        initialise(
            Plan(
                config=self.config,
                data=self.data,
                box=self.box,
                kind=Kind.SIMULATED,
                profile=self.profile,
                policies=Path(__file__).with_name("policies.toml"),
                calendar=calendar,
                seen_empty_by="installer",
                broker=broker,
                room="E 12",
                phone="0000 115",
                heartbeat=self.heartbeat,
                force=True,
            )
        )

    def put_inside(self, contents: Mapping[str, Sequence[str]]) -> None:
        """What lies in which compartment of a plant that is not running: behind closed doors, from the beginning."""
        state = {
            label: BoxState(Position.CLOSED, latched=True, contents=list(items)) for label, items in contents.items()
        }
        (self.root / "plant.json").write_bytes(msgspec.json.encode(state))

    def start_plant(self, seed: int = 0) -> None:
        """The cabinet. It lives on when the controller dies."""
        arguments = [sys.executable, "-m", "simulator.plant", "--profile", str(self.config / "cabinet.toml")]
        arguments += ["--socket", str(self.plant_socket), "--seed", str(seed), "--state", str(self.root / "plant.json")]
        log = self.logs / "plant.log"
        log.unlink(missing_ok=True)
        self.plant_process = Process("plant", arguments, log)
        self.plant_process.wait_for_line("plant ready", START_WITHIN_S)
        if self.boards is None and has_emulated_boards(load_profile(self.config / "cabinet.toml")):
            self.start_boards(seed)

    def start_boards(self, seed: int = 0) -> None:
        """The lock boards that are not on the header. They die with the plant; they live on when the controller
        does.
        """
        arguments = [sys.executable, "-m", "simulator.boards", "--profile", str(self.config / "cabinet.toml")]
        arguments += ["--plant", str(self.plant_socket), "--ports", str(self.ports), "--seed", str(seed)]
        log = self.logs / "boards.log"
        log.unlink(missing_ok=True)
        shutil.rmtree(self.ports, ignore_errors=True)  # nothing but links of who has gone
        self.boards = Process("boards", arguments, log)
        self.boards.wait_for_line("boards ready", START_WITHIN_S)

    def plant(self) -> PlantClient:
        """A person in the hall, who can also look behind the doors."""
        return PlantClient(self.plant_socket)

    def safe_outputs(self) -> None:
        """What systemd runs before the controller and after it died: every output inactive."""
        arguments = [sys.executable, "-m", "simulator.safe_outputs", "--profile", str(self.config / "cabinet.toml")]
        arguments += ["--socket", str(self.plant_socket)]
        if self.boards is not None:
            arguments += ["--ports", str(self.ports)]
        process = Process("safe-outputs", arguments, self.logs / "safe.log")
        if process.wait(START_WITHIN_S) != 0:
            raise ProcessFailed(f"safe outputs failed\n{process.tail()}")

    def start_controller(self, kill: str = "", *, wait: bool = True) -> bool:
        """Starts the controller; True when it is ready. ``kill`` is ``POINT:COUNT``: it may then die before it is ready
        (False).
        """
        arguments = [sys.executable, "-m", "simulator.controller", "--config", str(self.config / "abholfach.toml")]
        arguments += ["--plant", str(self.plant_socket), "--ports", str(self.ports)]
        if kill:
            arguments += ["--kill", kill]
        self._notify.drain()
        environment = {"NOTIFY_SOCKET": str(self._notify.path), "RUNTIME_DIRECTORY": str(self.run_directory)}
        self.controller = self.sockets.start("controller", arguments, self.logs / "controller.log", environment)
        if not wait:
            return True
        ready = self.wait_ready()
        if not ready and not kill:
            raise ProcessFailed(f"the controller ended with {self.controller.exit_code}\n{self.controller.tail()}")
        return ready

    def wait_ready(self) -> bool:
        """Waits for a controller that was started; False when it died before it was ready."""
        if self.controller is None:
            raise ProcessFailed("no controller was started")
        return self._notify.wait_ready(self.controller, START_WITHIN_S)

    def hear(self) -> None:
        """Takes what the controller tells its supervisor all the time; unheard, it would fill the socket."""
        self._notify.drain()

    def started_controller(self) -> Process:
        """The controller that was started last, running or not. Raises `ProcessFailed` when none was."""
        if self.controller is None:
            raise ProcessFailed("no controller has been started yet")
        return self.controller

    def stop_controller(self) -> int:
        """An orderly stop, as systemd does it. The exit code."""
        if self.controller is None:
            return 0
        return self.controller.stop(STOP_WITHIN_S)

    def start_reader(self, name: str = "camera", *arguments: str) -> Process:
        """A reader process; without ``arguments`` it sees what is held before the plant's camera."""
        source = arguments or ("--plant", str(self.plant_socket))
        command = [sys.executable, "-m", "simulator.reader", "--socket", str(self.sockets.paths["reader-qr"])]
        process = Process(f"reader {name}", [*command, "--name", name, *source], self.logs / f"reader-{name}.log")
        self.readers.append(process)
        return process

    def start_card_service(self) -> None:
        """pcscd with a virtual card reader, and nobody else's. Raises `CardStackError`: not every machine can."""
        self.cards.start()

    def fill_trust_store(self, state: IssuingState | None = None) -> None:
        """Has the box trust the documents of the simulated state, as of today."""
        fill_trust_store(self.trust, state or IssuingState(datetime.now(UTC)))

    def start_card_reader(self) -> Process:
        """The reader process for documents' chips: the one of a box, at the card service of this town."""
        command = [sys.executable, "-m", "hal.reader", "--source", "pcsc", "--name", "eid", "--trust", str(self.trust)]
        command += ["--socket", str(self.sockets.paths["reader-eid"])]
        log = self.logs / "reader-eid.log"
        self.card_reader = Process("card reader", command, log, environment=self.cards.environment)
        return self.card_reader

    def start_pages(self, port: int = 0, arguments: Sequence[str] = ()) -> str:
        """The pages' process; the address it listens on. With ``--lan`` among ``arguments`` it serves the office too,
        at `office_address`.
        """
        command = [sys.executable, "-m", "kiosk_ui", "--socket", str(self.sockets.paths["ui"])]
        log = self.logs / "pages.log"
        log.unlink(missing_ok=True)
        self.pages = Process("pages", [*command, "--host", "127.0.0.1", "--port", str(port), *arguments], log)
        line = self.pages.wait_for_line("abholfach-ui", START_WITHIN_S)
        self.pages_address = next(word for word in line.split() if word.startswith("http://"))
        if "--lan" in arguments:
            self.office_address = self.pages.wait_for_line("abholfach-office", START_WITHIN_S).split()[-1]
        return self.pages_address

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Reads the log's database as a bystander."""
        connection = sqlite3.connect(f"file:{self.log_file}?mode=ro", uri=True)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends everything it started, in order; the data stay."""
        for process in (*self.readers, self.card_reader, self.pages):
            if process is not None:
                process.stop()
        self.stop_controller()
        self.cards.stop()
        for process in (self.boards, self.plant_process):
            if process is not None:
                process.stop()
        self.sockets.close()
        self._notify.close()
