"""When entries of the log really happened, as well as can be known afterwards.

A box without a battery starts with a wrong clock and gets the time some minutes later. What was written in between
carries the monotonic clock, which was right all along: so it waits here until the time is known, and is then put where
it belongs. What never gets a time keeps the one it was written with, and counts as uncertain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.domain.events import Event
from controller.domain.moment import Moment

#: So many entries wait for the time to be known; then they are taken as they are.
MOST_WAITING = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with the wall clock (ms) at which it happened."""

    event: Event
    at: Moment
    wall_ms: int
    certain: bool


class TrueTime:
    """Gives entries their time, in the order of the log."""

    def __init__(self) -> None:
        self._boot = ""
        self._offset: int | None = None
        self._waiting: list[tuple[Event, Moment]] = []

    def add(self, event: Event, at: Moment) -> Iterator[Entry]:
        """The entries whose time is known with this one; perhaps none."""
        if at.boot != self._boot:
            yield from self.rest()
            self._boot, self._offset = at.boot, None
        if at.clock_trusted:
            self._offset = at.wall_ms - at.mono_ms
            yield from self._settle(self._offset)
            yield Entry(event, at, at.wall_ms, True)
        elif self._offset is not None:
            yield Entry(event, at, at.mono_ms + self._offset, True)
        else:
            self._waiting.append((event, at))
            if len(self._waiting) >= MOST_WAITING:
                yield from self.rest()

    def rest(self) -> Iterator[Entry]:
        """What still waits, with the time it was written with."""
        waiting, self._waiting = self._waiting, []
        for event, at in waiting:
            yield Entry(event, at, at.wall_ms, False)

    def _settle(self, offset: int) -> Iterator[Entry]:
        waiting, self._waiting = self._waiting, []
        for event, at in waiting:
            yield Entry(event, at, at.mono_ms + offset, True)
