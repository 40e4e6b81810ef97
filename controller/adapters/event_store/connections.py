"""How the database is opened: once for writing, otherwise only for reading."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from controller.adapters.event_store.errors import not_a_database, primary_code, reading_error
from controller.ports import LogError

#: How long a statement waits for somebody else's lock. Only an operator's tool can hold one against the writer.
WRITER_WAITS_MS = 10_000
_READER_WAITS_MS = 1000


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes; to be opened and used in the writer's thread. The file is made when it is not
    there.

    Nothing is changed yet: see `prepare_writer`. Python's own transaction handling is off (`isolation_level=None`):
    transactions begin and end where `Database.atomic` says so.
    """
    return sqlite3.connect(path, isolation_level=None, timeout=WRITER_WAITS_MS / 1000)


def prepare_writer(connection: sqlite3.Connection) -> Database:
    """Sets what the log relies on, and makes sure that it took."""
    # Plugins of sqlite-utils come from whatever else is installed; none may reach into the log.
    db = Database(connection, execute_plugins=False)
    mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA foreign_keys = ON")
    # A checkpoint inside a commit would stand between token and pulse; the writer makes them when it is idle.
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA temp_store = MEMORY")
    in_force = (
        mode,
        *(db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "secure_delete", "foreign_keys")),
    )
    if in_force != ("wal", 2, 1, 1):
        raise LogError("disk_error", f"SQLite refuses the settings the log needs (journal, synchronous, …: {in_force})")
    return db


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. It may be handed from thread to thread, but used by one at a time.

    Raises `LogError` with ``no_database``, ``permission_denied`` or ``disk_error``.
    """
    try:
        there = path.exists()
    except PermissionError as error:
        raise LogError("permission_denied", f"{path.parent} may not be entered by this user") from error
    if not there:
        raise LogError("no_database", f"{path} does not exist: there is no log here. Is this the right data directory?")
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = None
    try:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=_READER_WAITS_MS / 1000, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise _cannot_read(path, error) from error
    return connection


def _cannot_read(path: Path, error: sqlite3.Error) -> LogError:
    code = primary_code(error)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY):
        return LogError(
            "permission_denied",
            f"{path} may not be read by this user: read access to it and write access to its directory are needed "
            "(SQLite keeps its index of the write-ahead log there). Try it as the user the controller runs as.",
        )
    if code == sqlite3.SQLITE_NOTADB:
        return not_a_database(path)
    return reading_error(error)
