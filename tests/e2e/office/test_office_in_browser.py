"""The office's pages in Chromium, at a desk and on a tablet: everything fits, everything has a name, nothing complains;
and the way from a file to printed slips.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from simulator.preload import Preload
from tests.e2e.pages.running import CHROMIUM_FLAGS, Watched, chromium
from tests.integration.box.support import envelopes, events, slips, until
from tests.integration.office.support import NAME, PASSWORD, STAFF, OfficeTown, office_town

#: Its box is made once, by one worker.
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("office_in_browser")]

ITEMS, SLIPS = envelopes(4, "Reisepass"), slips(4)
DESK, TABLET = (1280, 900), (820, 1180)
PATHS = (
    "",
    "search?query=AUF",
    "order/D0",
    "order/D2",
    "expiring?days=28",
    "inside",
    "results",
    "report",
    "outage",
    "orders/new",
    "import",
)
FILE = "Vorgang;Dokumentart;Sprache;Geburtsdatum\nPA-2026-1;Reisepass;ar;31.12.1990\nPA-2026-2;Mondpass;;\n"


@pytest.fixture(scope="module")
def office() -> Iterator[OfficeTown]:
    with office_town(Preload(ITEMS[2:], SLIPS, STAFF, stored=ITEMS[:2])) as made:
        yield made


@asynccontextmanager
async def at_a_desk(office: OfficeTown, size: tuple[int, int] = DESK) -> AsyncIterator[Watched]:
    """A browser on the office's network. Who signed the certificate is looked at where the browser is httpx."""
    async with async_playwright() as playwright:
        flags = [*CHROMIUM_FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
        browser = await playwright.chromium.launch(executable_path=chromium(), headless=True, args=flags)
        try:
            context = await browser.new_context(
                ignore_https_errors=True, viewport={"width": size[0], "height": size[1]}
            )
            page = await context.new_page()
            watched = Watched(page)
            await page.goto(office.town.office_address)
            yield watched
        finally:
            await browser.close()


async def log_in(page: Page, staff: str) -> None:
    await page.fill("#f-staff", staff)
    await page.fill("#f-password", PASSWORD)
    await page.click("main button")
    await page.wait_for_selector("#live")


async def looked_at(page: Page) -> list[str]:
    """What axe-core finds, what is wider than the screen, and which names stand twice."""
    for step in await page.query_selector_all("details:not([open]) > summary"):
        await step.click()
    found = await Axe().run(page)
    complaints = [violation["id"] for violation in found.response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        complaints.append("wider than the screen")
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    complaints += [f"twice: {name}" for name in set(ids) if ids.count(name) > 1]
    return complaints


@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
async def test_every_page_fits_and_can_be_used_by_everybody(office: OfficeTown, size: tuple[int, int]) -> None:
    async with at_a_desk(office, size) as watched:
        page = watched.page
        assert await looked_at(page) == [], "login"
        await log_in(page, "sabine")
        for path in PATHS:
            await page.goto(office.town.office_address + path)
            assert await looked_at(page) == [], path
        assert watched.complaints == []


async def test_from_a_file_to_printed_slips(office: OfficeTown) -> None:
    async with at_a_desk(office) as watched:
        page = watched.page
        await log_in(page, "lena")
        await page.click("text=Datei einlesen")
        await page.set_input_files("#f-file", {"name": "a.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
        await page.click("text=Prüfen")
        await page.wait_for_selector("text=1 neu, 0 geändert, 1 Fehler")
        assert await looked_at(page) == []
        async with page.context.expect_page() as opening:
            await page.click("text=Übernehmen")
        paper = await opening.value
        await until(lambda: "PA-2026-1" in str(events(office.town, "DepositAnnounced")), "it is taken over")
        assert paper.url.endswith("/import/apply")
        await page.goto(office.town.office_address)
        await page.fill("#f-query", "pa-2026-1")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:has-text('PA-2026-1')")
        await page.click("text=Ausgabe sperren")
        await page.fill("#fhold-reason", "Foto prüfen")
        await page.click("button:has-text('Sperren')")
        await page.wait_for_selector("text=Wirksam: ja")
        await page.click("text=Abmelden")
        await page.wait_for_selector("#f-password")
        await page.goto(f"{office.town.office_address}search")
        await page.wait_for_selector("#f-password")
        assert watched.complaints == []


async def test_the_overview_follows_the_box(office: OfficeTown) -> None:
    """A task that somebody else leaves appears without a touch."""
    async with at_a_desk(office) as watched:
        page = watched.page
        await log_in(page, "sabine")
        assert await page.inner_text("#live >> text=Nichts zu tun.")
        with office.browser() as other:
            other.log_in("lena")
            assert other.submit("/", "/tasks/queue", kind="stocktake", compartment="A05").status_code == 303
        await page.wait_for_selector("#live >> text=Bestandsprüfung: Fach A05", timeout=60_000)
        assert watched.complaints == []
