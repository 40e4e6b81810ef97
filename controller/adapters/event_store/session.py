"""The writer's thread from the inside: the connection, the end of the chain, and the housekeeping."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence

from sqlite_utils import Database

from controller.adapters.event_store.appending import Appender
from controller.adapters.event_store.errors import commit_error
from controller.adapters.event_store.housekeeping import Housekeeper
from controller.ports import Appended, LogError, NewEvent, Opened, RowChange, Stamp

_log = logging.getLogger(__name__)


class Session:
    """Everything that lives in the writer's thread (a `writer.Household`); made there by `opening`.

    ``failure`` and ``to_scrub`` may be read from any thread.
    """

    def __init__(self, db: Database, appender: Appender, housekeeper: Housekeeper, opened: Opened) -> None:
        self._db = db
        self._appender = appender
        self._housekeeper = housekeeper
        self.opened = opened

    @property
    def failure(self) -> LogError | None:
        """The first failed commit or checkpoint; every append is refused from then on."""
        return self._appender.failure

    @property
    def to_scrub(self) -> bool:
        """Whether deleted secrets may still be on the disk."""
        return self._housekeeper.to_scrub

    def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange],
        then: Callable[[], None] | None = None,
    ) -> Appended:
        """See `Appender.append`; ``then`` is called after it."""
        appended = self._appender.append(events, stamp, rows)
        if then is not None:
            then()
        return appended

    def patience(self) -> float | None:
        return None if self.failure else self._housekeeper.patience()

    def overdue(self) -> bool:
        return self.failure is None and self._housekeeper.overdue()

    def idle(self) -> None:
        # Nobody awaits this: the failure is told by the next append and by `progress`, and ends the process as a
        # failed commit does.
        try:
            self._housekeeper.idle()
        except (sqlite3.Error, OSError) as error:
            _log.error("The checkpoint of the log failed: %s", self._appender.fail(commit_error(error)))

    def finish(self) -> None:
        if self.failure is None and self._housekeeper.to_scrub:
            self.idle()
        try:
            self._db.close()
        except sqlite3.Error as error:
            _log.error("The log could not be closed: %s", error)
