"""24 hours in figures: sampled once a minute, and what the log still knows after a restart.

Gauges (disk, memory, temperature, frame rate, what is not acknowledged) are rings in memory: a restart leaves a gap.
Openings and pickups are read back out of the log, so that their curves go on.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.ports import Entry, EventLog, Trend
from controller.services.actor import Actor

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
#: A gauge's curve has a point for each quarter of an hour.
QUARTER = 15
SAMPLES = DAY_MS // MINUTE_MS
#: Openings and pickups that are remembered at most: more than a day of the busiest box.
MOST = 20_000
#: How far back the log is read at start, a piece at a time.
FARTHEST = 50_000
PIECE = 500

#: Gauge → unit; how a quarter of an hour becomes a point: the greatest of what is a danger when it is great, else the
#: least.
GAUGES: dict[str, tuple[str, Callable[[Sequence[int]], int]]] = {
    "temperature": ("m°C", max),
    "disk_free": ("byte", min),
    "memory_available": ("byte", min),
    "frame_rate": ("tenths", min),
    "not_acknowledged": ("entries", max),
}

Sample = Callable[[], dict[str, int | None]]
"""Reads every gauge once; None what cannot be read."""


@dataclass(slots=True)
class _Pending:
    label: str
    authorised_mono_ms: int


class Trends:
    """Keeps the curves. One event loop; `run` is a task of the process."""

    def __init__(self, actor: Actor, sample: Sample, changed: Callable[[], None]) -> None:
        self._actor = actor
        self._sample = sample
        self._changed = changed
        self._rings: dict[str, deque[int | None]] = {name: deque(maxlen=SAMPLES) for name in GAUGES}
        self._openings: deque[tuple[int, int]] = deque(maxlen=MOST)
        self._pickups: deque[int] = deque(maxlen=MOST)
        self._pending: _Pending | None = None
        self._made: tuple[Trend, ...] | None = None
        actor.on_event(self._happened)

    @property
    def trends(self) -> tuple[Trend, ...]:
        """All curves as they are this minute."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def sample(self) -> None:
        """Takes every gauge's figure of this minute."""
        for name, value in self._sample().items():
            self._rings[name].append(value)
        self._made = None
        self._changed()

    async def run(self) -> None:
        """Once a minute, for ever."""
        while True:
            self.sample()
            await asyncio.sleep(MINUTE_MS / 1000)

    async def recall(self, log: EventLog, last_seq: int) -> None:
        """Reads the last day's openings and pickups out of the log, in pieces that hold nobody up."""
        since = self._actor.now().wall_ms - DAY_MS
        openings: list[tuple[int, int]] = []
        pickups: list[int] = []
        upto = last_seq
        after_doors: dict[str, int] = {}
        while upto > max(0, last_seq - FARTHEST):
            after = max(0, upto - PIECE)
            piece = await log.read(after, upto - after)
            for entry in reversed(piece):
                if b'"type":"UnlockAuthorised"' in entry.body:
                    body = _parsed(entry)
                    seen = after_doors.pop(body["data"]["compartment"], 0)
                    if seen > body["mono"]:
                        openings.append((body["at"], seen - body["mono"]))
                elif b'"type":"DoorOpened"' in entry.body:
                    body = _parsed(entry)
                    if body["data"]["cause"] == "authorised":
                        after_doors[body["data"]["compartment"]] = body["data"]["seen_mono_ms"]
                elif b'"type":"DepositEnded"' in entry.body:
                    body = _parsed(entry)
                    if body["data"]["end"].startswith("collected"):
                        pickups.append(body["at"])
            if piece and _parsed(piece[0])["at"] < since:
                break
            upto = after
            await asyncio.sleep(0)
        self._openings.extendleft(openings)
        self._pickups.extendleft(pickups)
        self._made = None
        self._changed()

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.UnlockAuthorised():
                self._pending = _Pending(event.compartment, at.mono_ms)
            case ev.DoorOpened(cause="authorised") if self._pending is not None:
                if event.compartment == self._pending.label:
                    took = event.seen_mono_ms - self._pending.authorised_mono_ms
                    self._openings.append((at.wall_ms, max(1, took)))
                    self._made = None
                self._pending = None
            case ev.DepositEnded() if event.end.startswith("collected"):
                self._pickups.append(at.wall_ms)
                self._made = None
            case _:
                pass

    def _make(self) -> tuple[Trend, ...]:
        now = self._actor.now().wall_ms
        hours: list[list[int]] = [[] for _ in range(24)]
        collected = [0] * 24
        for wall, took in self._openings:
            if 0 <= now - wall < DAY_MS:
                hours[23 - (now - wall) // HOUR_MS].append(took)
        for wall in self._pickups:
            if 0 <= now - wall < DAY_MS:
                collected[23 - (now - wall) // HOUR_MS] += 1
        return (
            Trend("opening_ms", "ms", HOUR_MS, tuple(median_low(each) if each else None for each in hours)),
            Trend("pickups", "count", HOUR_MS, tuple(collected)),
            *(
                Trend(name, unit, QUARTER * MINUTE_MS, quarters(self._rings[name], worst))
                for name, (unit, worst) in GAUGES.items()
            ),
        )


def quarters(ring: Sequence[int | None], worst: Callable[[Sequence[int]], int]) -> tuple[int | None, ...]:
    """A ring of minutes, the newest last, as 96 quarters of an hour, the newest last."""
    minutes = list(ring)
    points: list[int | None] = []
    for number in range(SAMPLES // QUARTER):
        end = len(minutes) - number * QUARTER
        known = [value for value in minutes[max(0, end - QUARTER) : max(0, end)] if value is not None]
        points.append(worst(known) if known else None)
    return tuple(reversed(points))


def _parsed(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
