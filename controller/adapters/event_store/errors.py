"""What SQLite says, in the log's own words.

The codes that `LogError` carries here:

- ``log_damaged``: what is stored is not what was written; ``seq`` is the first entry at fault. Restore a backup.
- ``database_newer``: written by a newer version of this software.  ``not_a_log``: no log of Abholfach.
  ``wrong_box``: another box's log.
- ``no_database``, ``no_data_directory``, ``permission_denied``, ``data_directory_busy``: the directory is not as it
  must be.
- ``disk_full``, ``disk_error``, ``commit_unknown``: an append failed between BEGIN and COMMIT; its outcome is
  unknown, the process must end.
- ``log_failed``: refused, because an earlier append failed.  ``log_closed``: refused, because the log is closed.
- ``not_canonical``, ``event_too_large``, ``bad_id``, ``credential_taken``, ``badge_taken``, ``command_known``,
  ``cursor_beyond_log``, ``snapshot_unsealed``: refused before anything was written.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from controller.ports import LogError

_FULL = sqlite3.SQLITE_FULL
_IO = sqlite3.SQLITE_IOERR
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

#: What to do about damage; every message about it ends with this.
WHAT_TO_DO = (
    "Keep the box out of order, keep a copy of the data directory, run `abholfach log verify`, then restore a backup."
)


def damaged(seq: int, what: str) -> LogError:
    """The error for an entry that is not what was written."""
    where = f"The log is damaged at entry {seq}" if seq else "The log's database is damaged"
    return LogError("log_damaged", f"{where}: {what}. {WHAT_TO_DO}", seq)


def primary_code(error: BaseException) -> int:
    """SQLite's primary result code of ``error``, 0 when it carries none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def not_a_database(path: Path) -> LogError:
    """The error for a file at ``path`` that SQLite does not recognise."""
    return LogError(
        "not_a_log", f"{path} is not an SQLite database. Wrong file? Otherwise restore a backup of the log."
    )


def commit_error(error: BaseException) -> LogError:
    """The error for anything that went wrong between BEGIN and COMMIT."""
    ending = "The outcome is unknown: the process must end, and the restart settles what was open."
    match primary_code(error):
        case code if code == _FULL:
            return LogError("disk_full", f"The disk is full: the log could not be written. {ending}")
        case code if code == _IO:
            return LogError("disk_error", f"The disk failed while the log was written ({error}). {ending}")
    return LogError("commit_unknown", f"The log could not be written ({type(error).__name__}: {error}). {ending}")


def reading_error(error: sqlite3.Error, seq: int = 0) -> LogError:
    """The error for a read that SQLite refused; ``seq`` is the entry that was to come next."""
    # Without a code it was Python that could not make sense of what is stored.
    if primary_code(error) in (*_DAMAGED, 0):
        return damaged(seq, f"SQLite says «{error}»")
    return LogError("disk_error", f"The log cannot be read: {error}", seq)
