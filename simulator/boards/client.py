"""For tests, scripts and panels: break a board, pull a plug, and put it right again."""

from __future__ import annotations

import itertools
import socket
import threading
from pathlib import Path
from types import TracebackType

import msgspec

from simulator.boards import protocol as say
from simulator.boards.faults import BoardFault, PortFault
from simulator.boards.protocol import BoardsError, BoardsGone

CONTROL = "control"
"""The name of the socket in the directory of the ports."""


class BoardsClient:
    """Blocking; safe from several threads."""

    def __init__(self, path: Path | str, *, timeout: float = 10.0) -> None:
        """Connect to the control socket. Raises `BoardsGone`."""
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise BoardsGone(f"no emulated boards answer at {path}: {error.strerror}") from error
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> BoardsClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def _ask(self, request: say.Request) -> say.BoardsStatus:
        with self._lock:
            try:
                self._socket.sendall(msgspec.json.encode(request) + b"\n")
                line = self._lines.readline()
            except ConnectionError as error:
                raise BoardsGone(str(error)) from error
        if not line:
            raise BoardsGone("the emulated boards have hung up")
        answer = msgspec.json.decode(line, type=say.Answer)
        if answer.ok is None:
            raise BoardsError(answer.error or "bad_answer", answer.message or "no reason was given")
        return answer.ok

    def status(self) -> say.BoardsStatus:
        """How everything stands."""
        return self._ask(say.Status(id=next(self._ids)))

    def board_fault(self, bank: str, fault: BoardFault, times: int | None = None) -> say.BoardsStatus:
        """Something is wrong with a board, for good or ``times`` times. For ``SWAPPED`` see ``swap``."""
        return self._ask(say.Break(id=next(self._ids), on=bank, fault=fault.value, times=times))

    def swap(self, bank: str, what: str, first: int, second: int) -> say.BoardsStatus:
        """Exchange two ``"lock"`` or ``"sensor"`` plugs of a board."""
        request = say.Break(id=next(self._ids), on=bank, fault="swapped", what=what, first=first, second=second)
        return self._ask(request)

    def port_fault(self, port: str, fault: PortFault, times: int | None = None) -> say.BoardsStatus:
        """Something is wrong with a line; ``port`` as the profile writes it."""
        return self._ask(say.Break(id=next(self._ids), on=port, fault=fault.value, times=times))

    def mend(self, subject: str, fault: BoardFault | PortFault | None = None) -> say.BoardsStatus:
        """One fault of a board or port is gone, or all; a port that was pulled out is plugged in again."""
        return self._ask(say.Mend(id=next(self._ids), on=subject, fault=None if fault is None else fault.value))
