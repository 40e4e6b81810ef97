"""The tools, and the reading modes larger and reach, in Debian's Chromium."""

from __future__ import annotations

import msgspec
import pytest

from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened
from tests.e2e.pages.shots import PANELS

pytestmark = pytest.mark.e2e

#: Where each tool stands: name → [left, top].
PLACES = """() => Object.fromEntries([...document.querySelectorAll("#page .tools .tool")].map((e) => {
  const at = e.getBoundingClientRect();
  return [[...e.classList].find((c) => c.startsWith("tool--")), [at.x, at.y]];
}))"""


async def test_the_tools_stand_in_the_same_places_on_every_page_of_a_panel(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        places: list[dict[str, list[float]]] = [{} for _ in PANELS]
        for name, view in views.KIOSK.items():
            stand.controller.show("kiosk", view)
            await window.shows(name)
            for known, (width, height) in zip(places, PANELS, strict=True):
                await window.page.set_viewport_size({"width": width, "height": height})
                for tool, place in (await window.page.evaluate(PLACES)).items():
                    assert known.setdefault(tool, place) == place, (name, tool, width, height)
        assert {len(known) for known in places} == {9}


async def test_reach_mode_brings_what_is_touched_to_the_lower_part_of_a_tall_panel(stand: Stand) -> None:
    """The upper edge of every control, in millimetres above the panel's lower edge."""
    highest = """() => Math.max(...[...document.querySelectorAll("#page button")].filter((e) => e.checkVisibility())
      .map((e) => innerHeight - e.getBoundingClientRect().top)) / 5.56"""
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        for name, view in views.KIOSK.items():
            stand.controller.show("kiosk", msgspec.structs.replace(view, language="de"))
            await window.shows(name)
            before = await window.page.evaluate(highest)
            await window.page.click('[data-mode="reach"]')
            after = await window.page.evaluate(highest)
            assert after <= min(before, 175), name
            await window.page.click('[data-mode="reach"]')
        stand.controller.show("kiosk", views.kiosk("confirm"))
        await window.shows("confirm")
        await window.page.click('[data-mode="reach"]')
        assert await window.page.evaluate(highest) < 125


@pytest.mark.parametrize("language", ["de", "ru", "ar"])
async def test_larger_has_letters_of_nine_millimetres_on_the_first_panel(stand: Stand, language: str) -> None:
    """Capitals of 0.7° at 500 mm: EN 301 549, 5.1.4. On smaller panels it is as much as fits."""
    smallest = """() => Math.min(...[".headline", ".text", ".office", ".big .kern-label"]
      .flatMap((each) => [...document.querySelectorAll("#page .stage " + each)])
      .filter((e) => e.checkVisibility() && !e.closest(".language"))
      .map((e) => parseFloat(getComputedStyle(e).fontSize))) / 5.56"""
    async with browser() as chrome, opened(chrome, stand.ui.address, *PANELS[0]) as window:
        for name, view in views.KIOSK.items():
            stand.controller.show("kiosk", msgspec.structs.replace(view, language=language))
            await window.shows(name)
            await window.page.wait_for_selector(f'#page[lang="{language}"]')
            await window.page.evaluate("document.fonts.ready")
            await window.page.click('[data-mode="larger"]')
            assert await window.page.evaluate(smallest) >= 9, name
            await window.page.click('[data-mode="larger"]')


async def test_on_a_touch_screen_no_button_looks_as_if_it_were_chosen(stand: Stand) -> None:
    """Where the last tap was stays hovered, and the next page may have a button there."""
    look = "(element) => getComputedStyle(element).backgroundColor"
    async with browser() as chrome:
        context = await chrome.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True, is_mobile=True)
        page = await context.new_page()
        await page.goto(stand.ui.address)
        button = page.locator('[data-key="language-tr"]').first.first
        at_rest = await button.evaluate(look)
        await button.hover()
        assert await button.evaluate("(element) => element.matches(':hover')")
        assert await button.evaluate(look) == at_rest
        await context.close()
