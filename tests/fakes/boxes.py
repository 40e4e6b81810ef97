"""A cabinet on emulated boards: the real drivers, a person before it, and what it says of its faults."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.interfaces import DoorLevel, DoorReading, LockBusy, LockFault, PulseReport, monotonic_ms
from hal.profile import load_profile
from simulator.plant.ledger import CoilPulse
from tests.fakes.boards import RunningBoards
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults


@contextmanager
def whole(boards: RunningBoards) -> Iterator[None]:
    """Everything mended and closed, before and after."""
    _mend(boards)
    yield
    _mend(boards)


def _mend(boards: RunningBoards) -> None:
    status = boards.control.status()
    for subject in (*(board.bank for board in status.boards), *(port.port for port in status.ports)):
        boards.control.mend(subject)
    for label in load_profile(boards.plant.profile).labels:
        boards.plant.person.clear_fault(label)
        boards.plant.person.close_door(label)


class Box:
    """A cabinet, what it says of its faults, and what its doors said."""

    def __init__(self, boards: RunningBoards) -> None:
        self.boards = boards
        self.person = boards.plant.person
        self.faults = HeardFaults()
        self.cabinet: Cabinet = build_cabinet(
            load_profile(boards.plant.profile), edges=boards.edges, faults=self.faults
        )
        self.heard: list[DoorReading] = []
        self.cabinet.doors.subscribe(self.heard.append)
        self.ledger_from = self.person.ledger().last_seq

    def level(self, label: str) -> DoorLevel:
        return self.cabinet.doors.read(label).level

    def coils(self, label: str) -> list[CoilPulse]:
        entries = self.person.ledger(self.ledger_from).entries
        return [entry for entry in entries if isinstance(entry, CoilPulse) and entry.compartment == label]

    def pulse(self, label: str) -> None:
        """As soon as the rules allow it."""
        self._asked(label).result(5)

    def pulse_fails(self, label: str) -> LockFault:
        error = self._asked(label).exception(5)
        assert isinstance(error, LockFault)
        return error

    def _asked(self, label: str) -> Future[PulseReport]:
        deadline = monotonic_ms() + 5_000
        while True:
            try:
                return self.cabinet.locks.pulse(label, 200)
            except LockBusy as busy:
                assert monotonic_ms() < deadline
                time.sleep(busy.retry_after_ms / 1000)

    def opens(self, label: str) -> None:
        """The door opens, and the person closes it again."""
        self.pulse(label)
        eventually(lambda: self.level(label) is DoorLevel.OPEN)
        assert self.person.close_door(label).moved
        eventually(lambda: self.level(label) is DoorLevel.CLOSED)
