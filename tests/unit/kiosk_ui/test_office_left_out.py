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
