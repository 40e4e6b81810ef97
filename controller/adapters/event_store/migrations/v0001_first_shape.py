"""The first shape: the log and its derived rows."""

from __future__ import annotations

from sqlite_utils import Database

_STATEMENTS = (
    # One row: whose log this is, and which epoch new entries belong to. A restored backup opens a new epoch.
    """
    CREATE TABLE log (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        box TEXT NOT NULL,
        epoch INTEGER NOT NULL CHECK (epoch >= 1)
    ) STRICT
    """,
    # AUTOINCREMENT for its table sqlite_sequence: it remembers the highest seq ever written, so that entries lost at
    # the end are noticed.
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        body BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never changed'); END
    """,
    """
    CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END
    """,
    """
    CREATE TABLE snapshots (
        seq INTEGER PRIMARY KEY,
        fold_version INTEGER NOT NULL,
        state BLOB NOT NULL
    ) STRICT
    """,
    # The digest of a credential stays for a while after its right has ended, to be able to say why.
    """
    CREATE TABLE credentials (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        right_id TEXT NOT NULL,
        ended_reason TEXT NOT NULL DEFAULT '',
        ended_wall_ms INTEGER NOT NULL DEFAULT 0,
        forget_wall_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX credentials_by_right ON credentials (right_id)",
    # What must be forgotten as soon as the right ends, apart from everything else.
    """
    CREATE TABLE verifiers (
        id INTEGER PRIMARY KEY,
        credential INTEGER NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
        factor TEXT NOT NULL,
        verifier TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX verifiers_by_credential ON verifiers (credential)",
    """
    CREATE TABLE staff_credentials (
        staff TEXT PRIMARY KEY,
        badge_digest BLOB NOT NULL UNIQUE,
        pin_hash TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE command_results (
        issuer TEXT NOT NULL,
        command TEXT NOT NULL,
        result TEXT NOT NULL,
        received_wall_ms INTEGER NOT NULL,
        PRIMARY KEY (issuer, command)
    ) STRICT
    """,
    """
    CREATE TABLE cursors (
        consumer TEXT PRIMARY KEY,
        epoch INTEGER NOT NULL,
        seq INTEGER NOT NULL
    ) STRICT
    """,
)


def first_shape(db: Database) -> None:
    """Makes every table of version 1."""
    for statement in _STATEMENTS:
        db.execute(statement)
