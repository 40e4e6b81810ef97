"""Reading aloud is switched on, turned up, interrupted and switched off; a language without a voice; the server."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from tests.e2e.accessibility.listening import Listener, listening
from tests.e2e.accessibility.test_walks_by_ear import CONFIRM, ON, OPENING, START, comes, start, visit
from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened

pytestmark = pytest.mark.e2e


async def loudness(visitor: Listener) -> float:
    return float(await visitor.window.page.evaluate("Speech.sound.volume"))


async def test_headphones_switch_it_on_and_off(stand: Stand) -> None:
    stand.controller.show("kiosk", start())
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.press("ArrowDown")
        await visitor.hears_nothing()
        await visitor.press("F15")
        await visitor.hears(*ON, *START, "Nummer eintippen")
        await visitor.press("F16")
        await visitor.hears_nothing()
        await visitor.press("ArrowDown")
        await visitor.hears_nothing()


async def test_the_sockets_contact_switches_it_on_and_pulling_out_silences_at_once(stand: Stand) -> None:
    """As the controller tells it: no key, no touch."""
    stand.controller.show("kiosk", start(headphones="out"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.hears_nothing()
        stand.controller.show("kiosk", start(headphones="in"))
        await visitor.hears(*ON, *START)
        comes(stand, "confirm", headphones="in")
        await visitor.hears(*CONFIRM)
        await visitor.press("AudioVolumeUp", "AudioVolumeUp")
        await visitor.listens()
        await visitor.window.page.evaluate("() => { window.pauses = 0; Speech.say(Speech.standing()); }")
        comes(stand, "confirm", headphones="out")
        await visitor.window.page.wait_for_function("() => !Speech.on && !Speech.queue.length && Speech.sound.cut")
        said = len(await visitor.window.page.evaluate("heard"))
        comes(stand, "done", headphones="out")
        await visitor.window.shows("done")
        await visitor.press("ArrowDown")
        assert len(await visitor.window.page.evaluate("heard")) <= said + 1, "what was being said, cut short, at most"
        await visitor.window.page.wait_for_function("() => Speech.level === USUAL_LOUDNESS")


async def test_a_keypads_own_socket_is_not_silenced_by_the_other_one(stand: Stand) -> None:
    stand.controller.show("kiosk", start(headphones="out"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.press("F15")
        await visitor.hears(*ON, *START)
        comes(stand, "confirm", headphones="out")
        await visitor.hears(*CONFIRM)


async def test_headphones_that_were_in_before_the_page_came(stand: Stand) -> None:
    stand.controller.show("kiosk", start(headphones="in"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.hears(*ON, *START)


async def test_a_controller_that_is_away_says_nothing_of_headphones(stand: Stand) -> None:
    """Its page does not know; who listens goes on listening."""
    stand.controller.show("kiosk", start(headphones="in"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.hears(*ON, *START)
        comes(stand, "interrupted")
        await visitor.window.shows("interrupted")
        await visitor.listens(at_least=len(ON + START) + 1)
        assert await visitor.window.page.evaluate("Speech.on && Speech.plugged")


async def test_its_button_opens_the_layer_with_its_controls(stand: Stand) -> None:
    stand.controller.show("kiosk", start())
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        button = visitor.window.page.locator('[data-speech="toggle"]')
        assert await button.get_attribute("aria-pressed") == "false"
        await button.click()
        await visitor.hears(*ON)
        assert await button.get_attribute("aria-pressed") == "true"
        assert await visitor.window.headline() == "Vorlesen ist an"
        await visitor.window.page.click('[data-speech="louder"]')
        await visitor.hears("Lauter")
        await visitor.window.page.click('[data-speech="again"]')
        await visitor.hears(*ON, "Noch einmal")
        await visitor.window.page.click('[data-speech="off"]')
        await visitor.hears("Vorlesen ist aus")
        assert await button.get_attribute("aria-pressed") == "false"


async def test_louder_quieter_and_as_usual_for_the_next_person(stand: Stand) -> None:
    async with visit(stand) as visitor:
        usual = await loudness(visitor)
        await visitor.press("AudioVolumeUp")
        await visitor.hears("Lauter")
        assert await loudness(visitor) > usual
        for _ in range(6):
            await visitor.press("AudioVolumeDown")
            await visitor.hears("Leiser")
        assert 0 < await loudness(visitor) < usual, "it is never turned off by accident"
        comes(stand, "opening")
        await visitor.hears(*OPENING)
        stand.controller.show("kiosk", start())
        await visitor.window.shows("start")
        await visitor.press("F9")
        await visitor.hears(*ON, *START)
        assert await loudness(visitor) == usual


async def test_it_stays_on_after_a_code_that_was_not_taken(stand: Stand) -> None:
    """The person is the same: nobody has been served."""
    async with visit(stand) as visitor:
        comes(stand, "code_foreign")
        await visitor.window.shows("code_foreign")
        await visitor.listens(at_least=len(ON + START) + 2)
        stand.controller.show("kiosk", start())
        await visitor.hears(*START)


async def test_after_a_minute_of_nothing_it_says_that_it_is_off_unless_headphones_are_in(stand: Stand) -> None:
    nobody = "() => { touchedAt = performance.now() - 61_000; }"
    async with visit(stand) as visitor:
        await visitor.window.page.evaluate(nobody)
        await visitor.hears("Vorlesen ist aus")
        await visitor.press("F15")
        await visitor.hears(*ON, *START)
        await visitor.window.page.click('[data-mode="contrast"]')
        await visitor.listens()
        await visitor.window.page.evaluate(nobody)
        await visitor.window.page.wait_for_selector("html:not([data-contrast])")
        comes(stand, "opening")
        await visitor.hears(*OPENING)


async def test_a_key_interrupts_and_another_repeats(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "confirm")
        await visitor.hears(*CONFIRM)
        await visitor.press("F8")
        await visitor.hears(*CONFIRM)
        await visitor.press("ArrowDown")
        await visitor.hears("Ja, alles da")
        await visitor.press("F8")
        await visitor.hears(*CONFIRM, "Ja, alles da")
        # What is being said ends with the next key: only the last control of three is heard to its end.
        await visitor.window.page.evaluate(
            """() => { for (let n = 0; n < 3; n++) {
              document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
            } }"""
        )
        await visitor.listens()
        assert visitor.spoken[-1][1] not in ("Fach noch einmal öffnen", "Etwas stimmt nicht")
        assert [text for _, text in visitor.spoken].count("Fach noch einmal öffnen") == 0


async def test_a_control_says_how_it_stands(stand: Stand) -> None:
    async with visit(stand) as visitor:
        await visitor.finds("Kontrast")
        await visitor.press("Enter")
        await visitor.hears("Kontrast", "eingeschaltet")
        await visitor.press("Enter")
        await visitor.hears("Kontrast", "ausgeschaltet")


async def test_a_language_without_a_voice_says_so_and_offers_german(stand: Stand) -> None:
    def choose(params: dict[str, object]) -> None:
        assert params["language"] == "de"
        stand.controller.show("kiosk", start())

    stand.controller.answers["resident.language"] = choose
    stand.controller.show("kiosk", start(language="ti"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.press("F9")
        await visitor.hears("Wir können in dieser Sprache nicht vorlesen. Auf Deutsch geht es.")
        seen = await visitor.window.page.inner_text('[data-layer="speech_missing"]')
        assert "Wir können in dieser Sprache nicht vorlesen" in seen
        assert re.search(r"[\u1200-\u137f]{3}", seen), "and in the language itself"
        await visitor.chooses("Auf Deutsch vorlesen")
        await visitor.window.page.wait_for_selector('#page[lang="de"]')
        await visitor.listens(at_least=4)
        assert [text for _, text in visitor.spoken if text in START] == list(START)


async def test_the_words_for_a_server_that_has_gone_were_fetched_before(stand: Stand) -> None:
    async with visit(stand) as visitor:
        names = await visitor.window.page.evaluate("Speech.farewell.map((sound) => sound.src)")
        async with stand.client() as client:
            said = [unquote((await client.get(name)).headers["x-says"]) for name in names]
    assert said[0] == "Gestört"
    assert "Out of order" in said


async def test_the_browser_really_plays_it(stand: Stand) -> None:
    """Without the ears of the tests: Chromium loads it past the policy, decodes it, and says that it ended."""
    stand.controller.show("kiosk", start())
    async with browser() as chrome, opened(chrome, stand.ui.address) as window:
        await window.page.wait_for_function("() => typeof Speech === 'object'")
        await window.page.evaluate("() => { window.ended = 0; addEventListener('ended', () => ended++, true); }")
        await window.page.keyboard.press("F9")
        await window.page.wait_for_function("() => Speech.sound.duration > 0.5 && Speech.sound.currentTime > 0.2")
        first = await window.page.evaluate("Speech.sound.src")
        await window.page.wait_for_function("(first) => Speech.sound.src !== first", arg=first)
        assert await window.page.evaluate("Speech.sound.error") is None
        assert window.complaints == []


async def test_only_what_a_page_carries_can_be_heard(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("collected"))
    async with stand.client() as client:
        html = (await client.get("/kiosk/fragment")).text
        name = re.findall(r'data-say="(\w+)', html)[-1]
        answer = await client.get(f"/speech/{name}.wav")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content[:4] == b"RIFF"
        for wrong in ("x", "0" * 32, f"{name}0", "Dokument%20abholen", f"{name}.wav"):
            assert (await client.get(f"/speech/{wrong}.wav")).status_code == 404
        assert (await client.post(f"/speech/{name}.wav", content=b"")).status_code == 405
        assert (await client.post("/speech", json={"text": "Hallo"})).status_code == 404
    assert "14. März" not in "".join(stand.ui.output)
