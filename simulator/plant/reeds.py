"""The contacts that tell where doors are: bouncing, and sometimes lying."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial

from hal.profile import ClosedLevel, Profile, Senses
from simulator.plant.parts import BOUNCE_MS, CHATTER_EVERY_MS, Box, PlantFault, Position
from simulator.plant.timeline import Timeline

OnLevel = Callable[[str, int | None, float], None]
"""Line, level (``None``: unreadable), time."""


class Reeds:
    """All contacts of a cabinet. ``on_level`` hears of every line that changes."""

    def __init__(
        self, boxes: Iterable[Box], profile: Profile, timeline: Timeline, dice: random.Random, on_level: OnLevel
    ) -> None:
        self._senses = profile.sensors.senses
        self._closed_high = {
            item.label: profile.closed_level(profile.sensor_wire(item).bank) is ClosedLevel.HIGH
            for item in profile.compartments
        }
        self._timeline = timeline
        self._dice = dice
        self._on_level = on_level
        for box in boxes:
            self.settle(box)

    def settle(self, box: Box) -> None:
        """The contact says what is, without a movement."""
        box.contact.closed = self._closed(box)
        box.contact.level = self._level(box, box.contact.closed)

    def follow(self, box: Box) -> None:
        """Door or latch may have moved: the contact follows, and bounces."""
        closed = self._closed(box)
        if closed != box.contact.closed:
            box.contact.closed = closed
            self._bounce(box)

    def faults_changed(self, box: Box, *, chatters_now: bool = False) -> None:
        """A fault of the contact has come or gone."""
        if chatters_now:
            self._chatter(box, not box.contact.closed)
        self._show(box, box.contact.closed)

    def _closed(self, box: Box) -> bool:
        door = box.position is Position.CLOSED
        return door if self._senses is Senses.DOOR else door and box.latched

    def _bounce(self, box: Box) -> None:
        for planned in box.contact.bounces:
            planned.call_off()
        closed = box.contact.closed
        lasts = self._dice.uniform(*BOUNCE_MS)
        times = sorted(self._dice.uniform(0.2, lasts) for _ in range(2 * self._dice.randint(1, 3)))
        self._show(box, closed)
        away_and_back = [partial(self._show, box, not closed), partial(self._show, box, closed)]
        box.contact.bounces = [self._timeline.after(at, away_and_back[index % 2]) for index, at in enumerate(times)]

    def _chatter(self, box: Box, closed: bool) -> None:
        if PlantFault.CHATTERS in box.faults:
            self._show(box, closed)
            self._timeline.after(CHATTER_EVERY_MS, lambda: self._chatter(box, not closed))
        else:
            self._show(box, box.contact.closed)

    def _show(self, box: Box, closed: bool) -> None:
        level = self._level(box, closed)
        if level != box.contact.level:
            box.contact.level = level
            self._on_level(box.sensor, level, self._timeline.now)

    def _level(self, box: Box, closed: bool) -> int | None:
        if PlantFault.DEAD_SENSOR in box.faults:
            return None
        if PlantFault.BROKEN_REED_WIRE in box.faults:
            return 1
        if PlantFault.STUCK_REED_CLOSED in box.faults:
            closed = True
        elif PlantFault.STUCK_REED_OPEN in box.faults:
            closed = False
        return int(closed == self._closed_high[box.label])
