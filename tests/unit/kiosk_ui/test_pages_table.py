"""The table of pages, the documentation that the controller is written against, the pictures and the plan agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.api import CompartmentView
from kiosk_ui import staff, staff_words
from kiosk_ui.front_plan import columns_of, resident_plan, staff_plan
from kiosk_ui.languages import PACKAGE
from kiosk_ui.resident import ACTIONS
from kiosk_ui.resident_pages import PAGES
from tests.e2e.pages import views

DOCUMENT = (Path(__file__).parents[3] / "docs" / "pages.md").read_text(encoding="utf-8")
OWN = {"reconnecting"}


def documented(section: str) -> set[str]:
    """The keys in the first column of the tables of a section."""
    text = DOCUMENT.split(section)[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_every_page_is_documented_and_every_documented_page_is_there() -> None:
    assert documented("`KioskView.page`\n") == set(PAGES) - OWN
    assert documented("`StaffView.page`\n") == staff.PAGES


def test_every_page_has_a_view_in_the_tests() -> None:
    assert set(views.KIOSK) == set(PAGES) - OWN - {"staff_login"}  # staff_login leaves the page at once


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_names_a_picture_that_is_drawn_and_actions_that_exist(name: str) -> None:
    page = PAGES[name]
    drawn = re.findall(r'name == "(\w+)"', (PACKAGE / "templates" / "pictures.html").read_text(encoding="utf-8"))
    assert page.picture in drawn
    for button in page.buttons:
        assert button.action in ACTIONS or button.layer
        assert button.needs, "whether a button stands there is the controller's decision"


@pytest.mark.parametrize("name", ["confirm", "not_taken"])
def test_there_is_a_way_on_when_the_door_was_opened_again_often_enough(name: str) -> None:
    assert [button for button in PAGES[name].buttons if button.needs == "confirm" and button.action]


def test_notices_are_documented() -> None:
    documented_codes = set(re.findall(r"`(\w+)`", DOCUMENT.split("Notices (`StaffNotice.code`)")[1].split("\n\n")[0]))
    own = {"pin", "reason_needed", "no_staff_session"}  # refusals of a post, not notices
    assert set(staff_words.NOTICES) - own == documented_codes


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert "brand_new" in staff_words.notice("brand_new").text
    assert "brand_new" in staff_words.reason("brand_new")


def test_every_notice_can_be_filled() -> None:
    for code in staff_words.NOTICES:
        said = staff_words.notice(code, compartment="A07", tries_left=3)
        assert "{" not in said.headline + said.text


def test_a_residents_plan_shows_one_label_and_no_state() -> None:
    svg = str(resident_plan(views.front("A07"), "Fach A07"))
    assert re.findall(r">(A\d\d)<", svg) == ["A07"]
    assert svg.count("<rect") == 13
    assert not re.search("occupied|clarification|offen|Umschlag", svg)


def test_on_a_wall_of_doors_the_one_that_opens_is_magnified_and_stays_within() -> None:
    for lit in (0, 303, 607):
        front = [
            CompartmentView(
                f"A{number:03d}", 1 + number // 16, 1 + number % 16, "S", 900, "vacant", "closed", lit=number == lit
            )
            for number in range(608)
        ]
        svg = str(resident_plan(front, "Front"))
        width, height = (float(value) for value in re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
        ((left, top, factor),) = re.findall(r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)", svg)
        assert float(factor) > 4
        assert 0 <= float(left) <= width - 100 * float(factor) + 1
        assert 0 <= float(top) < height - 40 * float(factor)
        assert svg.rindex("plan__door--lit") > svg.rindex('"plan__door"'), "drawn last, over its neighbours"


def test_a_staff_plan_tells_state_by_letter_too() -> None:
    svg = str(staff_plan(views.front(), "Front"))
    assert "A05: in Klärung" in svg
    assert "A12: frei, Tür offen" in svg
    assert svg.count("plan__state") == 7


def test_the_plan_is_in_the_order_of_the_front() -> None:
    columns = columns_of(reversed(views.front()))
    assert [[c.label for c in column] for column in columns][1] == ["A05", "A06", "A07", "A08"]
    assert resident_plan((), "nothing") == ""
