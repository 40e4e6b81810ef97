"""The last lines that this process logged, kept for a support bundle: the journal itself is another's to read."""

from __future__ import annotations

import logging
import time
from collections import deque

MOST_LINES = 500


class RecentLog(logging.Handler):
    """A handler of the root logger. Safe from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
            self._lines.append(f"{at} {record.levelname} {record.name}: {record.getMessage()}")
        except (TypeError, ValueError):
            self.handleError(record)

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)


def keep_recent_log() -> RecentLog:
    """Begins to keep; to be taken off the root logger at the end."""
    kept = RecentLog()
    logging.getLogger().addHandler(kept)
    return kept
