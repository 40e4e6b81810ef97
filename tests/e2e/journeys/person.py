"""A person at the box: touches its screen, holds things before its camera, moves its doors; and how long a person needs
for that.

With ``pace`` 0 hands are infinitely fast, for tests. With ``pace`` 1 they are those of somebody who does this for the
first time, for the benchmark of flows (`tests.bench.bench_flows`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from simulator.visitors import Hall, Scene
from tests.e2e.pages.running import Watched

#: Seconds that a person needs, cautiously: pulling, putting and closing as in the designs of parcel lockers; reading at
#: 150 words a minute, for the ten to twenty words of a page; an elderly finger on a large key.
READ_S = 3.0
TAP_S = 1.0
DIGIT_S = 0.7
PRESENT_S = 2.0
PULL_S = 1.5
TAKE_S = 2.0
PUT_S = 1.5
CLOSE_S = 1.0
#: Staff do it a hundred times a day and read no page.
PRACTISED = 0.6


@dataclass
class Counted:
    """What a journey cost its person. ``needed``: the part of ``seconds`` that hands and eyes took, whatever the box
    did.
    """

    touches: int = 0
    digits: int = 0
    seconds: float = 0.0
    needed: float = 0.0


class Person:
    """Somebody at the screen of a box. One event loop."""

    def __init__(self, screen: Watched, hall: Hall, pace: float = 0.0) -> None:
        self.screen = screen
        self.hall = hall
        self.counted = Counted()
        self._pace = pace
        self._began = time.monotonic()

    def begin(self) -> None:
        """From now on seconds and touches count."""
        self.counted = Counted()
        self._began = time.monotonic()

    def end(self) -> Counted:
        """What it cost since `begin`."""
        return replace(self.counted, seconds=time.monotonic() - self._began)

    async def need(self, seconds: float) -> None:
        """Takes a person's time."""
        self.counted.needed += seconds * self._pace
        if self._pace:
            await asyncio.sleep(seconds * self._pace)

    # --- the screen ---------------------------------------------------------------------------------------------------

    async def sees(self, *pages: str) -> str:
        """Waits until one of ``pages`` stands there and reads it. Which one."""
        wanted = ", ".join(f'#page[data-page="{page}"]' for page in pages)
        await self.screen.page.wait_for_selector(wanted, state="attached", timeout=60_000)
        return await self.standing()

    async def standing(self) -> str:
        """The page's name."""
        return await self.screen.page.get_attribute("#page", "data-page") or ""

    async def language(self) -> str:
        return await self.screen.page.get_attribute("html", "lang") or ""

    async def tap(self, key: str) -> None:
        """Touches the button that the page calls ``key``, in the layer that is open."""
        await self.need(TAP_S)
        self.counted.touches += 1
        await self.screen.page.click(f'#page [data-key="{key}"]:visible')

    async def type(self, digits: str) -> None:
        """Types digits and confirms."""
        for digit in digits:
            await self.need(DIGIT_S)
            self.counted.digits += 1
            await self.screen.page.click(f'#page [data-digit="{digit}"]:visible')
        await self.need(TAP_S)
        self.counted.touches += 1
        await self.screen.page.click("#page [data-enter]:visible")

    async def types_anew(self, digits: str, page: str) -> None:
        """Types where ``page`` may be what stands there already: waits until it stands there in answer to the
        digits.
        """
        forms = '[...document.querySelectorAll("#page [name=revision]")].map((each) => each.value).join()'
        before = await self.screen.page.evaluate(forms)
        await self.type(digits)
        await self.screen.page.wait_for_function(f"(before) => {forms} !== before", arg=before, timeout=60_000)
        await self.sees(page)

    # --- the camera ---------------------------------------------------------------------------------------------------

    async def shows(self, scene: Scene, *pages: str) -> str:
        """Holds something up until the screen shows one of ``pages``. Which one."""
        await self.need(PRESENT_S)
        await self.hall.hold(scene)
        try:
            return await self.sees(*pages)
        finally:
            await self.hall.take_away()

    # --- the doors ----------------------------------------------------------------------------------------------------

    async def compartment(self) -> str:
        """The compartment that the screen speaks of."""
        label = await self.screen.page.get_attribute("#page", "data-compartment")
        return label or (await self.hall.kiosk.look()).compartment

    async def empties(self, *, leaves: str = "", closes: bool = True) -> list[str]:
        """Pulls the door that the screen speaks of, takes everything, leaves something there perhaps, closes."""
        label = await self.compartment()
        await self.need(PULL_S)
        await self.hall.pull(label)
        await self.need(TAKE_S)
        taken = await self.hall.plant.take(label)
        if leaves:
            await self.need(PUT_S)
            await self.hall.plant.put(label, leaves)
        if closes:
            await self.closes(label)
        return taken

    async def closes_without_taking(self) -> None:
        """Opens the door that the screen speaks of, looks, and closes it again."""
        label = await self.compartment()
        await self.need(PULL_S)
        await self.hall.pull(label)
        await self.closes(label)

    async def fills(self, label: str, item: str) -> None:
        """Pulls an open door, puts something in, closes."""
        await self.need(PULL_S)
        await self.hall.pull(label)
        await self.need(PUT_S)
        await self.hall.plant.put(label, item)
        await self.closes(label)

    async def closes(self, label: str) -> None:
        await self.need(CLOSE_S)
        await self.hall.plant.close_door(label)
