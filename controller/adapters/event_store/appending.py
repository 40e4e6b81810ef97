"""One append: events and rows in one transaction. Runs in the writer's thread only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlite_utils import Database

from controller.adapters.event_store.encoding import make_entry
from controller.adapters.event_store.errors import commit_error, reading_error
from controller.adapters.event_store.housekeeping import Housekeeper
from controller.adapters.event_store.rows import check_rows, forgets, write_row
from controller.ports import Appended, LogError, NewEvent, RowChange, Stamp


class Appender:
    """Knows the end of the chain, which only moves when a commit has succeeded. After a failed commit it refuses
    everything.
    """

    def __init__(
        self, db: Database, housekeeper: Housekeeper, *, box: str, epoch: int, last_seq: int, last_hash: bytes
    ) -> None:
        self._db = db
        self._housekeeper = housekeeper
        self._box = box
        self._epoch = epoch
        self._last_seq = last_seq
        self._last_hash = last_hash
        self.failure: LogError | None = None

    def append(self, events: Sequence[NewEvent], stamp: Stamp, rows: Sequence[RowChange]) -> Appended:
        """Writes ``events`` and ``rows``; when it returns they are durable.

        Raises `LogError`: ``disk_full``, ``disk_error`` or ``commit_unknown`` when the outcome is unknown, and
        ``log_failed`` ever after; any other code when nothing was written (`errors`).
        """
        self.refuse_if_failed()
        entries = []
        seq, after = self._last_seq, self._last_hash
        for event in events:
            seq += 1
            entry = make_entry(event, stamp, box=self._box, epoch=self._epoch, seq=seq, after=after)
            entries.append(entry)
            after = entry.hash
        try:
            check_rows(self._db, events, rows, seq)
        except sqlite3.Error as error:
            raise self.fail(reading_error(error)) from error
        try:
            with self._db.atomic():
                for entry in entries:
                    self._db.execute(
                        "INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", [entry.seq, entry.hash, entry.body]
                    )
                for row in rows:
                    write_row(self._db, row, seq)
        except BaseException as error:
            raise self.fail(commit_error(error)) from error
        self._last_seq, self._last_hash = seq, after
        self._housekeeper.wrote(scrub=any(map(forgets, rows)))
        return Appended(entries=tuple(entries))

    def fail(self, failure: LogError) -> LogError:
        """From now on every append is refused. Returns ``failure``, to be raised."""
        self.failure = self.failure or failure
        return failure

    def refuse_if_failed(self) -> None:
        """Raises `LogError` (``log_failed``) once a commit or a checkpoint has failed."""
        if self.failure is not None:
            raise LogError(
                "log_failed", f"Nothing is written any more, because an earlier write failed: {self.failure}"
            )
