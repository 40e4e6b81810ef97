"""A pcscd of one's own with virtual card readers, which nobody else on the machine or its network can reach.

with CardStack(directory) as stack:
    ...                                   # clients of PC/SC get stack.environment
    stack.connect(reader=0)               # a socket to the reader's slot: see `simulator.card.vpcd`
    stack.kill(); stack.start_pcscd()     # as when it crashed

Works as root (in a chroot and a container too) and as an ordinary user where those may make namespaces.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from simulator.card import pcscd_room
from simulator.processes import Process, ProcessFailed

READER = "Abholfach Virtual Contactless Reader"
START_WITHIN_S = 20.0
_ANSWER_WITHIN_S = 20.0


class CardStackError(Exception):
    """pcscd cannot be had or does not do what it should; the text says what to do."""


def reader_names(names: Sequence[str] = (READER,)) -> list[str]:
    """What PC/SC calls the readers: each one has two slots, which look like two readers."""
    return [f"{name} {0:02X} {slot:02X}" for name in names for slot in range(pcscd_room.SLOTS)]


class CardStack:
    """One private pcscd. Not for several threads at once, except `connect`."""

    def __init__(self, directory: Path, readers: Sequence[str] = (READER,)) -> None:
        """``directory`` is for its sockets and its log; its path must be short (unix sockets). ``readers``: names, each
        of a reader with two slots.
        """
        self.directory = directory.absolute()
        self.readers = tuple(readers)
        self.pcscd_pid = 0
        self._room: Process | None = None

    @property
    def client_socket(self) -> Path:
        """Where clients of PC/SC find it."""
        return self.directory / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """What a client of PC/SC must have in its environment before libpcsclite is used for the first time."""
        return {"PCSCLITE_CSOCK_NAME": str(self.client_socket)}

    @property
    def log(self) -> Path:
        return self.directory / "pcscd.log"

    @property
    def pid(self) -> int:
        """Of the process that has pcscd for a child; 0 while there is none."""
        return self._room.pid if self._room is not None and self._room.running else 0

    @property
    def running(self) -> bool:
        """Whether pcscd runs."""
        return bool(self.pid and self._ask(verb="status")["pid"])

    @property
    def room(self) -> Process | None:
        """That process, running or not."""
        return self._room

    def start(self) -> None:
        """Starts pcscd and waits until it serves. Raises `CardStackError`."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.fsencode(self.directory / "pcscd.comm")) > 100:
            raise CardStackError(f"{self.directory} is too long a path for unix sockets: choose a shorter one")
        ways = ([], ["--user-namespace"]) if os.geteuid() == 0 else (["--user-namespace"],)
        for way in ways:
            if self._enter(way):
                try:
                    self.start_pcscd()
                except CardStackError:
                    self.stop()
                    raise
                return
        raise CardStackError(
            "this machine lets nobody make network and mount namespaces, and without them virtual card readers would be"
            " open to its whole network: allow it (a container: --privileged; Ubuntu:"
            " sysctl kernel.apparmor_restrict_unprivileged_userns=0), or run this as root"
        )

    def _enter(self, arguments: Sequence[str]) -> bool:
        desk = self.directory / "cards.sock"
        for path in (desk, self.client_socket):
            path.unlink(missing_ok=True)
        program = str(Path(pcscd_room.__file__))
        self._room = room = Process(
            "card readers", [sys.executable, "-I", "-S", program, str(self.directory), *arguments], self.log
        )
        try:
            room.wait_until(self._open, START_WITHIN_S, "card readers")
        except ProcessFailed as failure:
            if room.exit_code == pcscd_room.NOT_PERMITTED:
                self._room = None
                return False
            self.stop()
            raise CardStackError(str(failure)) from failure
        return True

    def _open(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.directory / "cards.sock")) == 0

    def start_pcscd(self, readers: Sequence[str] | None = None) -> None:
        """Starts pcscd (again), with other readers if they are given. Raises `CardStackError`."""
        if readers is not None:
            self.readers = tuple(readers)
        self.pcscd_pid = int(self._ask(verb="start", readers=list(self.readers))["pid"])

    def kill(self) -> None:
        """SIGKILL to pcscd: readers and cards are gone, clients find nobody."""
        self._ask(verb="kill")
        self.pcscd_pid = 0

    def stop_pcscd(self) -> None:
        """An orderly end of pcscd; `start_pcscd` brings it back."""
        self._ask(verb="stop")
        self.pcscd_pid = 0

    def connect(self, reader: int = 0, slot: int = 0) -> socket.socket:
        """A connection to a slot of the reader with this number: there a card speaks. Closing it takes the card out.
        While another one is in, the new one waits. Raises `CardStackError`.
        """
        return connect(self.directory, reader, slot)

    def stop(self) -> None:
        """Ends pcscd; always safe to call."""
        if self._room is not None:
            self._room.stop()
            self._room = None
        for name in ("cards.sock", "pcscd.comm"):
            (self.directory / name).unlink(missing_ok=True)

    def __enter__(self) -> CardStack:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, **request: Any) -> Mapping[str, Any]:
        answer, _ = talk(self.directory, request)
        if "error" in answer:
            raise CardStackError(f"{answer['error']} (see {self.log})")
        return answer


def talk(directory: Path, request: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[int]]:
    """One request to the room in ``directory``, from any process of the same user. Raises `CardStackError`."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as desk:
        desk.settimeout(_ANSWER_WITHIN_S)
        try:
            desk.connect(str(directory / "cards.sock"))
            desk.sendall(json.dumps(request).encode())
            message, descriptors, _, _ = socket.recv_fds(desk, 65536, 1)
        except OSError as error:
            raise CardStackError(f"the card readers do not answer: {error}") from error
    if not message:
        raise CardStackError("the card readers went away before they answered")
    return json.loads(message), descriptors


def connect(directory: Path, reader: int = 0, slot: int = 0) -> socket.socket:
    """As `CardStack.connect`, from another process than the one that started the stack in ``directory``."""
    answer, descriptors = talk(directory, {"verb": "connect", "reader": reader, "slot": slot})
    if not descriptors:
        raise CardStackError(f"no connection to the reader: {answer.get('error', 'no descriptor')}")
    return socket.socket(fileno=descriptors[0])
