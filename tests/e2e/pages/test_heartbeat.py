"""The page's heartbeat: it tells which revision was painted, and a page that shows nothing new tells nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened

pytestmark = pytest.mark.e2e


async def until(condition: Callable[[], object], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_every_revision_that_was_painted_is_told(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.origin) as screen:
        await until(lambda: stand.controller.kiosk.revision in stand.controller.shown)
        revision = stand.controller.show("kiosk", views.kiosk("code_unknown"))
        await until(lambda: stand.controller.shown[-1] == revision)
        beats = len(stand.controller.shown)
        await until(lambda: len(stand.controller.shown) > beats)  # and again, with nothing new
        assert stand.controller.shown[-1] == revision
        assert screen.complaints == []


async def test_a_renderer_that_hangs_says_nothing(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.origin) as screen:
        await until(lambda: stand.controller.shown)
        # Its picture stands, its connections too; only the script that would say so does not run.
        hanging = asyncio.create_task(
            screen.page.evaluate("{ const end = Date.now() + 5000; while (Date.now() < end); }")
        )
        await asyncio.sleep(0.5)
        beats = len(stand.controller.shown)
        await asyncio.sleep(3)
        assert len(stand.controller.shown) == beats
        await hanging
        await until(lambda: len(stand.controller.shown) > beats)


async def test_the_staff_page_is_no_heartbeat_of_the_residents(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, f"{stand.ui.origin}/technician"):
        await asyncio.sleep(2.5)
        assert stand.controller.shown == []
