"""What the writer does after its replies: checkpoints, and scrubbing what was deleted. Runs in the writer's thread
only.

A checkpoint moves pages from the write-ahead log into the database file. SQLite would make it inside a commit, which
would then stand between token and pulse; here it waits until nobody asks for anything. Bytes that were deleted stay
in the write-ahead log (and, until a checkpoint, in the database file) although ``secure_delete`` overwrites them in
the page: only a checkpoint that truncates the log takes them away.
"""

from __future__ import annotations

import time
from pathlib import Path

from sqlite_utils import Database

from controller.adapters.event_store.connections import WRITER_WAITS_MS
from controller.adapters.event_store.migrating import copies

#: The write-ahead log is checkpointed when it has grown beyond this and the writer is idle …
_IDLE_CHECKPOINT_BYTES = 1024 * 1024
#: … and when it has grown beyond this in any case: one commit is then late rather than the disk full.
_FORCED_CHECKPOINT_BYTES = 16 * 1024 * 1024

#: Idle is: nothing asked for this long.
_IDLE_SECONDS = 0.5
#: Scrubbing waits for the pulse and what follows it, but not for the whole session.
_SCRUB_AFTER_SECONDS = 0.05
#: A reader that stood in the way has gone by then.
_SCRUB_AGAIN_SECONDS = 0.5
#: However busy the writer is.
_SCRUB_AT_LATEST_SECONDS = 5.0


class Housekeeper:
    """Decides what is to be done and when, and does it."""

    def __init__(
        self,
        db: Database,
        path: Path,
        *,
        idle_checkpoint_bytes: int = _IDLE_CHECKPOINT_BYTES,
        forced_checkpoint_bytes: int = _FORCED_CHECKPOINT_BYTES,
    ) -> None:
        self._db = db
        self._path = path
        self._log_path = path.with_name(path.name + "-wal")
        self._idle_bytes = idle_checkpoint_bytes
        self._forced_bytes = forced_checkpoint_bytes
        self._log_bytes = self._size()
        self._grown = self._log_bytes
        # What was deleted by a process that died before it scrubbed may still be in the log that it left behind.
        self._scrub_since: float | None = time.monotonic() if self._log_bytes else None
        self._scrub_wait = _SCRUB_AFTER_SECONDS

    @property
    def to_scrub(self) -> bool:
        """Whether deleted secrets may still be on the disk."""
        return self._scrub_since is not None

    def wrote(self, *, scrub: bool) -> None:
        """A commit has succeeded; ``scrub`` when it deleted something that must leave the disk."""
        size = self._size()
        # The file does not shrink when the log begins anew inside it; every commit is counted as at least a page.
        self._grown += max(size - self._log_bytes, 4096)
        self._log_bytes = size
        if scrub and self._scrub_since is None:
            self._scrub_since = time.monotonic()
            self._scrub_wait = _SCRUB_AFTER_SECONDS

    def patience(self) -> float | None:
        """How long the writer may wait for a job before `idle` is due, in seconds; ``None`` when there is nothing to
        do.
        """
        if self._scrub_since is not None:
            return self._scrub_wait
        return _IDLE_SECONDS if self._grown > self._idle_bytes else None

    def overdue(self) -> bool:
        """Whether `idle` is due although jobs are waiting."""
        if self._grown > self._forced_bytes:
            return True
        return self._scrub_since is not None and time.monotonic() - self._scrub_since > _SCRUB_AT_LATEST_SECONDS

    def idle(self) -> None:
        """Does what is due. Raises `sqlite3.Error` or `OSError` when the disk refuses."""
        if self._scrub_since is None:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._grown = 0
            return
        for copy in copies(self._path):
            copy.unlink(missing_ok=True)
        busy = self._truncate()
        self._log_bytes = self._size()
        self._grown = self._log_bytes
        if busy:
            self._scrub_since = time.monotonic()
            self._scrub_wait = _SCRUB_AGAIN_SECONDS
        else:
            self._scrub_since = None

    def _truncate(self) -> bool:
        """Returns whether a reader stood in the way. It is not waited for: an append may come meanwhile."""
        self._db.execute("PRAGMA busy_timeout = 0").fetchone()
        try:
            return bool(self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {WRITER_WAITS_MS}").fetchone()

    def _size(self) -> int:
        try:
            return self._log_path.stat().st_size
        except FileNotFoundError:
            return 0
