"""Keeps the figures while the controller runs: the log is read once, then only what was added since."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.errors import reading_error
from controller.adapters.event_store.verification import highest_ever
from controller.adapters.reports.reading import feed, view_of
from controller.api import ReportView
from controller.domain.moment import Moment
from controller.reporting import Ledger

T = TypeVar("T")

#: Entries a step, some milliseconds of the interpreter …
CHUNK = 256
#: … and the pause (s) between two steps, so that a door never waits for a figure.
PAUSE_S = 0.004
#: Longer than this (s) nobody waits in front of an empty page: what is not ready then is asked for again.
PATIENCE_S = 1.5


class ReportDesk:
    """Answers for one event loop. Months that are over stay in memory as sums, and are not read again."""

    def __init__(self, path: Path, zone: ZoneInfo, languages: tuple[str, ...]) -> None:
        self._path = path
        self._ledger = Ledger(zone, languages)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="report")
        self._connection: sqlite3.Connection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._highest = 0

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which months are counted."""
        return self._ledger.zone

    async def report(self, month: str, now: Moment, patience_s: float = PATIENCE_S) -> ReportView:
        """The report on ``month`` with all that is in the log; ``working`` when reading it takes longer than
        ``patience_s``: the reading goes on meanwhile.

        Raises `MonthError` and `LogError`.
        """
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_on(), name="report")
        reading = self._reading
        done, _ = await asyncio.wait({reading}, timeout=patience_s)
        if not done:
            percent = 100 * self._ledger.seq // max(1, self._highest)
            return ReportView(state="working", percent=min(99, percent))
        reading.result()
        return await self._run(lambda: self._view(month, now))

    def _view(self, month: str, now: Moment) -> ReportView:
        # A clock that is not trusted would end or begin months by guessing.
        now_ms = now.wall_ms if now.clock_trusted else max(self._ledger.last_ms, 1)
        return view_of(self._ledger, month, now_ms, now_ms)

    async def _read_on(self) -> None:
        self._highest = await self._run(lambda: highest_ever(self._connected()))
        while True:
            if not await self._run(lambda: feed(self._ledger, self._connected(), CHUNK)):
                return
            await asyncio.sleep(PAUSE_S)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._guarded, work)

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.Error as error:
            raise reading_error(error) from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect_reader(self._path)
        return self._connection

    async def close(self) -> None:
        """Before the log is closed: the last connection to it must be the writer's."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await asyncio.to_thread(self._pool.shutdown)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
