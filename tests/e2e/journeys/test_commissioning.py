"""A technician before the front of a whole box with exchanged wires: asked on its page, put right, proved on paper."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, TimeoutError, expect

from hal.profile import shipped_profiles
from hal.wiring.moved_wires import load_map
from simulator.people import Hall
from simulator.preload import Preload
from simulator.town import Town
from tests.e2e.pages.running import browser, opened
from tests.integration.box.support import STAFF, TOM, hall, town
from tests.unit.paper.printed import reader

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


async def doors(people: Hall) -> list[str]:
    """What stands open, as anybody sees who stands there."""
    return [each.compartment for each in (await people.plant.status()).compartments if each.door != "closed"]


async def walks_the_round(people: Hall, page: Page) -> None:
    """Closes what opens, says what the page asks, until the page has a result."""
    last = ""
    for _ in range(600):
        if await page.locator('[data-key="protocol"]').count():
            return
        seen = await doors(people)
        last = seen[0] if seen else last
        asked = page.locator(f'[data-key="open-{last}"]') if last else None
        if asked is not None and await asked.count():
            with contextlib.suppress(TimeoutError):  # The page has gone on meanwhile.
                await asked.click(timeout=1_000)
        elif seen and await page.get_by_text(re.compile("Steht wirklich Tür|Bitte schließen")).count():
            await people.plant.close_door(seen[0])
        await asyncio.sleep(0.05)
    raise AssertionError(await page.inner_text("#page"))


async def begins(people: Hall, page: Page, key: str) -> None:
    await people.log_in(TOM)
    await page.wait_for_selector(f'[data-key="{key}"]:enabled')
    await page.click(f'[data-key="{key}"]')
    await page.wait_for_selector('[data-key="commission_pause"]')


def small(folder: Path) -> Path:
    """Three compartments: every lock takes its second."""
    parts = shipped_profiles()["gpio-12"].read_text("utf-8").split("[[compartments]]")
    file = folder / "three.toml"
    file.write_text("[[compartments]]".join(parts[:4]), "utf-8")
    return file


async def until_ended(box: Town) -> None:
    process = box.started_controller()
    for _ in range(600):
        if not process.running:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the controller goes on with the old map")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Town]:
    with town(Preload((), (), STAFF), profile=str(small(tmp_path))) as made:
        yield made


async def test_exchanged_wires_are_found_put_right_and_proved(box: Town, tmp_path: Path) -> None:
    address = f"{box.start_pages().rstrip('/')}/technician?look=commissioning"
    async with browser() as chrome, opened(chrome, address, 1280, 800) as window:
        page = window.page
        async with hall(box) as people:
            await people.plant.fault("A01", "swapped", "A02")
            await begins(people, page, "commission")
            await walks_the_round(people, page)
            await expect(page.get_by_text("Die Schlossleitung öffnet A02.").first).to_be_visible()
            await expect(page.get_by_text("A01: Schloss header:16 → header:17")).to_be_visible()
            await page.click('[data-key="correct_map"]')
            await until_ended(box)
        assert load_map(box.config / "cabinet.toml", box.data).compartment("A01").lock == 17
        box.start_controller()
        async with hall(box) as people:
            await begins(people, page, "commission")
            await walks_the_round(people, page)
            await expect(page.get_by_text("Ohne Befund:")).to_be_visible()
            async with page.expect_download(timeout=120_000) as download:
                await page.click('[data-key="protocol"]')
            file = tmp_path / "protocol.pdf"
            await (await download.value).save_as(file)
    paper = re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader(file.read_bytes()).pages))
    for words in ("Ohne Befund.", "3 von 3 Schlössern", "Geprüft von tom", "header:17"):
        assert words in paper
