"""Residents of a crash campaign: they show codes, take what is theirs, hesitate, forget and walk away."""

from __future__ import annotations

import asyncio

from controller.api import Confirm, Declare, Dismiss, KioskView
from simulator.crash_truth import Person, Scene, WalksAway
from simulator.people import Hall, Scanner
from simulator.preload import Slip

PATIENCE_S = 4.0
"""A resident waits so long for a page to change before walking away."""


class Residents:
    """One at a time before the box."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def collect(self, hall: Hall, slip: Slip) -> None:
        if self.scene.perhaps(0.15):
            refused = await self._two_scanners(hall, slip)
        else:
            refused = await hall.scanner.show(slip.text)
        self.scene.counts[f"code {refused or 'taken'}"] += 1
        if refused:
            if self.scene.perhaps(0.5):
                await hall.page.call(Dismiss((await hall.kiosk()).revision))
            return
        if self.scene.perhaps(0.1):
            await hall.scanner.show(slip.text)  # held before the scanner a little too long
        took: set[str] = set()
        seen = ""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < deadline:
            view = await hall.kiosk()
            if not view.session:
                return
            if view.page == "several":
                await hall.page.call(Declare(view.session, view.revision, view.declaration, "yes"))
            elif view.page in ("opening", "take", "next") and view.compartment:
                if await self._at_door(hall, view.compartment, slip, took):
                    deadline = asyncio.get_running_loop().time() + PATIENCE_S
            elif view.page == "confirm" and view.compartment != seen:
                seen = view.compartment if await self._confirm(hall, view, slip, took) else ""
                deadline = asyncio.get_running_loop().time() + PATIENCE_S
            await asyncio.sleep(0.02)

    async def _two_scanners(self, hall: Hall, slip: Slip) -> str:
        """The same code before two scanners at once: at most one of them is told that it was taken."""
        second = await Scanner.connect(hall.sockets["reader-qr"])
        try:
            answers = await asyncio.gather(hall.scanner.show(slip.text), second.show(slip.text))
        finally:
            await second.close()
        if not all(answers) and not any(answers):
            self.scene.truth.violations.append(f"the code of {slip.right} was taken twice at once")
        return min(answers)

    async def _at_door(self, hall: Hall, label: str, slip: Slip, took: set[str]) -> bool:
        """Takes what is inside, or not. False when the door does not open."""
        self.scene.at_door = Person(label, slip)
        self.scene.truth.walked_from.pop(label, None)
        if not await hall.plant.wait(label, open=True, timeout_ms=400):
            return False
        await hall.plant.pull(label)
        if self.scene.perhaps(0.15):
            await asyncio.sleep(self.scene.dice.uniform(0.05, 0.5))
        if self.scene.perhaps(0.93):
            for item in await hall.plant.take(label):
                self.scene.resident_has(item, slip)
                took.add(item)
        if self.scene.perhaps(0.05):
            self.scene.counts["doors left open"] += 1
            raise WalksAway
        self.scene.leaves_inside((await hall.plant.box(label)).contents, slip.deposits)
        await hall.plant.close_door(label)
        self.scene.at_door = None
        for _ in range(30):  # until the page has seen it closed
            if (await hall.kiosk()).page not in ("opening", "take", "next"):
                break
            await asyncio.sleep(0.02)
        return True

    async def _confirm(self, hall: Hall, view: KioskView, slip: Slip, took: set[str]) -> bool:
        """Says something about what was found. False when the door is asked to open again."""
        if self.scene.perhaps(0.12):
            raise WalksAway
        await asyncio.sleep(self.scene.dice.uniform(0, 0.2))
        if took & set(slip.deposits):
            choice = self.scene.dice.choices(("everything", "open_again", "error", "missing"), (20, 2, 1, 1))[0]
        else:
            choice = self.scene.dice.choices(("open_again", "missing", "everything"), (8, 3, 1))[0]
        self.scene.counts[f"says {choice}"] += 1
        await hall.page.call(Confirm(view.session, view.revision, choice))
        return choice != "open_again"
