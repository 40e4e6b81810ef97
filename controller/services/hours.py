"""Makes the pages follow the calendar: nothing else happens when the box opens or staff go home."""

from __future__ import annotations

import asyncio

from controller.domain.in_use import box_open, staffed
from controller.services.actor import Actor
from controller.services.front import Front

LOOK_EVERY_S = 1.0


class HoursWatch:
    """Looks once a second whether the calendar says something else than before, and has everybody look again. The
    second, and not a timer to the next change: the wall clock may be set at any time. One event loop.
    """

    def __init__(self, actor: Actor, front: Front) -> None:
        self._actor = actor
        self._front = front
        self._seen = self._now()

    def _now(self) -> tuple[bool, str]:
        box, now = self._actor.box, self._actor.now()
        return box_open(box, now), staffed(box, now)

    def look(self) -> None:
        """Tells the front when the calendar has changed something since the last look."""
        now = self._now()
        if now != self._seen:
            self._seen = now
            self._front.show(self._front.state)

    async def run(self) -> None:
        """A core task."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)
