"""The pickup slip: what stands on it, in every language, and that a camera can read it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api import SlipView
from kiosk_ui import languages
from kiosk_ui.paper import render
from kiosk_ui.paper.qr_code import QUIET, matrix, svg
from kiosk_ui.paper.slip import document
from kiosk_ui.settings import Office
from tests.unit.paper.printed import codes, fonts, reader

CODE = "ABHOLFACH-P-AEBAGBAFAYDQQCIKBMGA2DQPCA"
NUMBER = "123456789018"
OFFICE = Office(
    place="Rathaus, Foyer", counter_room="E 12", phone="0000 115", box_hours={"de": "täglich 6–22 Uhr", "en": "daily"}
)
#: 2026-11-30, noon in Berlin.
UNTIL = 1_796_036_400_000


def slip(language: str = "de", **changed: object) -> SlipView:
    return SlipView(
        **{
            "orders": ("AT-2026-0105",),
            "language": language,
            "code": CODE,
            "number": NUMBER,
            "factor": "birth_date",
            "expires_wall_ms": UNTIL,
            **changed,
        }  # type: ignore[arg-type]
    )


async def test_a_camera_reads_the_code_on_the_printed_page() -> None:
    others = [slip(), slip("ar"), slip("ti", proxy=True, pin="483920", orders=(), factor="pin")]
    pdf = reader(await render(document(others, OFFICE, "Europe/Berlin")))
    assert len(pdf.pages) == 3
    assert [codes(pdf, number) for number in range(3)] == [[CODE]] * 3
    assert fonts(pdf) == {
        "Fira-Sans": True,
        "Fira-Sans-Semi-Bold": True,
        "Noto-Sans-Arabic": True,
        "Noto-Sans-Arabic-Bold": True,
        "Noto-Sans-Ethiopic": True,
        "Noto-Sans-Ethiopic-Bold": True,
    }
    german, arabic, tigrinya = (page.extract_text() for page in pdf.pages)
    for page in (german, arabic, tigrinya):
        assert "1234 5678 9018" in re.sub(r"\s+", " ", page)
        assert "Rathaus, Foyer" in page
    assert "30. November 2026" in german
    assert "AT-2026-0105" in german
    assert "483920" in tigrinya
    assert "AT-2026" not in tigrinya, "a proxy's slip says nothing of the holder"


@pytest.mark.parametrize("tag", languages.available())
def test_every_language_says_everything_and_german_beside_it(tag: str) -> None:
    html = document([slip(tag)], OFFICE, "Europe/Berlin")
    language = languages.load(tag, {})
    shown = "de" if tag == "de-simple" else tag
    assert f'<section class="slip" lang="{shown}" dir="{language.direction}">' in html
    assert language.translate("Abholschein") in html
    assert language.translate("Halten Sie Ihren Abholcode vor das Lesefenster.") in html
    assert ('class="beside" lang="de" dir="ltr"' in html) == (tag != "de")
    assert "<span>1234</span> <span>5678</span> <span>9018</span>" in html
    assert ("daily" in html) == (tag == "en")


def test_a_language_without_a_catalog_is_printed_in_german() -> None:
    assert 'lang="de" dir="ltr">\n<header>' in document([slip("xx")], OFFICE)


def test_what_is_not_inside_has_no_date_yet() -> None:
    html = document([slip(expires_wall_ms=0)], OFFICE)
    assert "Wir schreiben Ihnen, sobald Sie abholen können." in html
    assert "Bis" not in html


@pytest.mark.parametrize(
    ("factor", "asks"), [("birth_date", "Geburtsdatum"), ("pin", "Ihrer Abhol-PIN"), ("none", ""), ("eid", "")]
)
def test_the_slip_says_what_will_be_asked(factor: str, asks: str) -> None:
    html = document([slip(factor=factor)], OFFICE)
    assert ("Die Abholstation fragt Sie" in html) == bool(asks)
    assert asks in html


def test_an_office_without_words_prints_a_slip_all_the_same() -> None:
    assert "Marktplatz" not in document([slip()], Office())


def test_what_is_typed_into_the_configuration_is_text() -> None:
    assert "<script>" not in document([slip()], Office(place="<script>", counter_room="<b>"))


@given(st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-"), min_size=1, max_size=60))
def test_the_vector_is_the_matrix(text: str) -> None:
    modules, drawn = matrix(text), set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg(text)):
        drawn |= {(int(x) + step - QUIET, int(y) - QUIET) for step in range(int(length))}
    assert drawn == {(x, y) for y, row in enumerate(modules) for x, dark in enumerate(row) if dark}
