"""A resident comes while staff load: they are let go first, and loading goes on with a badge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Holder, Purpose
from tests.unit.domain.builder import Scenario


def suspended(staff: str = "lena") -> Scenario:
    """One envelope waits for R1, another was announced; ``staff`` was loading."""
    box = Scenario().stored("D1", "eAT").announce("D2").right("R2", "D2").login(staff)
    return box.at(1_000).do(cmd.SuspendStaff(box.staff))


def test_the_front_is_free_for_the_resident() -> None:
    box = suspended()
    assert box.box.lease is Holder.NOBODY
    assert box.present("R1").one(ev.UnlockAuthorised).deposit == "D1"


def test_the_same_badge_alone_resumes_the_same_session_and_loading_goes_on() -> None:
    box = suspended()
    before = box.one(ev.StaffSessionSuspended).session
    box.present("R1").take().says("everything").badge("lena")
    assert box.one(ev.StaffSessionResumed).session == before == box.staff
    assert box.box.suspended is None
    assert box.box.badge is None, "this presentation has done its work"
    assert box.scan("D2").one(ev.UnlockAuthorised).purpose == Purpose.LOADING


def test_what_was_loaded_before_is_still_counted() -> None:
    box = Scenario().announce("D1").announce("D2").login().scan("D1").pulsed().opens().closes()
    box.do(cmd.SuspendStaff(box.staff)).badge("lena").scan("D2").pulsed().opens().closes()
    assert box.box.staff_session is not None
    assert box.box.staff_session.stored == 2


@pytest.mark.parametrize("stage", ["authorised", "open", "to report"])
def test_never_while_a_door_is_authorised_or_open_or_its_contents_are_asked_for(stage: str) -> None:
    box = Scenario().announce("D1").login()
    if stage == "to report":
        box.guided("A03", Purpose.STOCKTAKE)
    else:
        box.scan("D1")
        if stage == "open":
            box.pulsed().opens()
    assert box.do(cmd.SuspendStaff(box.staff)).refusal == "load_not_closed"
    assert not box.last


def test_an_opening_that_waited_for_its_badge_is_dropped() -> None:
    box = Scenario().stored("D1").login()
    box.request("A01").do(cmd.SuspendStaff(box.staff))
    assert box.one(ev.OpeningRequestDropped).reason == "suspended"
    pulses = box.pulses
    box.badge("lena")
    assert box.pulses == pulses, "the badge resumes, and opens nothing"
    assert box.now_happened(ev.StaffSessionResumed)


def test_a_badge_while_the_resident_is_served_does_no_harm() -> None:
    box = suspended().present("R1")
    box.badge("lena")
    assert box.one(ev.BadgePresented).staff == "lena"
    assert box.session.right == "R1", "who is served stays"
    box.take().says("everything").badge("lena")
    assert box.now_happened(ev.StaffSessionResumed)


def test_another_persons_badge_begins_a_login_and_ends_what_waited() -> None:
    box = suspended().badge("lukas")
    assert not box.now_happened(ev.StaffSessionResumed)
    assert box.box.suspended is not None
    box.pin("lukas")
    assert box.one(ev.StaffLoggedOut).reason == "replaced"
    assert box.one(ev.StaffLoggedIn).staff == "lukas"
    assert box.box.suspended is None


def test_a_badge_from_before_the_suspension_resumes_nothing() -> None:
    box = suspended()
    box.do(cmd.PresentBadge("lena", box.mono_ms - 500))
    assert box.one(ev.BadgePresented).staff == "lena"
    assert box.box.staff_session is None


def test_a_badge_that_is_locked_or_no_loaders_any_more_resumes_nothing() -> None:
    box = suspended()
    box.box = replace(box.box, staff={**box.box.staff, "lena": replace(box.box.staff["lena"], locked=True)})
    assert box.badge("lena").refusal == "staff_locked"
    box = suspended().do(cmd.RegisterStaff("lena", ("auditor",))).badge("lena")
    assert box.one(ev.BadgePresented).staff == "lena"


def test_after_ten_minutes_it_is_over() -> None:
    box = suspended().wait(timing.SUSPENDED - 1)
    assert box.box.suspended is not None
    box.wait(1)
    assert box.one(ev.StaffLoggedOut).reason == "suspended_too_long"
    assert box.badge("lena").one(ev.BadgePresented).staff == "lena"


def test_a_restart_ends_it() -> None:
    box = suspended().restart()
    assert box.one(ev.StaffLoggedOut).reason == "interrupted"
    assert box.box.suspended is None


def test_it_does_not_outlast_its_time_because_a_resident_takes_theirs() -> None:
    box = suspended().wait(timing.SUSPENDED - 2_000).present("R1").pulsed().opens().wait(3_000)
    assert box.box.suspended is None
    assert box.session.right == "R1"


@pytest.mark.parametrize("staff", ["tom", "anna"])
def test_only_who_loads_can_let_somebody_go_first(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(cmd.SuspendStaff(box.staff)).refusal == "role_missing"
