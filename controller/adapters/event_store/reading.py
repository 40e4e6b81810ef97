"""Reads on connections that cannot write, in threads of their own: neither the loop nor the writer waits for them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import link_of
from controller.adapters.event_store.errors import reading_error
from controller.adapters.event_store.verification import Row, read_chunk
from controller.ports import CredentialRow, Entry, LogError, StaffCredentialRow

T = TypeVar("T")

_THREADS = 2

#: The most entries one read returns: no read transaction lasts longer than a fraction of a second.
MOST_ENTRIES = 1000


class Reader:
    """A few threads with a read-only connection each, opened when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="log-reader")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False

    async def call(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Runs ``read`` in one of the threads. It must not leave a transaction open. Raises `LogError`."""
        if self._closed:
            raise LogError("log_closed", "The log is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, read)

    async def close(self) -> None:
        """Waits for the reads that are under way and closes the connections. May be called again."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        while self._connections:
            self._connections.pop().close()

    def _run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return read(self._connection())
        except sqlite3.Error as error:
            raise reading_error(error) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = connect_reader(self._path)
            with self._lock:
                self._connections.append(connection)
        return connection


def to_entry(row: Row) -> Entry:
    """A stored row as an entry. Raises `LogError` (``log_damaged``) when it names no entry before it."""
    seq, digest, body = row
    return Entry(seq=seq, hash=digest, previous=link_of(body, seq), body=body)


def entries(connection: sqlite3.Connection, after_seq: int, limit: int) -> tuple[Entry, ...]:
    """See `EventLog.read`."""
    return tuple(map(to_entry, read_chunk(connection, after_seq, max(0, min(limit, MOST_ENTRIES)))))


def command_result(connection: sqlite3.Connection, issuer: str, command: str) -> str | None:
    """See `EventLog.command_result`."""
    row = connection.execute(
        "SELECT result FROM command_results WHERE issuer = ? AND command = ?", [issuer, command]
    ).fetchone()
    return None if row is None else str(row[0])


def cursor(connection: sqlite3.Connection, consumer: str) -> int:
    """See `EventLog.cursor`. 0 for a consumer that has not acknowledged anything."""
    row = connection.execute("SELECT seq FROM cursors WHERE consumer = ?", [consumer]).fetchone()
    return 0 if row is None else int(row[0])


def credentials(connection: sqlite3.Connection) -> tuple[CredentialRow, ...]:
    """See `EventLog.credentials`."""
    # One statement, and so one view of the database: verifiers of two moments must not mix.
    rows = connection.execute(
        "SELECT c.digest, c.kind, c.right_id, c.ended_reason, c.ended_wall_ms, c.place, v.factor, v.verifier "
        "FROM credentials AS c LEFT JOIN verifiers AS v ON v.credential = c.id ORDER BY c.id, v.id"
    ).fetchall()
    found: dict[bytes, CredentialRow] = {}
    for digest, kind, right, reason, ended, place, factor, verifier in rows:
        verifiers = {} if factor is None else {factor: verifier}
        if digest in found:
            verifiers = {**found[digest].verifiers, **verifiers}
        found[digest] = CredentialRow(digest, kind, right, verifiers, reason, ended, place)
    return tuple(found.values())


def staff_credentials(connection: sqlite3.Connection) -> tuple[StaffCredentialRow, ...]:
    """See `EventLog.staff_credentials`."""
    rows = connection.execute(
        "SELECT staff, badge_digest, pin_hash, office_hash FROM staff_credentials ORDER BY staff"
    ).fetchall()
    return tuple(StaffCredentialRow(*row) for row in rows)
