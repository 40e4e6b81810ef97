"""Which page a resident sees in which state of the box."""

from __future__ import annotations

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.api import KioskView
from controller.domain import commands as cmd
from controller.domain.model import Door
from controller.domain.openings import POWER_FAIL
from controller.ports import FrontState, Notice
from tests.unit.domain.builder import Scenario


def seen(box: Scenario, front: FrontState | None = None) -> KioskView:
    return kiosk_view(box.box, front or FrontState(kiosk_token="token"), box.now).view


def at_the_door() -> Scenario:
    return Scenario().stored().present()


def test_nobody_is_here() -> None:
    view = seen(Scenario().stored())
    assert (view.page, view.session, view.actions) == ("start", "", ("language", "help"))


def test_a_door_opens_for_somebody() -> None:
    box = at_the_door()
    label = box.opening.compartment
    view = seen(box)
    assert (view.page, view.session, view.compartment) == ("opening", "token", label)
    assert [place.label for place in view.front if place.lit] == [label]
    assert {place.state for place in view.front} == {""}, "what the others hold is nobody's business"


def test_from_the_door_to_the_question() -> None:
    box = at_the_door().pulsed().opens()
    assert seen(box).page == "take"
    box.closes()
    view = seen(box)
    assert view.page == "confirm"
    assert {"confirm", "open_again", "more_time"} <= set(view.actions)
    assert 0 < view.warns_in_ms < view.ends_in_ms


def test_open_again_is_offered_twice() -> None:
    box = at_the_door().pulsed().opens().closes()
    for _ in range(2):
        box.says("open_again").pulsed().opens().closes()
    assert "open_again" not in seen(box).actions


def test_a_door_that_does_not_open() -> None:
    box = at_the_door().pulsed().wait(2_100)
    assert seen(box).page == "stuck_retry"
    view = seen(at_the_door().jams())
    assert (view.page, view.reference.isdigit()) == ("stuck", True)


@pytest.mark.parametrize(("seconds", "page"), [(29, "take"), (31, "close"), (61, "close_alarm"), (181, "close_alarm")])
def test_a_door_that_is_left_open(seconds: int, page: str) -> None:
    assert seen(at_the_door().pulsed().opens().wait(seconds * 1000)).page == page


def test_whoever_stands_at_a_door_is_told_that_the_power_goes() -> None:
    box = at_the_door().pulsed().opens().do(cmd.SetFault(POWER_FAIL, "", True))
    view = seen(box)
    assert (view.page, view.compartment, view.session) == ("power_fail", box.opening.compartment, "token")
    assert [place.label for place in view.front if place.lit] == [view.compartment]
    assert seen(box.wait(31_000)).page == "close", "an open door comes first"
    box.closes()
    assert (seen(box).page, "open_again" in seen(box).actions) == ("confirm", False), "no door opens without mains"
    idle = seen(Scenario().stored().do(cmd.SetFault(POWER_FAIL, "", True)))
    assert (idle.page, idle.compartment, idle.front) == ("power_fail", "", ())


def test_several_envelopes() -> None:
    box = Scenario().announce("D1").announce("D2").right("R1", "D1", "D2").load("D1", "D2").present()
    view = seen(box)
    assert (view.page, view.declaration, view.total) == ("several", "several", 2)
    box.declare("several")
    assert (seen(box).page, seen(box).number) == ("opening", 1)
    box.take().says("everything")
    assert (seen(box).page, seen(box).number) == ("next", 2)


def test_a_factor_and_a_wrong_one() -> None:
    box = Scenario().stored("D1", "Personalausweis").present()
    assert (seen(box).page, seen(box).tries_left) == ("birth", 0)
    box.factor(False)
    assert (seen(box).page, seen(box).tries_left) == ("birth_wrong", 2)


def test_restarted_in_front_of_an_open_door() -> None:
    box = at_the_door().pulsed().opens()
    label = box.opening.compartment
    box.restart(**{label: Door.OPEN})
    interrupted = FrontState(notice=Notice("interrupted", box.now.mono_ms + 10_000))
    assert (seen(box, interrupted).page, seen(box, interrupted).compartment) == ("close", label)
    box.closes(label)
    assert seen(box, interrupted).page == "interrupted"


def test_a_door_that_opened_by_itself() -> None:
    box = Scenario().stored()
    label = box.deposit("D1").compartment
    view = seen(box.sense(label, Door.OPEN))
    assert (view.page, view.compartment) == ("unexpected_open", label)


def test_staff_are_at_work() -> None:
    assert seen(Scenario().badge("lena")).page == "staff_login"
    assert seen(Scenario().login()).page == "staff_busy"


def test_out_of_order_says_only_that() -> None:
    view = seen(at_the_door(), FrontState(halted="log_damaged:17"))
    assert (view.page, view.compartment, view.front) == ("out_of_order", "", ())


def test_whoever_comes_to_help_at_a_door_left_open_logs_in_there() -> None:
    box = at_the_door().pulsed().opens()
    assert seen(box.badge("lena")).page == "take", "within its time the door is the resident's, whoever passes by"
    box.wait(181_000)
    assert seen(box).page == "close_alarm"
    assert seen(box.badge("lena")).page == "staff_login"
    assert seen(box.wait(30_000)).page != "staff_login", "nobody typed a PIN: it is the resident's page again"
    assert not box.badge("lena").pin("lena").refusal


def test_a_badge_that_passes_the_window_takes_nobody_s_page_away() -> None:
    asked = Scenario().stored("D1", "Personalausweis").present("R1", "birth_date")
    assert seen(asked).page == "birth"
    assert seen(asked.badge("lena")).page == "birth"
    jammed = at_the_door().jams()
    assert seen(jammed.badge("lena")).page == "stuck", "the next door may be about to open, and its page must be there"
    confirming = at_the_door().pulsed().opens().closes()
    assert seen(confirming.badge("lena")).page == "confirm"
