"""Every page and layer in every language says all it shows, or is declared silent and says so to the eyes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.resident import ResidentPages
from kiosk_ui.settings import Office
from kiosk_ui.speech.speaker import Speaker, Utterance
from kiosk_ui.speech.voices import VOICES
from tests.e2e.accessibility.places import LANGUAGES, PLACES, Place
from tests.e2e.pages import views

OFFICE = Office(counter_room="0.12", phone="0123 456-789", counter_hours={"de": "Mo–Fr 8–12 Uhr"})
LOADED = {tag: languages.load(tag, {"static": lambda name: f"/static/{name}"}) for tag in LANGUAGES}
SPEAKER = Speaker(LANGUAGES)
PAGES = ResidentPages(Link("/nonexistent"), LOADED, OFFICE, SPEAKER)
ANNOUNCEMENTS = {"started", "stopped", "louder", "quieter", "pressed", "released", "chosen", "digit"}


class Elements(HTMLParser):
    """The start tags of a page with the layer they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self._layer: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "section":
            self._layer.append(given.get("data-layer", ""))
        self.found.append((self._layer[-1] if self._layer else "", tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._layer.pop()


def said(given: dict[str, str]) -> list[Utterance]:
    names = given.get("data-say", "").split()
    return [SPEAKER._given.get(name) or SPEAKER._passing[name] for name in names]


def silent_controls(elements: Elements) -> Iterator[str]:
    for layer, tag, given in elements.found:
        if tag == "button" and "data-digit" not in given and not said(given):
            yield f"{layer} {given.get('data-key')}"


@pytest.fixture(autouse=True)
def _the_controller_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the pages would be in two languages."""
    monkeypatch.setattr(Link, "away", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_layer_is_read_or_declared_silent(language: str) -> None:
    declared_silent = VOICES[language] is None
    for place in PLACES:
        html = PAGES.render(place.view(language), "1-1")
        elements = Elements(html)
        (main,) = [given for _, tag, given in elements.found if tag == "main"]
        assert ("data-voice" in main) == declared_silent, place
        sections = {given["data-layer"]: given for _, tag, given in elements.found if tag == "section"}
        if declared_silent:
            # It says so to the eyes, in its language and in German, and to the ears in German.
            spoken = said(sections["speech_missing"])
            assert {each.language for each in spoken} == {"de"}, place
            assert "nicht vorlesen" in spoken[0].text
            offered = "language" in place.view(language).actions
            assert (LOADED[language].translate("Auf Deutsch vorlesen") in html) == offered
            continue
        layer = sections["speech" if place.layer == "speech" else place.layer]
        spoken = said(layer)
        assert spoken, f"{place} says nothing"
        assert spoken[0].language == language, place
        assert list(silent_controls(elements)) == [], place
        announced = {given["data-saying"] for _, _, given in elements.found if "data-saying" in given and said(given)}
        assert announced == ANNOUNCEMENTS


def test_what_is_read_is_what_stands_there() -> None:
    html = PAGES.render(views.kiosk("collected"), "1-1")
    (section,) = [given for _, _, given in Elements(html).found if given.get("data-layer") == "" and "class" in given]
    assert [each.text for each in said(section)] == [
        "Schon abgeholt",
        "Abholung am 14. März 2026.",
        "Waren Sie das nicht? Bitte sofort anrufen.",
        "Schalter 0.12",
        "Mo–Fr 8–12 Uhr",
        "0123 456-789",
    ]
    assert [each.text for each in said(section) if each.constant] == [
        "Schon abgeholt",
        "Waren Sie das nicht? Bitte sofort anrufen.",
    ]


@pytest.mark.parametrize("place", [place for place in PLACES if place.page in ("birth", "pin", "start")], ids=str)
def test_no_key_for_a_digit_says_its_digit(place: Place) -> None:
    elements = Elements(PAGES.render(place.view("de"), "1-1"))
    digits = [given for _, tag, given in elements.found if tag == "button" and "data-digit" in given]
    assert [said(given) for given in digits] == [[]] * len(digits)
    texts = {each.text for _, _, given in elements.found for each in said(given)}
    assert not {text for text in texts if re.fullmatch(r"[\d\s]+", text)}
