"""From bouncing edges to a level that can be believed. Pure: no clock, no thread.

A contact bounces for some milliseconds when a door moves. A level is believed when it has stood for a whole window; it
is then stamped with the *first* edge that led to it, because that is when the door moved.

A contact that goes on bouncing (a loose wire, a magnet at the edge of its reach) contradicts itself: after two seconds
of it the level is ``UNKNOWN`` and the door is *flapping*, until it has been quiet for a while.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hal.interfaces import DoorLevel

WINDOW_MS = range(5, 501)
"""Allowed windows."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A level that has stood for a window. ``since_ms`` is the first edge that led to it."""

    level: DoorLevel
    since_ms: int
    flapping: bool = False
    """The level is ``UNKNOWN`` because the contact contradicts itself."""


class Debouncer:
    """One contact. Feed it readings, and call ``advance`` when ``deadline`` has come.

    Times are monotonic ms. Edges and polls come from different threads, so a time may be a little older than the one
    before; it is then taken for the same moment.
    """

    def __init__(
        self, window_ms: int = 30, *, edges_per_second: int = 20, flapping_after_ms: int = 2_000, quiet_ms: int = 500
    ) -> None:
        """``window_ms``: 5 to 500. More than ``edges_per_second`` for longer than ``flapping_after_ms`` is flapping.

        Raises ``ValueError`` for a window out of range.
        """
        if window_ms not in WINDOW_MS:
            raise ValueError(f"a debounce window of {window_ms} ms is not between 5 and 500 ms")
        self._window_ms = window_ms
        self._edges_per_second = edges_per_second
        self._flapping_after_ms = flapping_after_ms
        self._quiet_ms = max(quiet_ms, window_ms)
        self._steady: Steady | None = None
        self._level: DoorLevel | None = None
        self._now = 0
        self._last_edge = 0
        self._first_seen: dict[DoorLevel, int] = {}
        self._edges: deque[int] = deque()
        self._busy_since: int | None = None

    @property
    def steady(self) -> Steady | None:
        """The level believed now; ``None`` before the first."""
        return self._steady

    @property
    def deadline(self) -> int | None:
        """When ``advance`` may have something to say, or ``None`` while all is quiet."""
        if self._level is None or not self._first_seen:
            return None
        flapping = self._steady is not None and self._steady.flapping
        return self._last_edge + (self._quiet_ms if flapping else self._window_ms)

    def feed(self, level: DoorLevel, mono_ms: int) -> Steady | None:
        """A reading, from an edge or a poll. Gives the level that became believed by now, if one did."""
        now = max(mono_ms, self._now)
        became = self.advance(now)
        if level is self._level:
            return became
        self._level = level
        self._last_edge = now
        self._first_seen.setdefault(level, now)
        self._edges.append(now)
        return self._judge_edges(now) or became

    def advance(self, now_ms: int) -> Steady | None:
        """Time passes. Gives the level that became believed, if one did."""
        self._now = max(self._now, now_ms)
        due = self.deadline
        if due is None or self._level is None or self._now < due:
            return None
        flapping = self._steady is not None and self._steady.flapping
        since = self._last_edge if flapping else self._first_seen[self._level]
        self._first_seen.clear()
        if flapping:
            self._busy_since = None
            self._edges.clear()
        if self._steady is not None and not flapping and self._steady.level is self._level:
            return None  # it bounced and came back: nothing moved
        self._steady = Steady(self._level, since)
        return self._steady

    def _judge_edges(self, now: int) -> Steady | None:
        while self._edges and self._edges[0] <= now - 1_000:
            self._edges.popleft()
        if len(self._edges) <= self._edges_per_second:
            self._busy_since = None if len(self._edges) <= self._edges_per_second // 2 else self._busy_since
            return None
        if self._busy_since is None:
            self._busy_since = self._edges[0]
        already = self._steady is not None and self._steady.flapping
        if already or now - self._busy_since <= self._flapping_after_ms:
            return None
        self._steady = Steady(DoorLevel.UNKNOWN, now, flapping=True)
        return self._steady
