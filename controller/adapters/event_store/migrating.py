"""Brings a database to the shape of this version, or says why that cannot be.

`sqlite_utils.Migrations` does the steps, all in one transaction with the record that they were done. Beside that record
``user_version`` holds the number of the last step, in the same transaction, so that a newer database is recognised
from its first page, before anything is touched, and by tools that do not know sqlite-utils. ``application_id`` tells
a log of Abholfach from any other database.

Before an existing database is changed a copy is made beside it (``log.db.before-2``). It holds whatever had not been
forgotten then; so the writer deletes such copies whenever it scrubs what has been forgotten since (see
`housekeeping`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlite_utils import Database, Migrations

from controller.adapters.event_store.errors import not_a_database, primary_code
from controller.adapters.event_store.migrations import STEPS
from controller.ports import LogError

#: ``ABHO`` in ASCII.
APPLICATION_ID = 0x4142484F


def newest_version(steps: Mapping[int, Callable[[Database], None]] = STEPS) -> int:
    """The number of the last step."""
    return max(steps)


def check_version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The shape the database has: 0 for an empty one. Only reads.

    Raises `LogError` with ``database_newer`` or ``not_a_log``.
    """
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if primary_code(error) == sqlite3.SQLITE_NOTADB:
            raise not_a_database(path) from error
        raise
    if application == 0 and version == 0 and tables == 0:
        return 0
    if application != APPLICATION_ID or version < 1:
        raise LogError("not_a_log", f"{path} is a database, but not a log of Abholfach. Wrong directory?")
    if version > newest:
        raise LogError(
            "database_newer",
            f"{path} was written by a newer version of Abholfach (its shape is {version}, this one knows {newest}). "
            "Install that version again; nothing has been changed.",
        )
    return version


def migrate(
    db: Database, path: Path, version: int, steps: Mapping[int, Callable[[Database], None]] = STEPS
) -> Path | None:
    """Takes the steps after ``version``. Returns the copy made before, ``None`` for a new database or when nothing
    was to do.

    ``db`` is the writer's connection, outside a transaction. Any error leaves the database as it was.
    """
    if version == newest_version(steps):
        return None
    copy = None
    if version > 0:
        copy = _copy_of(path, version)
        copy.unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", [str(copy)])
        _sync(copy)
    migrations = Migrations("abholfach")
    for number, step in sorted(steps.items()):
        migrations(name=f"{number:04}")(_numbered(number, step))
    # All in one: the record of the steps is a table too, and a power cut between the two would leave a database that is
    # nobody's (the simulated power cut found it).
    with db.atomic():
        migrations.apply(db)
    # Into the database file at once: a write-ahead log that is found at start is scrubbed, and the copy goes with that.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    _sync(path.parent)
    return copy


def copies(path: Path) -> Iterator[Path]:
    """The copies that earlier migrations left beside the database at ``path``."""
    return path.parent.glob(f"{path.name}.before-*")


def _numbered(number: int, step: Callable[[Database], None]) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        step(db)
        # Pragmas take no parameters. Both are part of the first page, and so of the transaction.
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {number}")

    run.__name__ = f"step_{number:04}"
    return run


def _copy_of(path: Path, version: int) -> Path:
    return path.with_name(f"{path.name}.before-{version + 1}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
