"""The technician's place for a round before the front: what it asks, what it refuses, its paper, 608 doors."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect

from controller import api
from tests.e2e.pages import commissioning_views as rounds
from tests.e2e.pages import technician_views as views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened
from tests.e2e.pages.scripted import Refusal
from tests.e2e.pages.test_technician import MOST_BYTES
from tests.unit.paper.printed import reader

PLACE = "/technician?look=commissioning"


@pytest.fixture
def shown(stand: Stand) -> Stand:
    stand.controller.show("technician", rounds.of())
    stand.controller.show("staff", views.STAFF)
    return stand


async def text(stand: Stand, look: str = "commissioning") -> str:
    async with stand.client() as client:
        answer = await client.get("/technician/fragment", params={"look": look})
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", ("Prüfung beginnen", "Was etwas enthalten kann, bleibt zu")),
        ("fired", ("2. Versuch: Drücken Sie kurz gegen die Tür", "Keine Tür öffnet sich")),
        ("close", ("Steht wirklich Tür A03 offen?", "der Kontakt meldet es nicht", "2 von 5 geprüft")),
        ("question", ("Bewegt hat sich der Kontakt von A02.", "A03 und A02", "Keine Tür")),
        ("nothing moved", ("Kein Kontakt hat sich bewegt.",)),
        ("close other", ("Bitte schließen:", "Tür A02")),
        ("close first", ("noch bevor ausgelöst wird", "der Kontakt meldet es falsch")),
        ("paused", ("Unterbrochen", "rufen Sie das Team", "Fortsetzen mit 2 Schlössern")),
        ("done", ("Die Schlossleitung öffnet A03.", "A02: Schloss header:17 → header:18", "214 ms (400)")),
        ("well", ("Ohne Befund:",)),
        ("two badges", ("Zwei Personen des Teams müssen mit ihrem Ausweis zustimmen",)),
        ("badge", ("Erster Ausweis des Teams, bitte.", "Ihr eigener Technik-Ausweis zählt nicht", "Nicht ändern")),
        ("accepted", ("Übernommen.", "prüfen Sie noch einmal")),
    ],
)
async def test_it_says_what_is_and_what_to_do(shown: Stand, name: str, words: tuple[str, ...]) -> None:
    shown.controller.show("technician", rounds.ROUNDS[name])
    html = await text(shown)
    for said in words:
        assert said in html


@pytest.mark.parametrize(
    ("action", "fields", "asked"),
    [
        ("commission", {}, ("technician.commission", {})),
        ("commission_go_on", {}, ("technician.commission_go_on", {})),
        ("commission_pause", {}, ("technician.commission_pause", {})),
        (
            "doors_open",
            {"compartment": "A03", "opened": "A03,A02"},
            ("technician.doors_open", {"compartment": "A03", "opened": ["A03", "A02"]}),
        ),
        (
            "doors_open",
            {"compartment": "A03", "opened": ""},
            ("technician.doors_open", {"compartment": "A03", "opened": []}),
        ),
        ("doors_closed", {"compartment": "A03"}, ("technician.doors_closed", {"compartment": "A03"})),
        ("correct_map", {"sha256": "ab"}, ("technician.correct_map", {"sha256": "ab"})),
        ("keep_map", {}, ("technician.keep_map", {})),
    ],
)
async def test_every_button_reaches_the_controller(
    shown: Stand, action: str, fields: dict[str, str], asked: tuple[str, dict[str, object]]
) -> None:
    async with shown.client() as client:
        answer = await client.post(f"/technician/{action}", data={"session": "T-1", "revision": "1", **fields})
    assert answer.status_code == 200
    method, params = asked
    assert (method, {"session": "T-1", **params}) in shown.controller.requests


async def test_who_may_not_is_told_why(shown: Stand) -> None:
    for staff, why in (
        (views.NOBODY, "erst am Lesefenster anmelden"),
        (msgspec.structs.replace(views.STAFF, roles=("loader",)), "Rolle Technik oder Leitung nötig"),
    ):
        shown.controller.show("staff", staff)
        for name in ("none", "paused", "done"):
            shown.controller.show("technician", rounds.ROUNDS[name])
            html = await text(shown)
            assert why in html
            buttons = re.findall(r'<button[^>]*data-key="(?:commission|correct_map|protocol)[^>]*>', html)
            assert buttons
            assert all("disabled" in button for button in buttons)
    shown.controller.show("staff", views.STAFF)
    shown.controller.show("technician", rounds.ROUNDS["close"])
    assert "Inbetriebnahme läuft" in await text(shown, "doors"), "no other lock is fired meanwhile"


async def test_any_other_door_is_two_taps_away_and_the_next_lock_is_asked_anew(shown: Stand) -> None:
    shown.controller.show("technician", rounds.ROUNDS["question"])
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}{PLACE}", 1280, 800) as window:
        await window.page.click('[data-key="other"]')
        async with window.page.expect_response("**/technician/doors_open*"):
            await window.page.click('[data-key="other-A09"]')
        assert shown.controller.asked("technician.doors_open")[-1]["opened"] == ["A09"]
        shown.controller.show("technician", rounds.ROUNDS["close other"])
        await expect(window.page.get_by_text("Bitte schließen:")).to_be_visible()
        assert window.complaints == []


async def test_the_protocol_is_a_pdf_to_take_away(shown: Stand) -> None:
    shown.controller.results["technician.commissioning"] = lambda params: rounds.sheet(rounds.of())
    async with shown.client() as client:
        answer = await client.post("/technician/protocol", data={"session": "T-1", "revision": "0"}, timeout=60)
    assert answer.headers["content-disposition"] == 'attachment; filename="inbetriebnahme-muster-1-C4711.pdf"'
    page = re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader(answer.content).pages))
    for words in (
        "muster-1",
        "5 von 12 Schlössern",
        "Die Schlossleitung öffnet A03.",
        "nicht übernommen",
        "Grenze ist die Dauer des Impulses, 400 ms",
        "A04 Befund",
        "A12 nicht geprüft",
        "Stand Eintrag 4711",
        "Simulierter Schrank",
        "Unterschrift Errichter",
    ):
        assert words in page, words
    shown.controller.results["technician.commissioning"] = lambda params: None
    async with shown.client() as client:
        refused = await client.post("/technician/protocol", data={"session": "T-1", "revision": "0"})
    assert refused.status_code == 422
    assert "content-disposition" not in refused.headers


async def test_608_doors_are_shown_a_column_at_a_time(shown: Stand) -> None:
    for view in (rounds.large(done=0, now=True), rounds.large(done=300, now=True), rounds.large(done=608, now=False)):
        shown.controller.show("technician", view)
        for look in ("commissioning", "commissioning:37", "commissioning:999"):
            html = await text(shown, look)
            assert len(html.encode()) < MOST_BYTES, f"{look}: {len(html.encode())} bytes"
    assert "67 weitere" not in html
    assert "68 Fächer mit Befund" in html
    hand = view.commissioning
    assert hand is not None
    now = rounds.large(done=300, now=True)
    assert now.commissioning is not None
    assert now.commissioning.examination is not None
    shown.controller.show("technician", now)
    label = now.commissioning.examination.compartment
    html = await text(shown, f"commissioning:other:{label}:0:37")
    assert f'data-key="other-{now.front[-1].label}"' in html, "every door can be named"


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1080, 1920)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_is_cut_off_and_every_button_is_a_fingers(shown: Stand, size: tuple[int, int]) -> None:
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}{PLACE}", *size) as window:
        for view in (*rounds.ROUNDS.values(), rounds.large(done=300, now=True)):
            revision = shown.controller.show("technician", view)
            await window.page.wait_for_selector(f'#page[data-tag$="-{revision}"]')
            wide = await window.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size[0]
            small = await window.page.evaluate(
                "[...document.querySelectorAll('#page button')].filter(e => e.offsetHeight)"
                ".filter(e => e.getBoundingClientRect().height < 50).map(e => e.textContent)"
            )
            assert small == [], "a finger is 9 mm"
        assert window.complaints == []


def _refuse(code: str, _params: dict[str, Any]) -> None:
    raise Refusal(code)


async def test_what_the_controller_refuses_is_said_in_words(shown: Stand) -> None:
    for code, words in (
        ("map_changed", "Der Plan wurde inzwischen geändert"),
        ("not_proved", "Die Prüfung beweist ihn nicht"),
        ("door_open", "Erst alle Türen schließen"),
        ("wiring", "Seine Leitung öffnet eine andere Tür"),
    ):
        shown.controller.answers["technician.correct_map"] = partial(_refuse, code)
        async with shown.client() as client:
            answer = await client.post(
                "/technician/correct_map", data={"session": "T-1", "revision": "1", "sha256": "ab"}
            )
        assert answer.status_code == 422
        assert words in answer.text


async def test_a_browser_is_given_the_files(shown: Stand) -> None:
    """A form names its origin only where the page lets it: without one the guard would refuse every file."""
    shown.controller.results["technician.bundle"] = lambda params: api.Bundle("x.zip", b"PK")
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}/technician?look=service", 1280, 800) as window:
        async with window.page.expect_download() as download:
            await window.page.click('[data-key="bundle"]')
        assert (await download.value).suggested_filename == "x.zip"
