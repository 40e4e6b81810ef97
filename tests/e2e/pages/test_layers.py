"""The number, a call for help and a knock, in Debian's Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route

from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened
from tests.e2e.pages.scripted import Refusal

pytestmark = pytest.mark.e2e

GROUPS = "() => [...document.querySelectorAll('[data-layer=number] [data-value]')].map((e) => e.textContent)"


async def tap(page: Page, digits: str) -> None:
    for digit in digits:
        await page.click(f'[data-layer="number"] [data-digit="{digit}"]')


async def test_a_slip_of_the_finger_costs_nothing_and_only_its_group_is_typed_again(stand: Stand) -> None:
    def unknown(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("code_unknown"))
        raise Refusal("code_unknown")

    stand.controller.answers["resident.number"] = unknown
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.click('[data-show="number"]')
        assert await window.headline() == "Abholnummer eintippen"
        await tap(window.page, "123456689014")
        assert await window.page.evaluate(GROUPS) == ["1234", "5668", "9014"]
        await window.page.click('[data-layer="number"] [data-enter]')
        await window.page.wait_for_selector("text=Bitte Nummer prüfen")
        assert stand.controller.asked("resident.number") == []
        assert await window.page.evaluate(GROUPS) == ["1234", "5668", "9014"]
        # A new fragment keeps it as well.
        stand.controller.show("kiosk", views.kiosk("start", help="pending"))
        await window.page.wait_for_selector(f'#page[data-tag$="-{stand.controller.kiosk.revision}"]')
        await window.page.click('[data-layer="number"] [data-key="field-2"]')
        await tap(window.page, "5678")
        assert await window.page.evaluate(GROUPS) == ["1234", "5678", "9014"]
        await window.page.click('[data-layer="number"] [data-enter]')
        await window.shows("code_unknown")
        assert await window.headline() == "Dieser Code passt hier nicht"
        await window.page.click('[data-show="number"]')
        assert await window.page.evaluate(GROUPS) == ["", "", ""]
        assert [each for each in window.complaints if "422" not in each] == []
    asked = stand.controller.asked("resident.number")
    assert [each["number"] for each in asked] == ["123456789014"]


async def test_a_number_is_not_left_behind_on_a_layer_that_was_closed(stand: Stand) -> None:
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.click('[data-show="number"]')
        await window.page.keyboard.type("1234567")
        assert await window.page.evaluate(GROUPS) == ["1234", "567", ""]
        await window.page.click('[data-layer="number"] [data-show=""]')
        # Nothing is typed into a layer that is closed.
        await window.page.keyboard.type("12")
        await window.page.click('[data-show="number"]')
        assert await window.page.evaluate(GROUPS) == ["", "", ""]


async def test_the_same_wrong_number_again_is_answered_by_the_page_and_not_by_the_layer(stand: Stand) -> None:
    def unknown(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("code_unknown"))

    stand.controller.answers["resident.number"] = unknown
    stand.controller.show("kiosk", views.kiosk("code_unknown"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        for times in (1, 2):
            await window.page.click('[data-show="number"]')
            await tap(window.page, "123456789014")
            await window.page.click('[data-layer="number"] [data-enter]')
            await window.page.wait_for_selector('[data-layer="number"]', state="hidden")
            assert await window.headline() == "Dieser Code passt hier nicht"
            assert len(stand.controller.asked("resident.number")) == times


@pytest.mark.parametrize(
    ("state", "headline", "said"),
    [
        ("pending", "Wir rufen jemanden", "Bitte bleiben Sie hier"),
        ("acknowledged", "Hilfe kommt", "Bitte bleiben Sie hier"),
        ("unstaffed", "Jetzt ist niemand da", "Do 14–18 Uhr"),
    ],
)
async def test_a_call_for_help_says_what_becomes_of_it(stand: Stand, state: str, headline: str, said: str) -> None:
    def called(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("take", help=state, help_reference="K7-2291"))

    stand.controller.answers["resident.help"] = called
    stand.controller.show("kiosk", views.kiosk("take"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("take")
        await window.page.click('[data-key="help"]')
        await window.page.wait_for_selector('[data-layer="call"]:not([hidden])')
        assert await window.headline() == headline
        layer = await window.page.inner_text('[data-layer="call"]')
        assert said in layer
        assert "K7-2291" in layer
        assert ("Hilfe kommt" in layer) == (state == "acknowledged"), "never said when nobody comes"
        await window.page.click('[data-layer="call"] [data-show=""]')
        assert await window.headline() == "Nehmen Sie den Umschlag"
        # The strip stays, also on the next page, and the tool opens the layer again.
        stand.controller.show("kiosk", views.kiosk("close", help=state, help_reference="K7-2291"))
        await window.shows("close")
        assert await window.headline() == "Bitte Tür A07 schließen"
        assert headline in await window.page.inner_text(".strip")
        await window.page.click('[data-key="tool-call"]')
        assert await window.headline() == headline
        assert window.complaints == []
    assert len(stand.controller.asked("resident.help")) == 1


async def test_help_cannot_be_called_where_the_box_does_not_offer_it(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("out_of_order"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.shows("out_of_order")
        assert await window.page.locator(".tool--call, .strip").count() == 0


@pytest.mark.parametrize("overtaken", [False, True])
async def test_whoever_knocks_is_told_that_the_team_knows(stand: Stand, overtaken: bool) -> None:
    """Also where the page that comes of it, asked for because the stream told of it, is there before the answer."""

    def knocked(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("staff_busy", actions=("language",)))

    stand.controller.answers["resident.knock"] = knocked
    stand.controller.show("kiosk", views.kiosk("staff_busy"))
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:

        async def late(route: Route) -> None:
            answer = await route.fetch()
            await window.page.wait_for_selector("text=Ich möchte abholen", state="detached")
            await route.fulfill(response=answer)

        if overtaken:
            await window.page.route("**/kiosk/knock", late)
        await window.shows("staff_busy")
        await window.page.click("text=Ich möchte abholen")
        await window.page.wait_for_selector("text=Wir haben dem Team Bescheid gesagt.")
        assert await window.page.locator("text=Ich möchte abholen").count() == 0
