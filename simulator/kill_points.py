"""Where a process may be killed: wrappers around the controller's ports, for the crash tests.

Nothing in the controller knows of them. A point has a name (``append.before.UnlockAuthorised``, ``pulse.after``,
``door.before.open``) and is counted; at the chosen count the process kills itself with SIGKILL, in the middle of
whatever it was doing.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from controller.ports import (
    Appended,
    CredentialRow,
    Entry,
    EventLog,
    NewEvent,
    Opened,
    RowChange,
    StaffCredentialRow,
    Stamp,
)
from hal.headphones import HeadphoneSocket
from hal.interfaces import DoorListener, DoorReading, DoorSensors, Headphones, Indicators, LockBank, PulseReport

OpenLog = Callable[[Path, str, int], tuple[EventLog, Opened]]

_SPECIFICATION = re.compile(r"(?P<point>[A-Za-z.*]+):(?P<count>[1-9][0-9]*)")


class KillPoints:
    """Kills the process at the ``count``-th pass of ``point`` (a name, or ``*`` for any); never when ``count`` is 0."""

    def __init__(self, point: str = "", count: int = 0) -> None:
        self.point = point
        self.count = count
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, specification: str) -> KillPoints:
        """``POINT:COUNT``, for example ``append.after.DoorOpened:1`` or ``*:17``; empty: never. Raises
        ``ValueError``.
        """
        if not specification:
            return cls()
        found = _SPECIFICATION.fullmatch(specification)
        if found is None:
            raise ValueError(f"{specification!r} is not POINT:COUNT")
        return cls(found["point"], int(found["count"]))

    def passing(self, point: str) -> None:
        """The process is at ``point``; it may be its last. Any thread."""
        with self._lock:
            self._passed[point] += 1
            self._passed["*"] += 1
            if self.count and self._passed.get(self.point, 0) >= self.count:
                os.kill(os.getpid(), signal.SIGKILL)


class KillableLog:
    """An `EventLog` with points before and after each append, named by each event in it."""

    def __init__(self, log: EventLog, points: KillPoints) -> None:
        self._log = log
        self._points = points

    async def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange] = (),
        then: Callable[[], None] | None = None,
    ) -> Appended:
        def committed() -> None:
            for event in events:
                self._points.passing(f"append.after.{event.type}")
            if then is not None:
                then()

        for event in events:
            self._points.passing(f"append.before.{event.type}")
        return await self._log.append(events, stamp, rows, committed)

    async def read(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        return await self._log.read(after_seq, limit)

    async def command_result(self, issuer: str, command: str) -> str | None:
        return await self._log.command_result(issuer, command)

    async def cursor(self, consumer: str) -> int:
        return await self._log.cursor(consumer)

    async def credentials(self) -> tuple[CredentialRow, ...]:
        return await self._log.credentials()

    async def staff_credentials(self) -> tuple[StaffCredentialRow, ...]:
        return await self._log.staff_credentials()

    def verify_in_idle(self) -> AsyncIterator[int]:
        return self._log.verify_in_idle()

    def free_bytes(self) -> int:
        return self._log.free_bytes()

    def progress(self) -> Mapping[str, int]:
        return self._log.progress()

    async def close(self) -> None:
        await self._log.close()


class KillableLocks:
    """A `LockBank` with points before the pulse, right after it was started, and when it has ended."""

    def __init__(self, locks: LockBank, points: KillPoints) -> None:
        self._locks = locks
        self._points = points

    @property
    def compartments(self) -> Collection[str]:
        return self._locks.compartments

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        self._points.passing("pulse.before")
        future = self._locks.pulse(compartment, duration_ms)
        self._points.passing("pulse.after")
        future.add_done_callback(lambda _: self._points.passing("pulse.ended"))
        return future

    def all_off(self) -> None:
        self._locks.all_off()

    def close(self) -> None:
        self._locks.close()


class KillableDoors:
    """`DoorSensors` with points before and after each edge is handed on."""

    def __init__(self, doors: DoorSensors, points: KillPoints) -> None:
        self._doors = doors
        self._points = points

    @property
    def compartments(self) -> Collection[str]:
        return self._doors.compartments

    def subscribe(self, listener: DoorListener) -> None:
        def handed_on(reading: DoorReading) -> None:
            self._points.passing(f"door.before.{reading.level.value}")
            listener(reading)
            self._points.passing(f"door.after.{reading.level.value}")

        self._doors.subscribe(handed_on)

    def read(self, compartment: str) -> DoorReading:
        return self._doors.read(compartment)

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        self._doors.watch_closely(compartment, until_mono_ms)

    @property
    def progress_ms(self) -> int:
        return self._doors.progress_ms

    def close(self) -> None:
        self._doors.close()


@dataclass(frozen=True, slots=True)
class KillableHardware:
    """A cabinet whose locks and doors have kill points."""

    locks: LockBank
    doors: DoorSensors
    indicators: Indicators
    close_cabinet: Callable[[], None]
    measure: Callable[[], Mapping[str, int]] = dict
    headphones: Headphones = field(default_factory=lambda: HeadphoneSocket(None))

    @property
    def measured(self) -> Mapping[str, int]:
        return self.measure()

    def close(self) -> None:
        self.close_cabinet()


def killable_log(open_log: OpenLog, points: KillPoints) -> OpenLog:
    """``open_log`` with kill points around the log it opens."""

    def opened(path: Path, box: str, fold_version: int) -> tuple[EventLog, Opened]:
        log, found = open_log(path, box, fold_version)
        return KillableLog(log, points), found

    return opened
