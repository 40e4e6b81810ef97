"""Help, hours and outages on the pages: what a resident and staff are told, and when."""

from __future__ import annotations

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.adapters.control.staff_view import staff_view
from controller.api import KioskView, StaffView
from controller.domain import commands as cmd
from controller.domain.hours import Calendar
from controller.ports import FrontState
from controller.services.scan_mode import scan_mode
from tests.unit.domain.builder import Scenario
from tests.unit.domain.calendars import ALWAYS, WEEKDAYS, at
from tests.unit.domain.test_in_use import until_wall


def box_with(calendar: Calendar | None = ALWAYS) -> Scenario:
    box = Scenario().do(cmd.ActivateCalendar("calendar-1" if calendar else "", calendar))
    return box.stored("D1", "Reisepass").stored("D2", "eAT", right="R2")


def seen(box: Scenario, front: FrontState | None = None) -> KioskView:
    return kiosk_view(box.box, front or FrontState(kiosk_token="token"), box.now).view


def staff_sees(box: Scenario) -> StaffView:
    return staff_view(box.box, FrontState(staff_token="token"), box.now).view


def mode(box: Scenario) -> str:
    return scan_mode(box.box, "", box.now)


def helped(box: Scenario) -> tuple[str, str]:
    return seen(box).help, seen(box).help_reference


def test_help_is_offered_wherever_somebody_may_stand() -> None:
    box = box_with()
    pages = {}
    for situation in (
        box.twin(),
        box.twin().present(),
        box.twin().present("R2"),
        box.twin().present("R2").pulsed().opens(),
        box.twin().login(),
        box.twin().do(cmd.ReportOutage("defective", "sabine")),
    ):
        view = seen(situation)
        pages[view.page] = (view.help, "help" in view.actions)
    assert set(pages) == {"start", "pin", "opening", "take", "staff_busy", "out_of_order"}
    assert set(pages.values()) == {("offered", True)}


def test_nobody_is_offered_what_nobody_could_write_down() -> None:
    assert helped(box_with().badge("lena")) == ("", ""), "the screen goes to the staff page"
    halted = seen(box_with(), FrontState(halted="log_damaged:17"))
    assert (halted.page, halted.help, halted.actions) == ("out_of_order", "", ("language",))


def test_help_is_coming_only_after_somebody_said_so() -> None:
    box = box_with().do(cmd.CallHelp(""))
    (call,) = box.box.help_calls.values()
    assert helped(box) == ("pending", call.reference)
    assert "help" not in seen(box).actions
    box.do(cmd.AcknowledgeHelp(call.id, "lena"))
    assert helped(box) == ("acknowledged", call.reference)
    box.do(cmd.EndHelp(call.id, "lena"))
    assert helped(box) == ("offered", "")


def test_outside_staff_hours_the_page_says_that_nobody_is_there() -> None:
    box = until_wall(box_with(WEEKDAYS), at("2026-11-23 15:55")).do(cmd.CallHelp(""))
    assert seen(box).help == "pending"
    assert seen(box.at(5 * 60_000)).help == "unstaffed", "they have gone home meanwhile"
    (call,) = box.box.help_calls.values()
    assert seen(box.do(cmd.AcknowledgeHelp(call.id, "central"))).help == "acknowledged", "somebody comes all the same"


def test_without_a_calendar_nobody_claims_to_know() -> None:
    assert seen(box_with(None).do(cmd.CallHelp(""))).help == "pending"


@pytest.mark.parametrize(
    ("calendar", "when", "page"),
    [
        (None, "2026-11-23 09:00", "stuck"),
        (WEEKDAYS, "2026-11-23 09:00", "stuck_staffed"),
        (WEEKDAYS, "2026-11-23 19:00", "stuck_unstaffed"),
    ],
)
def test_a_jammed_door_and_who_is_there(calendar: Calendar | None, when: str, page: str) -> None:
    box = until_wall(box_with(calendar), at(when)).present("R2").jams()
    view = seen(box)
    assert view.page == page
    assert view.help_reference == view.reference, "one number for the telephone"
    assert view.help in ("pending", "unstaffed")


def test_closed_says_when_it_opens_and_reads_badges_only() -> None:
    box = box_with(WEEKDAYS)
    view = seen(box)
    assert (view.page, view.date_wall_ms) == ("closed", at("2026-11-23 06:00"))
    assert mode(box) == "BADGE"
    until_wall(box, at("2026-11-23 06:00"))
    assert (seen(box).page, mode(box)) == ("start", "PICKUP")
    assert seen(until_wall(box, at("2026-11-23 22:00"))).date_wall_ms == at("2026-11-24 06:00")


def test_a_session_is_shown_to_its_end_after_closing() -> None:
    box = until_wall(box_with(WEEKDAYS), at("2026-11-23 22:00") - 1000).present("R2").take()
    assert seen(box).page == "confirm"
    assert seen(box.says("everything")).page == "closed"


def test_staff_work_when_it_is_closed() -> None:
    box = box_with(WEEKDAYS).login()
    assert (seen(box).page, mode(box)) == ("staff_busy", "LOADING")


def test_a_reported_outage() -> None:
    box = box_with(WEEKDAYS).do(cmd.ReportOutage("building_closed", "sabine"))
    view = seen(box)
    assert (view.page, view.reference) == ("out_of_order", ""), "said before that it is closed"
    assert mode(box) == "BADGE"
    outage = staff_sees(box.login()).outage
    assert outage is not None
    assert (outage.reason, outage.by) == ("building_closed", "sabine")
    assert staff_sees(box.do(cmd.EndOutage("lena"))).outage is None


def test_staff_see_the_calls_when_they_are_logged_in() -> None:
    box = box_with().present("R2").jams()
    label = box.deposit("D2").compartment
    box.next_resident()
    assert not staff_sees(box).calls, "before a login nothing is shown"
    (call,) = staff_sees(box.login()).calls
    assert (call.reason, call.compartment, call.staffed, call.acknowledged_by) == ("jam", label, "yes", "")
    box.do(cmd.AcknowledgeHelp(call.call, "lena"))
    assert [seen.acknowledged_by for seen in staff_sees(box).calls] == ["lena"]


def test_back_at_about() -> None:
    box = box_with().login("tom")
    assert (seen(box).page, seen(box).date_wall_ms) == ("maintenance", 0)
    box.do(cmd.SetBackAt(box.staff, 45))
    assert seen(box).date_wall_ms == box.wall_ms + 45 * 60_000
