"""Pictures of what is looked at from a desk: the office's pages of a real box with TLS and a login, and the monthly
report with a made story's October.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec

from controller.adapters.reports import view_of
from simulator.preload import Preload
from tests.e2e.office.test_office_in_browser import DESK, ITEMS, PATHS, SLIPS, at_a_desk, log_in
from tests.e2e.pages.running import Watched, browser, opened, ui
from tests.e2e.report.conftest import ReportingController
from tests.integration.office.support import STAFF, office_town
from tests.unit.reporting.conftest import NOW
from tests.unit.reporting.story import told

SIZE = DESK


async def shoot(directory: Path) -> list[Path]:
    """The pictures, in the order in which an office meets the pages."""
    directory.mkdir(parents=True, exist_ok=True)
    return [*await _office(directory), *await _report(directory)]


async def _picture(window: Watched, path: Path) -> Path:
    await window.page.evaluate("document.fonts.ready.then(() => true)")
    await window.page.screenshot(path=path)
    return path


async def _office(directory: Path) -> list[Path]:
    box = office_town(Preload(ITEMS[2:], SLIPS, STAFF, stored=ITEMS[:2]))
    office = await asyncio.to_thread(box.__enter__)  # it runs a loop of its own
    try:
        async with at_a_desk(office) as window:
            taken = [await _picture(window, directory / "office-login.png")]
            await log_in(window.page, "sabine")
            for path in PATHS:
                await window.page.goto(office.town.office_address + path)
                name = path.partition("?")[0].replace("/", "-") or "overview"
                taken.append(await _picture(window, directory / f"office-{name}.png"))
        return taken
    finally:
        await asyncio.to_thread(box.__exit__, None, None, None)


async def _report(directory: Path) -> list[Path]:
    with tempfile.TemporaryDirectory(prefix="shots") as scratch:
        socket = Path(scratch, "ui.sock")
        controller = ReportingController(socket)
        controller.report = msgspec.structs.replace(view_of(told().ledger(), "2026-10", NOW, NOW), may_note=True)
        async with controller, ui(socket) as running, browser() as chrome:
            controller.log_in()
            taken = []
            for address in ("report", "staff-report"):
                async with opened(chrome, f"{running.origin}/{address}", *SIZE) as window:
                    await window.shows("report")
                    taken.append(await _picture(window, directory / f"{address}.png"))
            return taken
