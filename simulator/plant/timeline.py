"""Things that will happen, in order, on a clock that somebody else turns."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Planned:
    """Something that will happen unless it is called off."""

    __slots__ = ("act", "called_off", "when")

    def __init__(self, when: float, act: Callable[[], None]) -> None:
        self.when = when
        self.act = act
        self.called_off = False

    def call_off(self) -> None:
        """It will not happen. Without effect if it has."""
        self.called_off = True


class Timeline:
    """An event queue. Times are ms on any clock that does not go backwards; equal times keep their order."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._order = itertools.count()
        self._queue: list[tuple[float, int, Planned]] = []

    def after(self, delay: float, act: Callable[[], None]) -> Planned:
        """Plan ``act`` for ``delay`` ms from now."""
        planned = Planned(self.now + max(0.0, delay), act)
        heapq.heappush(self._queue, (planned.when, next(self._order), planned))
        return planned

    @property
    def next_due(self) -> float | None:
        """When the next thing happens."""
        while self._queue and self._queue[0][2].called_off:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance(self, to: float) -> None:
        """Let everything due up to ``to`` happen, each at its own time. Going back is ignored."""
        while (due := self.next_due) is not None and due <= to:
            _, _, planned = heapq.heappop(self._queue)
            self.now = max(self.now, planned.when)
            planned.act()
        self.now = max(self.now, to)
