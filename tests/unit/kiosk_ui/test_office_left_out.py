"""Everything in office.toml may be left out: every page stands all the same, whatever is said about help."""

from __future__ import annotations

import msgspec
import pytest

from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.resident import ResidentPages
from kiosk_ui.settings import Office
from kiosk_ui.speech.speaker import Speaker
from tests.e2e.pages import views

OFFICES = {
    "nothing": Office(),
    "telephone": Office(phone="0000 115"),
    "room": Office(counter_room="1.12"),
    "hours": Office(counter_hours={"de": "Mo-Fr 8-12 Uhr"}),
}


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("help_state", ["", "offered", "pending", "acknowledged", "unstaffed"])
def test_a_page_stands_without_what_the_office_left_out(office: str, help_state: str) -> None:
    pages = ResidentPages(
        Link("nowhere"), {"de": languages.load("de", {"static": str})}, OFFICES[office], Speaker(("de",))
    )
    for view in views.KIOSK.values():
        actions = (*view.actions, "help") if help_state == "offered" else view.actions
        shown = msgspec.structs.replace(view, help=help_state, help_reference="72", language="de", actions=actions)
        html = pages.render(shown, "1-1")
        assert ("0000 115" in html) <= (office == "telephone")


def test_hours_that_stay_german_are_marked_as_german() -> None:
    """A voice or a line from the right would make nonsense of them."""
    arabic = {tag: languages.load(tag, {"static": str}) for tag in ("de", "ar")}
    for line, mark in (("Mo-Fr 8-12 Uhr", "<bdi>"), ("nach Vereinbarung", '<bdi lang="de" dir="ltr">')):
        pages = ResidentPages(Link("nowhere"), arabic, Office(counter_hours={"de": line}), Speaker(("de", "ar")))
        html = pages.render(views.kiosk("expired", "ar"), "1-1")
        office = html[html.index('class="office"') :]
        assert mark in office[: office.index("</ul>")]


@pytest.mark.parametrize(("page", "reason"), [("pin_letter_no", "pin_letter"), ("code_unknown", "code_unknown")])
def test_an_answer_does_not_say_besides_that_it_did_not_work(page: str, reason: str) -> None:
    german = {"de": languages.load("de", {"static": str})}
    pages = ResidentPages(Link("nowhere"), german, Office(), Speaker(("de",)))
    assert "Das hat nicht geklappt" not in pages.render(views.kiosk(page), "1-1", reason)
    assert "Das hat nicht geklappt" in pages.render(views.kiosk("start"), "1-1", "busy")


def test_without_mains_the_page_is_about_the_door_or_about_nothing_being_handed_out() -> None:
    german = {"de": languages.load("de", {"static": str})}
    pages = ResidentPages(Link("nowhere"), german, Office(), Speaker(("de",)))
    idle = views.kiosk("power_fail", compartment="", front=())
    assert "Gerade können Sie hier nichts abholen." in pages.render(idle, "1-1")
    door = pages.render(msgspec.structs.replace(views.kiosk("take"), page="power_fail"), "1-1")
    assert "Umschlag nehmen, Tür schließen." in door
    assert "A07" in door
