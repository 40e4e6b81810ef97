"""The stage of a journey: a whole box that nobody has provisioned by hand, with envelopes in it, its pages in Chromium
and a person before it. Only the broker is missing (what the central system would have sent lies in the log already).
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.first_start import first_start
from simulator.preload import Badge, Preload, preload
from simulator.town import ALWAYS_OPEN, Town
from simulator.visitors import Hall
from tests.e2e.journeys.person import Person
from tests.e2e.pages.running import browser, opened


@dataclass
class Stage:
    """A box in operation and the person before it. ``where``: deposit → compartment of what lay inside at the
    beginning; ``codes``: right → the text of its code; ``since``: the last log entry before.
    """

    town: Town
    hall: Hall
    person: Person
    where: dict[str, str]
    codes: dict[str, str]
    since: int

    def events(self, *names: str) -> list[str]:
        """The types of what was logged since the beginning, oldest first; those named only."""
        rows = self.town.query("SELECT body FROM events WHERE seq > ? ORDER BY seq", self.since)
        types = [str(json.loads(bytes(body) if isinstance(body, bytes) else str(body))["type"]) for (body,) in rows]
        return [name for name in types if not names or name in names]


def furnish(town: Town, what: Preload, calendar: Path = ALWAYS_OPEN, more_types: str = "") -> dict[str, str]:
    """Provisions a town and puts in what lies inside, in its books and behind its doors. Where each envelope lies.
    ``more_types``: document types (TOML) beside the town's own.
    """
    town.provision(calendar=calendar)
    with (town.config / "policies.toml").open("a", encoding="utf-8") as policies:
        policies.write(more_types)
    first_start(town.config / "abholfach.toml")
    where = preload(town.data, what)
    town.put_inside({label: [deposit] for deposit, label in where.items()})
    town.start_plant()
    return where


@asynccontextmanager
async def stage(
    what: Preload,
    *,
    pace: float = 0.0,
    size: tuple[int, int] = (1080, 1920),
    calendar: Path = ALWAYS_OPEN,
    more_types: str = "",
) -> AsyncIterator[Stage]:
    """The whole box with ``what`` in it. ``pace``: of the person (`Person`); ``size``: the screen's, in px. Doors open
    only while the screen says what it shows, as at a real box.
    """
    root = Path(tempfile.mkdtemp(prefix="stage-"))
    town = Town(root, heartbeat=True)
    try:
        where = await asyncio.to_thread(furnish, town, what, calendar, more_types)  # it runs a loop of its own
        town.start_controller()
        town.start_pages(0)
        town.start_reader()
        async with (
            Hall(town.plant_socket, lambda: town.pages_address) as hall,
            browser() as chrome,
            opened(chrome, town.pages_address, *size) as screen,
        ):
            person = Person(screen, hall, pace)
            await person.sees("start", "closed")
            ((since,),) = town.query("SELECT MAX(seq) FROM events")
            codes = {slip.right: slip.text for slip in what.slips}
            yield Stage(town, hall, person, where, codes, int(str(since)))
    finally:
        town.stop()
        shutil.rmtree(root)


async def logs_in(stage: Stage, badge: Badge) -> None:
    """A member of staff shows the badge and types the PIN; the staff page stands on the box's screen."""
    person = stage.person
    await person.shows(stage.hall.slip(badge.text), "pin")
    await person.type(badge.pin)
    await person.sees("load_ready")
