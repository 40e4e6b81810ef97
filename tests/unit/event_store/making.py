"""Logs and events for the tests of the event store."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from controller.adapters.event_store import EventStore, open_log
from controller.ports import Entry, JsonValue, NewEvent, Opened, PutSnapshot, Stamp

BOX = "box-1"
FOLD = 1
STAMP = Stamp(wall_ms=1_795_305_600_000, mono_ms=123_456, boot="8f1d7c1e-boot", clock_trusted=True)


def event(number: int = 0, type: str = "UnlockAuthorised") -> NewEvent:
    data: dict[str, JsonValue] = {"compartment": f"A{number % 100:02}", "try": number, "list": ["ä", 1, {"deep": "er"}]}
    return NewEvent(type, 1, data)


def checkpoint(state: bytes, fold_version: int = FOLD) -> tuple[NewEvent, PutSnapshot]:
    data: dict[str, JsonValue] = {"state_sha256": hashlib.sha256(state).hexdigest(), "fold_version": fold_version}
    return NewEvent("CheckpointSealed", 1, data), PutSnapshot(state, fold_version)


def open_box(path: Path, fold_version: int = FOLD) -> tuple[EventStore, Opened]:
    return open_log(path, BOX, fold_version=fold_version)


async def make_log(path: Path, count: int, seal_at: int = 0) -> tuple[Entry, ...]:
    """A closed log of ``count`` entries, the entry ``seal_at`` (if any) being a checkpoint with its snapshot."""
    store, _ = open_box(path)
    entries: list[Entry] = []
    for number in range(1, count + 1):
        if number == seal_at:
            sealed, snapshot = checkpoint(b'{"state":1}')
            entries += (await store.append([sealed], STAMP, [snapshot])).entries
        else:
            entries += (await store.append([event(number)], STAMP)).entries
    await store.close()
    return tuple(entries)


def tamper(path: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Does to the database what no part of the box would do: past the triggers, past the constraints."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for trigger in ("events_are_not_changed", "events_are_not_deleted"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def as_nobody(directory: Path) -> Iterator[None]:
    """For root, to whom everything is allowed: as somebody else, who may enter ``directory``. For others it changes
    nothing.
    """
    if os.geteuid() != 0:
        yield
        return
    for parent in (directory, *directory.parents):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for ``condition``; fails when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 – the condition is a counter of another thread
            await asyncio.sleep(0.005)
