"""The port `controller.ports.EventLog` over SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from controller.adapters.event_store import reading
from controller.adapters.event_store.disk import free_bytes
from controller.adapters.event_store.reading import Reader
from controller.adapters.event_store.session import Session
from controller.adapters.event_store.verification import Chain, box_of, check_chunk, check_end, highest_ever
from controller.adapters.event_store.writer import Writer
from controller.ports import Appended, CredentialRow, Entry, NewEvent, RowChange, StaffCredentialRow, Stamp

#: Entries a step when the whole chain is verified beside the box's work: about a millisecond of the interpreter …
_IDLE_CHUNK = 256
#: … and the pause between two steps, in seconds. A million entries take about half a minute then.
_IDLE_PAUSE = 0.005


class EventStore:
    """An open log (`controller.ports.EventLog`); made by `open_log`. All methods are for one event loop's thread."""

    def __init__(self, path: Path, writer: Writer, session: Session, reader: Reader) -> None:
        self._path = path
        self._writer = writer
        self._session = session
        self._reader = reader

    async def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange] = (),
        then: Callable[[], None] | None = None,
    ) -> Appended:
        """Events and rows in one transaction; durable when it returns. Empty ``events`` with rows only is allowed.

        A cancelled caller does not cancel the write. Raises `LogError`: ``disk_full``, ``disk_error`` and
        ``commit_unknown`` mean an unknown outcome, ``log_failed`` that an earlier append had one, ``log_closed`` a
        closed log; with any other code nothing was written. ``then`` runs on the writer's thread right after the
        commit.
        """
        return await self._writer.call(partial(self._session.append, tuple(events), stamp, tuple(rows), then))

    async def read(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """Entries after ``after_seq``, oldest first, at most ``limit`` and at most 1,000. Their chain is not checked
        here.
        """
        return await self._reader.call(lambda connection: reading.entries(connection, after_seq, limit))

    async def command_result(self, issuer: str, command: str) -> str | None:
        """The stored result of a command, ``None`` when the id is new."""
        return await self._reader.call(lambda connection: reading.command_result(connection, issuer, command))

    async def cursor(self, consumer: str) -> int:
        """The last entry that ``consumer`` has acknowledged; 0 when none."""
        return await self._reader.call(lambda connection: reading.cursor(connection, consumer))

    async def credentials(self) -> tuple[CredentialRow, ...]:
        """All pickup credentials, those of ended rights too until they are forgotten."""
        return await self._reader.call(reading.credentials)

    async def staff_credentials(self) -> tuple[StaffCredentialRow, ...]:
        """All members of staff with badge digest and PIN hash."""
        return await self._reader.call(reading.staff_credentials)

    async def verify_in_idle(self) -> AsyncIterator[int]:
        """Verifies the whole chain, a few entries at a time, leaving the loop and the interpreter to others in
        between.

        Yields the entry reached; entries appended meanwhile are verified too. Raises `LogError` (``log_damaged``).
        Nothing is kept: the next call begins anew.
        """
        (box, _), highest = await self._reader.call(lambda connection: (box_of(connection), highest_ever(connection)))
        chain = Chain(box)
        while await self._reader.call(lambda connection: check_chunk(connection, chain, _IDLE_CHUNK)):
            yield chain.seq
            await asyncio.sleep(_IDLE_PAUSE)
        check_end(chain, highest)

    def free_bytes(self) -> int:
        """What may still be written to the log's file system, in bytes."""
        return free_bytes(self._path.parent)

    def progress(self) -> Mapping[str, int]:
        """See `EventLog.progress`."""
        return {
            "queued": self._writer.queued(),
            "busy_since_mono_ms": self._writer.busy_since_mono_ms(),
            "failed": int(self._session.failure is not None),
            "to_scrub": int(self._session.to_scrub),
        }

    async def close(self) -> None:
        """Finishes the appends that are waiting, scrubs, and closes everything. May be called again."""
        # Readers first: the last connection to close takes the write-ahead log with it, and that must be the writer's.
        await self._reader.close()
        await self._writer.close()
