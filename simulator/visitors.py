"""People who use the box as people do: they hold things before its camera, read its pages, tap their buttons, and pull,
take, put and close with their hands.

Unlike `simulator.people`, nobody here speaks to the controller: a code goes through light, lens, decoder and reader
process, a tap through the pages' process. The demo's story and the panel's robots are made of them.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import zxingcpp
from PIL import Image

from hal.qr.filter import QUIET_MS
from simulator.browser import Browser, Page
from simulator.people import NotSoon
from simulator.plant.client import AsyncPlantClient

AT_THE_DOOR = ("opening", "next", "stuck_retry", "take", "take_return", "close", "close_alarm")
_AFTER_A_CHIP = ("chip_wrong", "chip_removed", "chip_unsupported", "chip_expired", "staff_check", *AT_THE_DOOR)
AGAIN_AFTER_S = QUIET_MS / 1000 + 0.3
_DOOR_WITHIN_MS = 15_000

Scene = dict[str, Any]
Say = Callable[[str], None]


class Carried(Protocol):
    """A passport or card in somebody's pocket. ``can`` is empty where none is printed; ``lines`` is what the camera can
    read of its page.
    """

    @property
    def can(self) -> str: ...

    @property
    def lines(self) -> str: ...

    async def lay(self) -> None:
        """Onto the card reader, if it does not lie there."""
        ...

    async def take(self) -> None:
        """Back into the pocket."""
        ...


@dataclass(frozen=True, slots=True)
class Knows:
    """What a resident has in the head, the birth date as YYYYMMDD and the pickup PIN, and in the pocket."""

    birth_date: str = ""
    pin: str = ""
    old_document: bool = True
    document: Carried | None = None


def a_hand(dice: random.Random, size: float = 0.5) -> dict[str, float]:
    """How somebody happens to hold something: near or far, tilted, a little out of focus, never quite still."""
    return {
        "size": round(size * dice.uniform(0.85, 1.1), 3),
        "x": round(dice.uniform(-0.05, 0.05), 3),
        "y": round(dice.uniform(-0.04, 0.04), 3),
        "rotation": round(dice.uniform(-9, 9), 1),
        "tilt_x": round(dice.uniform(-14, 16), 1),
        "tilt_y": round(dice.uniform(-14, 14), 1),
        "blur": round(dice.uniform(0.4, 1.0), 2),
        "noise": round(dice.uniform(3, 7), 1),
        "brightness": round(dice.uniform(0.8, 1.15), 2),
        "jitter": 3.0,
    }


def read_card(path: Path) -> str:
    """What stands on a printed badge or slip. Raises `NotSoon` when there is no code on it."""
    with Image.open(path) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    if not found:
        raise NotSoon(f"there is no readable code on {path}")
    return str(found[0].text)


class Hall:
    """The room in front of the box: its camera, its doors, and its screen. Made with ``async with``."""

    def __init__(self, plant: Path, pages: Callable[[], str], seed: int = 1) -> None:
        """``pages`` says where the pages are now: their process may be started anew."""
        self._plant_path = plant
        self._pages = pages
        self._dice = random.Random(seed)
        self._held = ""
        self._seen: dict[str, float] = {}
        self.plant: AsyncPlantClient

    async def __aenter__(self) -> Hall:
        self.plant = await AsyncPlantClient.connect(self._plant_path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.plant.close()

    @property
    def kiosk(self) -> Browser:
        return Browser(self._pages(), "/kiosk")

    @property
    def staff_page(self) -> Browser:
        return Browser(self._pages(), "/staff")

    @property
    def technician_page(self) -> Browser:
        return Browser(self._pages(), "/technician")

    # --- the camera ---------------------------------------------------------------------------------------------------

    async def hold(self, scene: Scene) -> None:
        """Holds something before the camera, until `take_away`.

        What was taken away a moment ago is held up again only when the reader takes it for a second time of showing.
        """
        self._held = str(scene.get("text") or scene.get("data") or scene.get("path"))
        if self._held in self._seen:
            await asyncio.sleep(max(0.0, self._seen[self._held] + AGAIN_AFTER_S - time.monotonic()))
        await self.plant.set_scene(scene)

    async def take_away(self) -> None:
        self._seen[self._held] = time.monotonic()
        await self.plant.set_scene(None)

    def phone(self, text: str) -> Scene:
        """A phone that shows a code."""
        return {"kind": "phone", "text": text, "pose": a_hand(self._dice), "seed": self._dice.randrange(1 << 16)}

    def slip(self, text: str) -> Scene:
        """A printed slip or badge with a QR code."""
        return {"kind": "slip", "text": text, "pose": a_hand(self._dice), "seed": self._dice.randrange(1 << 16)}

    def label(self, order: str) -> Scene:
        """An envelope with the barcode of its order."""
        pose = a_hand(self._dice, 0.72)
        return {"kind": "barcode", "text": order, "pose": pose, "seed": self._dice.randrange(1 << 16)}

    async def show(self, scene: Scene, *pages: str) -> Page:
        """Holds something up until the residents' screen shows one of ``pages``."""
        await self.hold(scene)
        try:
            return await self.kiosk.until_page(*pages)
        finally:
            await self.take_away()

    # --- a resident ---------------------------------------------------------------------------------------------------

    async def collect(self, scene: Scene, knows: Knows | None = None, *, say: Say = lambda _: None) -> list[str]:
        """Shows a code, does what the screen asks for, takes everything and goes. What was taken.

        Raises `NotSoon` when the screen says that there is nothing to collect.
        """
        knows = knows or Knows()
        await self.hold(scene)
        try:
            page = await self.kiosk.until(lambda seen: seen.name not in ("start", "no_answer"), "answer to the code")
        finally:
            await self.take_away()
        return await self.carry_on(page, knows, say=say)

    async def carry_on(self, page: Page, knows: Knows, *, say: Say = lambda _: None) -> list[str]:
        """From a page of a pickup that has begun to its end. Raises as `collect`."""
        taken: list[str] = []
        while page.name != "done":
            if page.name in AT_THE_DOOR:
                say(f"the screen says: {page.headline}")
                taken += await self.empty(page.compartment, returns=page.name == "take_return")
                page = await self.kiosk.until(lambda seen: seen.name not in AT_THE_DOOR, "page after the closed door")
            else:
                page = await self._answer(page, knows)
        await self.kiosk.tap(page.form("dismiss"))
        if knows.document is not None:
            await knows.document.take()
        return taken

    async def _answer(self, page: Page, knows: Knows) -> Page:
        """What a person taps or types on a page that asks."""
        match page.name:
            case "checking" | "no_answer" | "reconnecting":
                await asyncio.sleep(0.03)
                return await self.kiosk.look()
            case "birth" | "birth_wrong" if knows.birth_date:
                day, month, year = knows.birth_date[6:8], knows.birth_date[4:6], knows.birth_date[:4]
                await self.kiosk.tap(page.form("factor"), day=day, month=month, year=year)
            case "pin" | "pin_wrong" | "proxy" | "proxy_wrong" if knows.pin:
                await self.kiosk.tap(page.form("factor"), value=knows.pin)
            case "chip_place" | "chip_removed" if knows.document is not None:
                await knows.document.lay()
            case "chip_can" if knows.document is not None:
                await self._open_chip(page, knows.document)
            case "chip_mrz" if knows.document is not None:
                await self.show({"kind": "document", "text": knows.document.lines}, "chip_reading", *_AFTER_A_CHIP)
                return await self.kiosk.look()
            case "chip_reading":
                pass
            case "old_ask":
                answer = "yes" if knows.old_document else "no"
                await self.kiosk.tap(page.form("declare", answer=answer))
            case "several" | "pin_letter" | "old_none_allow":
                await self.kiosk.tap(page.form("declare", answer="yes"))
            case "confirm":
                await self.kiosk.tap(page.form("confirm", choice="everything"))
            case _:
                raise NotSoon(f"the screen says: {page.headline} ({page.name})")
        return await self.kiosk.until(lambda seen: seen.name != page.name, f"page after {page.name}")

    async def _open_chip(self, page: Page, document: Carried) -> None:
        if document.can:
            await self.kiosk.tap(page.form("factor"), value=document.can)
        else:
            await self.kiosk.tap(page.form("access", kind="mrz"))

    async def pull(self, label: str) -> None:
        """Waits until the door springs ajar and pulls it; presses it, as the page asks, when it does not spring."""
        if not await self.plant.wait(label, open=True, timeout_ms=_DOOR_WITHIN_MS):
            raise NotSoon(f"door {label} did not open")
        await self.plant.pull(label)

    async def empty(self, label: str, *, returns: bool = False) -> list[str]:
        """Pulls the door, takes what is inside and closes it. Leaves the old document there when asked for it."""
        await self.pull(label)
        taken = await self.plant.take(label)
        if returns or (await self.kiosk.look()).name == "take_return":
            await self.plant.put(label, "old-document")
        await self.plant.close_door(label)
        return taken

    # --- a member of staff --------------------------------------------------------------------------------------------

    async def log_in(self, badge: str, pin: str) -> Page:
        """Badge to the camera, PIN to the staff page."""
        await self.hold(self.slip(badge))
        try:
            page = await self.staff_page.until_page("pin")
        finally:
            await self.take_away()
        await self.staff_page.tap(page.form("login"), pin=pin)
        return await self.staff_page.until_page("load_ready")

    async def log_out(self) -> None:
        page = await self.staff_page.until(lambda seen: any(form.action.endswith("/logout") for form in seen.forms), "")
        await self.staff_page.tap(page.form("logout"))
        await self.kiosk.until_page("start")

    async def load(self, order: str, envelope: str) -> str:
        """Scans an envelope, puts it into the compartment that opens, and closes. The compartment's label."""
        await self.hold(self.label(order))
        try:
            page = await self.staff_page.until_page("load_open")
        finally:
            await self.take_away()
        label = page.compartment
        await self.pull(label)
        await self.plant.put(label, envelope)
        await self.plant.close_door(label)
        await self.staff_page.until_page("load_ready")
        return label

    async def look_into(self, label: str, badge: str) -> list[str]:
        """Settles a compartment in doubt, logged in: the page's button, the badge, the door. What lies inside."""
        await self.staff_page.until_page("load_ready")
        page = await self.staff_page.look("clarification")
        await self.staff_page.tap(page.form("request_opening", compartment=label))
        await self.staff_page.until_page("show_badge")
        await self.hold(self.slip(badge))
        try:
            await self.staff_page.until_page("open")
        finally:
            await self.take_away()
        await self.pull(label)
        inside = (await self.plant.box(label)).contents
        await self.plant.close_door(label)
        await self.staff_page.until_page("report")
        return list(inside)

    async def report(self, contents: str, **end: str) -> None:
        """Answers what lies inside now; ``deposit_end``: what became of the envelope."""
        page = await self.staff_page.until_page("report")
        await self.staff_page.tap(page.form("report", contents=contents, **end))
        await self.staff_page.until_page("load_ready")

    # --- a technician -------------------------------------------------------------------------------------------------

    async def test_lock(self, label: str, column: int) -> None:
        """Opens an empty compartment from the technician's page, logged in, and closes it again. ``column``: which it
        is in, from 0.
        """
        doors = f"doors:{column}"

        async def ready() -> Page:
            return await self.technician_page.until(
                lambda page: page.offers("test", compartment=label), f"button that tests {label}", place=doors
            )

        page = await ready()
        await self.technician_page.tap(page.form("test", compartment=label))
        await self.pull(label)
        await self.plant.close_door(label)
        await ready()
