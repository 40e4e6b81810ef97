"""The sheet for a box that is out of order says in every language what its page says there."""

from __future__ import annotations

from kiosk_ui import languages
from kiosk_ui.paper.door_notice import HEADLINE, TEXT, sayings
from kiosk_ui.resident_pages import PAGES


def test_it_says_what_the_page_says_in_every_language() -> None:
    said = sayings()
    assert len(said) == len(languages.available())
    assert (said[0].tag, said[0].headline, said[0].text) == ("de", HEADLINE, TEXT)
    page = PAGES["out_of_order"]
    assert (page.headline, page.text[0]) == (HEADLINE, TEXT), "its words are those of the catalogs"
    assert {each.tag for each in said if each.direction == "rtl"} == {"ar", "fa"}
    assert [each.tag for each in said if each.text == TEXT] == ["de"], "translated, not left out"
