"""People in the hall: staff who load, residents who collect, each through the box's real sockets and the plant's real
doors.

A `Hall` shows codes as a reader process would (over the ``reader-qr`` socket) and touches pages as the pages' process
would (over the ``ui`` socket). What the camera sees is another matter, for the reader's own tests and the demo.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from controller.api import (
    Confirm,
    ControlClient,
    ControlError,
    EnterNumber,
    GetKiosk,
    GetStaff,
    KioskView,
    StaffLogin,
    StaffLogout,
    StaffReport,
    StaffRequestOpening,
    StaffView,
)
from simulator.plant.client import AsyncPlantClient
from simulator.preload import Badge
from simulator.reader_line import ReaderLine, Streams, open_line

View = TypeVar("View")


class NotSoon(AssertionError):
    """What should have happened did not, in time."""


class Scanner(ReaderLine):
    """Speaks as a reader process: reports what was read, and hears the scan mode."""

    def __init__(self, streams: Streams) -> None:
        super().__init__(streams)
        self.mode = ""

    @classmethod
    async def connect(cls, path: Path) -> Scanner:
        scanner = cls(await open_line(path))
        await scanner.say_health()
        return scanner

    async def say_health(self) -> None:
        await self.ask("reader.health", source="hall", state="ok", frames=1, decoded=0, pages=True)

    def hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "scan.mode":
            self.mode = params["mode"]

    async def show(self, text: str, symbology: str = "qr") -> str:
        """Holds a code before the scanner. The reason when it was refused, empty when taken."""
        result = await self.ask(
            "scan.report",
            text=text,
            symbology=symbology,
            captured_mono_ms=time.monotonic_ns() // 1_000_000,
            source="hall",
        )
        return "" if result["accepted"] else str(result["reason"])


async def while_running(work: Coroutine[None, None, None], running: Callable[[], bool], grace_s: float = 3.0) -> None:
    """Does ``work`` with a controller that may die meanwhile. Raises what ``work`` raises.

    Who talks to a dead controller mostly hears it at once. But its listening sockets live on, and a connection that
    was made and never accepted stays silent: after ``grace_s`` such work is cancelled.
    """
    doing = asyncio.create_task(work)
    try:
        while running() and not doing.done():
            await asyncio.wait({doing}, timeout=0.02)
        await asyncio.wait({doing}, timeout=grace_s)
    finally:
        if not doing.done():
            doing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await doing
    if not doing.cancelled():
        doing.result()


class Hall:
    """One connection of each kind; made with ``async with Hall(...)``."""

    def __init__(self, sockets: dict[str, Path], plant: Path) -> None:
        self.sockets = sockets
        self._plant_path = plant
        self.plant: AsyncPlantClient
        self.scanner: Scanner
        self.page: ControlClient

    async def __aenter__(self) -> Hall:
        self.plant = await AsyncPlantClient.connect(self._plant_path)
        self.scanner = await Scanner.connect(self.sockets["reader-qr"])
        self.page = await ControlClient.connect(str(self.sockets["ui"]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.scanner.close()
        await self.page.close()
        await self.plant.close()

    async def kiosk(self) -> KioskView:
        return await self.page.call(GetKiosk())

    async def staff(self) -> StaffView:
        return await self.page.call(GetStaff())

    async def until_kiosk(self, *pages: str, within_s: float = 30.0) -> KioskView:
        """Waits for one of the resident's ``pages``."""
        return await self._until(self.kiosk, lambda view: view.page in pages, within_s, f"kiosk page {pages}")

    async def until_staff(self, condition: Callable[[StaffView], bool], what: str, within_s: float = 30.0) -> StaffView:
        return await self._until(self.staff, condition, within_s, f"staff page: {what}")

    async def _until(
        self, get: Callable[[], Awaitable[View]], condition: Callable[[View], bool], within_s: float, what: str
    ) -> View:
        deadline = time.monotonic() + within_s
        while True:
            view = await get()
            if condition(view):
                return view
            if time.monotonic() > deadline:
                raise NotSoon(f"no {what} within {within_s} s; there is {view}")
            await asyncio.sleep(0.01)

    async def log_in(self, badge: Badge) -> StaffView:
        """Badge, then PIN."""
        refused = await self.scanner.show(badge.text)
        if refused:
            raise NotSoon(f"the badge was refused: {refused}")
        await self.page.call(StaffLogin(badge.pin))
        return await self.until_staff(lambda view: bool(view.session), "logged in")

    async def log_out(self) -> None:
        view = await self.staff()
        await self.page.call(StaffLogout(view.session))

    async def load(self, order: str, envelope: str) -> str:
        """Scans an order and puts the envelope in; the compartment's label."""
        refused = await self.scanner.show(order, "code_128")
        if refused:
            raise NotSoon(f"the order was refused: {refused}")
        view = await self.until_staff(lambda view: view.page == "load_open", "a compartment opens")
        label = view.compartment
        await self.open_door(label)
        await self.plant.put(label, envelope)
        await self.plant.close_door(label)
        await self.until_staff(
            lambda view: view.page == "load_ready" and view.notice is not None and view.notice.code == "load_booked",
            "booked",
        )
        return label

    async def look_into(
        self, label: str, badges: Sequence[Badge], purpose: str = "clarification", reason: str = ""
    ) -> list[str]:
        """A guided opening by who is logged in: request, badges, door. What lies inside; the door is closed again and
        `report` is due.
        """
        view = await self.staff()
        await self.page.call(StaffRequestOpening(view.session, label, purpose, reason))
        await asyncio.sleep(0.005)  # a badge read in the very millisecond of the request does not count
        for badge in badges:
            refused = await self.scanner.show(badge.text)
            if refused:
                raise NotSoon(f"the badge of {badge.staff} was refused: {refused}")
        await self.open_door(label)
        contents = (await self.plant.box(label)).contents
        await self.plant.close_door(label)
        await self.until_staff(lambda view: view.page in ("report", "scan_out"), f"asks what lies in {label}")
        return contents

    async def report(self, contents: str, deposit_end: str = "") -> None:
        """Says what lies in the compartment that was opened: empty, envelope or old_document."""
        view = await self.staff()
        await self.page.call(StaffReport(view.session, contents, deposit_end))

    async def open_door(self, label: str) -> None:
        """Waits until the door springs ajar, and pulls it open."""
        if not await self.plant.wait(label, open=True, timeout_ms=10_000):
            raise NotSoon(f"{label} did not open")
        await self.plant.pull(label)

    async def type_number(self, number: str) -> str:
        """Types a pickup number on the page that stands. The reason when it was refused, empty when taken."""
        view = await self.kiosk()
        try:
            await self.page.call(EnterNumber(view.revision, number))
        except ControlError as error:
            return error.reason
        return ""

    async def collect(self, code: str, choice: str = "everything") -> list[str]:
        """Shows a code, takes what is inside, closes the door and says ``choice`` (empty: nothing). What was taken."""
        refused = await self.scanner.show(code)
        if refused:
            raise NotSoon(f"the code was refused: {refused}")
        return await self.collect_at_door(choice)

    async def collect_at_door(self, choice: str = "everything") -> list[str]:
        """What `collect` does from the moment at which the door opens."""
        view = await self.until_kiosk("opening", "take")
        taken = await self.take(view.compartment)
        view = await self.until_kiosk("confirm")
        if choice:
            await self.page.call(Confirm(view.session, view.revision, choice))
        return taken

    async def take(self, label: str) -> list[str]:
        """Takes everything out of an opening compartment and closes its door."""
        await self.open_door(label)
        taken = await self.plant.take(label)
        await self.plant.close_door(label)
        return taken
