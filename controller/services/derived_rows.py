"""What an event means for the tables beside the log: credentials end with their right, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.domain.timing import DAY
from controller.ports import EndCredentials, RowChange

#: How long "already collected" can be said (mqtt.md, pickup credentials).
REMEMBER_ENDED_MS = 30 * DAY


def rows_of(event: ev.Event, at: Moment) -> Iterator[RowChange]:
    if isinstance(event, ev.RightEnded):
        yield EndCredentials(event.right, event.end, at.wall_ms, at.wall_ms + REMEMBER_ENDED_MS)
