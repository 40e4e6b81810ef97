"""Opens the log at start: quickly, however long it is, and not at all when something is wrong."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlite_utils import Database

from controller.adapters.event_store.appending import Appender
from controller.adapters.event_store.connections import connect_writer, prepare_writer
from controller.adapters.event_store.encoding import GENESIS, check_id, decode_body
from controller.adapters.event_store.errors import damaged, primary_code, reading_error
from controller.adapters.event_store.housekeeping import Housekeeper
from controller.adapters.event_store.migrating import check_version, migrate, newest_version
from controller.adapters.event_store.migrations import STEPS
from controller.adapters.event_store.reading import Reader
from controller.adapters.event_store.rows import CHECKPOINT, seal
from controller.adapters.event_store.session import Session
from controller.adapters.event_store.store import EventStore
from controller.adapters.event_store.tail import Tail
from controller.adapters.event_store.upcasting import UPCASTERS, Upcasters
from controller.adapters.event_store.verification import Chain, box_of, highest_ever
from controller.adapters.event_store.writer import Writer
from controller.ports import LogError, Opened

#: Small tables whose every page and index is checked at each start. The log itself is checked entry by entry.
_SMALL_TABLES = ("log", "snapshots", "credentials", "verifiers", "staff_credentials", "cursors")


def open_log(
    path: Path,
    box: str,
    *,
    fold_version: int,
    upcasters: Upcasters = UPCASTERS,
    steps: Mapping[int, Callable[[Database], None]] = STEPS,
) -> tuple[EventStore, Opened]:
    """Opens the log of ``box`` at ``path``, makes it when it is not there, migrates it when it is older. Blocks; to
    be called at start.

    The caller holds the data directory (`hold_data_directory`). ``fold_version`` is the version of the fold that the
    caller knows: a snapshot of another version is not used, and the whole log is then the tail.

    Checked here, in a time that does not depend on the log's length: that the database is ours and not newer, its
    small tables, its last entry, that no entry is missing at the end, and that the snapshot is the one that its
    checkpoint sealed. The tail is checked while it is read.

    Raises `LogError`: ``database_newer``, ``not_a_log``, ``wrong_box``, ``no_data_directory``, ``permission_denied``,
    ``log_damaged`` (with the entry), ``disk_full``, ``disk_error``.
    """
    check_id("the box's id", box)
    writer = Writer()
    session = writer.start(lambda: _open(path, box, fold_version, upcasters, steps))
    return EventStore(path, writer, session, Reader(path)), session.opened


def _open(
    path: Path, box: str, fold_version: int, upcasters: Upcasters, steps: Mapping[int, Callable[[Database], None]]
) -> Session:
    """In the writer's thread: everything that touches the writer's connection."""
    try:
        connection = connect_writer(path)
    except (sqlite3.Error, OSError) as error:
        raise _cannot_open(path, error) from error
    try:
        version = check_version(connection, path, newest_version(steps))
        db = prepare_writer(connection)
        migrate(db, path, version, steps)
        _claim(db, box)
        opened = _examine(connection, path, fold_version, upcasters)
        housekeeper = Housekeeper(db, path)
        appender = Appender(
            db, housekeeper, box=box, epoch=opened.epoch, last_seq=opened.last_seq, last_hash=opened.last_hash
        )
        return Session(db, appender, housekeeper, opened)
    except sqlite3.Error as error:
        connection.close()
        raise _cannot_open(path, error) from error
    except BaseException:
        connection.close()
        raise


def _claim(db: Database, box: str) -> None:
    """A new log becomes that of ``box``; another box's log is refused."""
    row = db.execute("SELECT box FROM log").fetchone()
    if row is None:
        if highest_ever(db.conn) > 0:
            raise damaged(0, "it does not say to which box it belongs")
        with db.atomic():
            db.execute("INSERT INTO log (id, box, epoch) VALUES (1, ?, 1)", [box])
    elif row[0] != box:
        raise LogError("wrong_box", f"This is the log of box {row[0]}, but this box is {box}. Was a card swapped?")


def _examine(connection: sqlite3.Connection, path: Path, fold_version: int, upcasters: Upcasters) -> Opened:
    for table in _SMALL_TABLES:
        found = connection.execute(f"PRAGMA integrity_check({table})").fetchone()[0]
        if found != "ok":
            raise damaged(0, f"table {table}: {found}")
    box, epoch = box_of(connection)
    last_seq, last_hash = _last_entry(connection, box)
    snapshot, snapshot_seq, snapshot_hash = _snapshot(connection, box, fold_version, last_seq)
    return Opened(
        box=box,
        epoch=epoch,
        last_seq=last_seq,
        last_hash=last_hash,
        snapshot=snapshot,
        snapshot_seq=snapshot_seq,
        snapshot_fold_version=fold_version if snapshot is not None else 0,
        tail=Tail(path, box, snapshot_seq, snapshot_hash, last_seq, upcasters),
    )


def _last_entry(connection: sqlite3.Connection, box: str) -> tuple[int, bytes]:
    last_seq = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
    chain = Chain(box)
    if last_seq:
        chain = _check_entry(connection, box, last_seq)
    highest = highest_ever(connection)
    acknowledged = connection.execute("SELECT coalesce(max(seq), 0) FROM cursors").fetchone()[0]
    if last_seq < max(highest, acknowledged):
        raise damaged(
            last_seq + 1,
            f"the log ends before it, though {highest} have been written and {acknowledged} acknowledged",
        )
    return chain.seq, chain.hash


def _snapshot(
    connection: sqlite3.Connection, box: str, fold_version: int, last_seq: int
) -> tuple[bytes | None, int, bytes]:
    """The newest snapshot, its entry and that entry's hash; nothing when there is none of this fold version."""
    row = connection.execute("SELECT seq, fold_version, state FROM snapshots ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return None, 0, GENESIS
    seq, version, state = row
    if not 0 < seq <= last_seq:
        raise damaged(last_seq + 1, f"the snapshot belongs to entry {seq}, which is not there")
    chain = _check_entry(connection, box, seq)
    body = decode_body(connection.execute("SELECT body FROM events WHERE seq = ?", [seq]).fetchone()[0], seq)
    if body.type != CHECKPOINT or seal(body.data) != (hashlib.sha256(state).hexdigest(), version):
        raise damaged(seq, "the snapshot stored beside it is not the one that it seals")
    if version != fold_version:
        return None, 0, GENESIS
    return state, seq, chain.hash


def _check_entry(connection: sqlite3.Connection, box: str, seq: int) -> Chain:
    """Checks entry ``seq`` against itself and against the hash stored in the entry before."""
    before = connection.execute("SELECT hash FROM events WHERE seq = ?", [seq - 1]).fetchone()
    if before is None and seq > 1:
        raise damaged(seq - 1, "it is missing")
    chain = Chain(box, seq - 1, before[0] if before else GENESIS)
    chain.check(connection.execute("SELECT seq, hash, body FROM events WHERE seq = ?", [seq]).fetchall())
    return chain


def _cannot_open(path: Path, error: Exception) -> LogError:
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return LogError("disk_full", f"The disk is full: {path} cannot be opened.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY) or isinstance(error, OSError):
        if not path.parent.is_dir() or getattr(error, "errno", 0) == errno.ENOENT:
            return LogError("no_data_directory", f"{path.parent} does not exist: make it with abholfach-provision.")
        return LogError("permission_denied", f"{path} may not be opened for writing by this user ({error}).")
    if isinstance(error, sqlite3.Error):
        return reading_error(error)
    return LogError("disk_error", f"{path} cannot be opened: {error}")
