"""What the staff page says in words."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from controller import api
from kiosk_ui import languages, staff_words
from kiosk_ui.link import Link
from kiosk_ui.staff import StaffPages


@pytest.mark.parametrize(("left", "said"), [(2, "Noch 2 Versuche."), (1, "Noch einen Versuch.")])
def test_one_try_is_one(left: int, said: str) -> None:
    assert staff_words.notice("pin_wrong", tries_left=left).text == said


def test_nobody_is_promised_a_message_that_nobody_sends() -> None:
    said = {news: staff_words.notice("load_booked", compartment="A07", news=news).text for news in staff_words.NEWS}
    assert said["sent"] == "Die Nachricht geht heraus."
    assert "letzte Umschlag" in said["waits"]
    assert "selbst Bescheid geben" in said["nobody"]


class _Line:
    """A line to the controller of which only the tag is asked."""

    def tag(self, revision: int) -> str:
        return f"1-{revision}"


def test_what_is_missing_stands_on_the_page_though_nothing_else_is_the_matter() -> None:
    german = languages.load("de", {"static": lambda name: name})
    pages = StaffPages(cast(Link, _Line()), german)
    view = api.StaffView(revision=1, page="load_ready", session="s", roles=("loader",), missing=("AUF-0001",))
    assert "Verschwunden" in pages.render(view, "1-1", "", {})
    nothing = msgspec.structs.replace(view, missing=())
    assert "Verschwunden" not in pages.render(nothing, "1-1", "", {})
