"""One-button people: somebody who collects, somebody who loads. One at a time, as in front of a real box."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from simulator.panel.sources import Away
from simulator.people import NotSoon
from simulator.plant.protocol import PlantError, PlantGone
from simulator.townsfolk import Letter, Resident, StaffMember
from simulator.visitors import Carried, Hall, Knows, read_card

_SAID = 8
PREVIOUS_PAGE_WITHIN_S = 35.0


class Robots:
    """Runs them and keeps what they say. One event loop."""

    def __init__(self, plant: Path, pages: str, changed: Callable[[], None]) -> None:
        self._plant = plant
        self._pages = pages
        self._changed = changed
        self._task: asyncio.Task[None] | None = None
        self.said: deque[str] = deque(maxlen=_SAID)

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def collect(self, who: str, code: str, resident: Resident | None, document: Carried | None = None) -> None:
        """Somebody comes with this code, and a ``document`` for whoever asks for it. Raises `Away` when there are no
        pages or somebody is there already.
        """
        knows = Knows(document=document)
        if resident is not None:
            knows = Knows(resident.birth_date, resident.pin, document=document)

        async def come(hall: Hall) -> None:
            self._say(f"{who} shows a phone")
            taken = await hall.collect(hall.phone(code), knows, say=self._say)
            self._say(f"{who} goes home with {', '.join(taken) or 'nothing'}")

        self._start(come)

    def load(self, member: StaffMember, letters: list[Letter]) -> None:
        """A member of staff logs in, loads these envelopes and logs out. Raises `Away` as `collect` does."""

        async def come(hall: Hall) -> None:
            await hall.log_in(read_card(Path(member.badge)), member.pin)
            self._say(f"{member.id} is logged in")
            for letter in letters:
                self._say(f"{member.id} put {letter.order} into {await hall.load(letter.order, letter.deposit)}")
            await hall.log_out()
            self._say(f"{member.id} has gone")

        self._start(come)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _start(self, come: Callable[[Hall], Coroutine[Any, Any, None]]) -> None:
        if not self._pages:
            raise Away("this panel was started without the pages' address")
        if self.busy:
            raise Away("somebody stands in front of the box already")
        self._task = asyncio.create_task(self._run(come))

    async def _run(self, come: Callable[[Hall], Coroutine[Any, Any, None]]) -> None:
        try:
            async with Hall(self._plant, lambda: self._pages) as hall:
                await hall.kiosk.until_page("start", within_s=PREVIOUS_PAGE_WITHIN_S)
                await come(hall)
        except (NotSoon, PlantError, PlantGone, Away) as trouble:
            self._say(f"gives up: {trouble}")
        finally:
            self._changed()

    def _say(self, words: str) -> None:
        self.said.append(words)
        self._changed()
