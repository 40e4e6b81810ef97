"""The side doors of the resident's session, as their pages see them."""

from __future__ import annotations

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.adapters.control.number_views import NUMBER_PAGES
from controller.api import KioskView
from controller.domain import commands as cmd
from controller.ports import FrontState, Notice
from tests.unit.domain.builder import Scenario
from tests.unit.domain.test_proxy import issue

WITH_NUMBERS = FrontState(numbers=True, kiosk_token="token")


def seen(box: Scenario, front: FrontState = WITH_NUMBERS) -> KioskView:
    return kiosk_view(box.box, front, box.now).view


def said(box: Scenario, page: str, **details: str | int) -> KioskView:
    return seen(box, FrontState(numbers=True, notice=Notice(page, box.now.mono_ms + 10_000, details)))


def test_a_number_is_offered_on_the_start_page_where_numbers_are_in_use() -> None:
    assert "number" in seen(Scenario()).actions
    assert "number" not in seen(Scenario(), FrontState()).actions


@pytest.mark.parametrize("page", sorted(NUMBER_PAGES - {"start", "scanner_down"}))
def test_and_where_a_code_did_not_help(page: str) -> None:
    assert "number" in said(Scenario(), page).actions


@pytest.mark.parametrize("page", ["slow_down", "collected", "expired", "factor_blocked", "counter", "done"])
def test_and_nowhere_else(page: str) -> None:
    assert "number" not in said(Scenario(), page).actions


def test_nor_while_somebody_is_served_or_staff_are_at_work() -> None:
    assert "number" not in seen(Scenario().stored().present()).actions
    assert "number" not in seen(Scenario().login()).actions


def test_who_collects_for_somebody_else_has_a_page_of_their_own() -> None:
    box = issue(Scenario().stored("D1", "eAT"), "RP", "D1").present("RP")
    assert (seen(box).page, seen(box).tries_left) == ("proxy", 0)
    assert {"factor", "more_time", "cancel"} <= set(seen(box).actions)
    box.factor(False)
    assert (seen(box).page, seen(box).tries_left) == ("proxy_wrong", 2)
    assert seen(Scenario().stored("D1", "Reisepass").present()).page == "pin"


def test_the_date_stands_on_the_page_that_names_it_and_on_no_other() -> None:
    box = Scenario().stored("D1", "Reisepass").present().factor(True)
    assert (seen(box).page, seen(box).date_wall_ms) == ("old_ask", 0)
    box.declare("old_documents", "no")
    view = seen(box)
    assert (view.page, view.declaration) == ("old_none_allow", "old_documents_none")
    assert view.date_wall_ms == box.session.return_until_wall_ms > box.wall_ms
    box.declare("old_documents_none")
    assert (seen(box).page, seen(box).date_wall_ms) == ("opening", 0)


def test_another_site_is_named() -> None:
    view = said(Scenario(), "other_site", place="Rathaus Nord")
    assert (view.page, view.place) == ("other_site", "Rathaus Nord")


def test_while_a_session_waits_for_its_badge_the_front_is_as_free_as_ever() -> None:
    box = Scenario().stored().login()
    box.do(cmd.SuspendStaff(box.staff))
    assert seen(box).page == "start"
    assert seen(box.present()).page == "opening"
