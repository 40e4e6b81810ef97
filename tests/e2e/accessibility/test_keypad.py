"""The tactile keypad alone: everything a finger can do on the screen, in the order in which it is read."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Page

from tests.e2e.accessibility.places import PLACES, SHOW, Place
from tests.e2e.accessibility.test_walks_by_ear import leads, start
from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import Watched, browser, opened

pytestmark = pytest.mark.e2e

#: The control that has the focus, and whether it is seen that it has it: an outline, wholly on the screen.
HERE = """() => {
  const at = document.activeElement, r = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3;
  const inside = r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight;
  return [at.dataset.key || "", outlined && inside];
}"""


@dataclass
class Hand:
    """Presses keys, and sees where the focus is."""

    window: Watched

    @property
    def page(self) -> Page:
        return self.window.page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def here(self) -> str:
        """The control with the focus; it must be seen."""
        key, seen = await self.page.evaluate(HERE)
        assert seen or not key, f"nobody sees that {key} has the focus"
        return str(key)

    async def goes_to(self, wanted: str, key: str = "ArrowDown") -> None:
        met = []
        for _ in range(60):
            await self.press(key)
            met.append(await self.here())
            if met[-1] == wanted:
                return
        raise AssertionError(f"{wanted} cannot be reached; there are {sorted(set(met))}")

    async def chooses(self, wanted: str) -> None:
        await self.goes_to(wanted)
        await self.press("Enter")


@pytest.mark.parametrize("language", ["de", "ar"])
async def test_every_control_of_every_page_is_reached_both_ways_and_seen(stand: Stand, language: str) -> None:
    """Down meets each once, in the order in which the page is written, and comes round; up is the way back."""
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        await hand.press("Shift")
        # From the right, a few places are enough: the order on the screen is looked at in every language (test_axe).
        for place in PLACES if language == "de" else PLACES[::6]:
            revision = stand.controller.show("kiosk", place.view(language))
            await window.page.wait_for_selector(f'#page[data-tag$="-{revision}"]')
            assert await window.page.evaluate(SHOW, [place.layer, []])
            wanted = await window.page.evaluate(
                """(layer) => [...page().querySelectorAll("button:not(:disabled)")]
                .filter((e) => e.checkVisibility() && (!layer || e.closest("[data-layer]")?.dataset.layer === layer))
                .map((e) => e.dataset.key)""",
                place.layer,
            )
            down = []
            for _ in wanted:
                await hand.press("ArrowDown")
                down.append(await hand.here())
            assert down == wanted, place
            if not wanted:
                continue
            await hand.press("ArrowDown")
            assert await hand.here() == wanted[0], f"{place}: it goes round"
            await hand.press("ArrowUp")
            assert await hand.here() == wanted[-1], place


async def test_left_and_right_follow_the_direction_of_the_language(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        for language, forward, backward in (("de", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")):
            stand.controller.show("kiosk", views.kiosk("birth", language))
            await window.page.wait_for_selector(f'html[lang="{language}"]')
            await hand.goes_to("field-day")
            await hand.press(forward)
            assert await hand.here() == "field-month"
            await hand.press(backward)
            assert await hand.here() == "field-day"


async def test_a_layer_holds_the_focus_and_gives_it_back(stand: Stand) -> None:
    stand.controller.show("kiosk", start())
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        for opener in ("tool-help", "tool-privacy", "tool-language", "show-number"):
            await hand.chooses(opener)
            inside = set()
            for _ in range(40):
                await hand.press("ArrowDown")
                inside.add(await window.page.evaluate("document.activeElement.closest('[data-layer]').dataset.layer"))
            assert inside == {opener.rpartition("-")[2]}
            await hand.press("Escape")
            assert await window.page.evaluate("openLayer()") == ""
            assert await hand.here() == opener
            # By its own button just as well.
            await hand.press("Enter")
            await hand.chooses("layer-back")
            assert await hand.here() == opener


async def test_a_hand_that_rests_on_a_key_does_nothing_twice(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("confirm"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        await window.shows("confirm")
        for _ in range(5):
            await window.page.keyboard.down("ArrowDown")
        await window.page.keyboard.up("ArrowDown")
        assert await hand.here() == "confirmeverything"
        for _ in range(5):
            await window.page.keyboard.down("Enter")
        await window.page.keyboard.up("Enter")
        stand.controller.show("kiosk", views.kiosk("birth"))
        await window.shows("birth")
        for _ in range(5):
            await window.page.keyboard.down("3")
        await window.page.keyboard.up("3")
        assert await window.page.evaluate("Entry.values.day") == "3"
    assert len(stand.controller.asked("resident.confirm")) == 1


async def test_scan_birth_date_take_confirm_done_without_touching(stand: Stand) -> None:
    stand.controller.show("kiosk", start())
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        stand.controller.show("kiosk", views.kiosk("birth"))
        await window.shows("birth")
        await hand.press(*"31121990")
        # The last digit leads to [Continue].
        await window.page.wait_for_function("() => document.activeElement.matches('[data-enter]')")
        assert await hand.here() == "enter"
        leads(stand, "resident.factor", views.kiosk("take"))
        await hand.press("Enter")
        await window.shows("take")
        stand.controller.show("kiosk", views.kiosk("confirm"))
        await window.shows("confirm")
        leads(stand, "resident.confirm", views.kiosk("done"))
        await hand.chooses("confirmeverything")
        await window.shows("done")
        leads(stand, "resident.dismiss", start())
        await hand.chooses("dismiss")
        await window.shows("start")
    assert [each["value"] for each in stand.controller.asked("resident.factor")] == ["19901231"]


async def test_fields_are_mended_and_the_screens_own_keys_are_pressed(stand: Stand) -> None:
    """Without digits on the keypad: arrows and Enter type on the screen."""
    stand.controller.show("kiosk", views.kiosk("pin"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        await window.shows("pin")
        for digit in "4711":
            await hand.chooses(f"digit-{digit}")
        await hand.chooses("erase")
        await hand.chooses("digit-2")
        await hand.chooses("enter")
        await window.page.wait_for_function("() => !busy")
    assert [each["value"] for each in stand.controller.asked("resident.factor")] == ["4712"]


async def test_number_language_modes_help_more_time_and_cancel(stand: Stand) -> None:
    stand.controller.show("kiosk", start())
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        await hand.chooses("show-number")
        await hand.press(*"123456789018")
        await window.page.wait_for_function("() => document.activeElement.matches('[data-enter]')")
        await hand.press("Backspace")
        await hand.press("Escape")
        assert await hand.here() == "show-number"

        leads(stand, "resident.language", start(language="tr"))
        await hand.chooses("language-tr")
        await window.page.wait_for_selector('html[lang="tr"]')
        for mode in ("larger", "contrast", "reach"):
            await hand.chooses(f"tool-{mode}")
            assert await window.page.evaluate(f"document.documentElement.hasAttribute('data-{mode}')")
            assert await hand.here() == f"tool-{mode}"

        stand.controller.show("kiosk", views.kiosk("birth", ends_in_ms=60_000, warns_in_ms=1))
        await window.page.wait_for_selector('[data-layer="more_time"]:not([hidden])')
        leads(stand, "resident.more_time", views.kiosk("birth"))
        await hand.chooses("more_time")
        await window.page.wait_for_selector('[data-layer="more_time"]', state="hidden")
        leads(stand, "resident.help", views.kiosk("birth", help="pending", help_reference="K7-2293"))
        await hand.chooses("help")
        await window.page.wait_for_selector(".strip")
        await hand.press("Escape")
        leads(stand, "resident.cancel", views.kiosk("ended"))
        await hand.chooses("cancel")
        await window.shows("ended")
    asked = [method for method, _ in stand.controller.requests if method != "resident.modes"]
    assert asked == ["resident.language", "resident.more_time", "resident.help", "resident.cancel"]


FOREIGN = (
    *("Control+r", "F5", "Control+f", "F3", "F7", "Control+Equal", "Control+Minus", "Alt+ArrowLeft", "Control+p"),
    *("Control+u", "Control+w", "Control+Enter", "F1", "F12", "Meta+a", "Space", "a", "Delete", "Home", "ContextMenu"),
)


async def test_no_other_key_does_anything(stand: Stand) -> None:
    """Whatever keyboard is plugged in: nothing is typed, searched, enlarged, loaded anew; nothing has the focus
    then.
    """
    stand.controller.show("kiosk", views.kiosk("birth"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        hand = Hand(window)
        await hand.page.evaluate("window.stood = true")
        await hand.page.evaluate(
            """() => { window.left = []; window.held = [];
              document.documentElement.addEventListener("keydown", (event) => left.push(event.key), true);
              const prevent = Event.prototype.preventDefault;
              Event.prototype.preventDefault = function () { held.push(this.key); prevent.call(this); }; }"""
        )
        before = await hand.page.evaluate("[devicePixelRatio, document.activeElement.className, location.href]")
        for key in FOREIGN:
            await hand.press(key)
        assert await hand.page.evaluate("left") == [], "no script of the page heard of it"
        held = await hand.page.evaluate("held")
        assert {"r", "F5", "f", "F3", "F7", "=", "-", "ArrowLeft", "p", "w", "Enter", "F12", " ", "a"} <= set(held)
        assert await hand.page.evaluate("stood")
        after = await hand.page.evaluate("[devicePixelRatio, document.activeElement.className, location.href]")
        assert after == before
        await hand.press("1", "2")
        assert await hand.page.evaluate("Entry.values.day") == "12"
        assert set(await hand.page.evaluate("left")) == {"1", "2"}


async def test_a_key_that_means_something_else_here_is_that_and_not_its_place(stand: Stand) -> None:
    """A keypad whose F9 is an arrow (``[keypad.keys]``): the browser gives the arrow as key, F9 as its place."""
    stand.controller.show("kiosk", start())
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.wait_for_function("typeof Speech === 'object'")
        await window.page.evaluate(
            """() => document.activeElement.dispatchEvent(
              new KeyboardEvent("keydown", { key: "ArrowDown", code: "F9", bubbles: true, cancelable: true }))"""
        )
        assert await Hand(window).here()
        assert not await window.page.evaluate("Speech.on")


def test_places_are_all_pages() -> None:
    assert {place.page for place in PLACES} == set(views.KIOSK)
    assert Place("confirm", "problem") in PLACES
