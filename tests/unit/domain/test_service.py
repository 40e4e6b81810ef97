"""Out of service by people, and back; a session that goes on because somebody is there."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import DepositStatus
from tests.unit.domain.builder import CABINET, RULES, Scenario


def out(box: Scenario, label: str = "A01", reason: str = "lock") -> Scenario:
    return box.do(cmd.SetService(box.staff, label, False, reason))


@pytest.mark.parametrize("staff", ["sabine", "tom"])
def test_nothing_is_put_in_any_more_and_again(staff: str) -> None:
    box = out(Scenario(cabinet=CABINET[:1]).announce("D1").login(staff))
    assert box.one(ev.CompartmentServiceChanged).by == staff
    assert box.logout().login().scan("D1").refusal == "load_full"
    box.logout().login(staff).do(cmd.SetService(box.staff, "A01", True, ""))
    box.do(cmd.SetService(box.staff, "A01", True, ""))
    assert not box.logout().login().scan("D1").refusal


@pytest.mark.parametrize("staff", ["lena", "anna"])
def test_who_may_not(staff: str) -> None:
    assert out(Scenario().login(staff)).refusal == "role_missing"


def test_what_is_inside_stays_its_holders() -> None:
    box = out(Scenario().stored("D1").login("sabine"))
    assert box.deposit("D1").status is DepositStatus.STORED
    assert not box.logout().present("R1").refusal


def test_what_cannot_be_asked() -> None:
    box = Scenario().login("sabine")
    assert out(box, "Z9").refusal == "compartment_unknown"
    assert out(box, reason="because").refusal == "reason_needed"
    assert box.do(cmd.SetService(box.staff, "A01", True, "")).refusal == "nothing_to_answer"
    out(box)
    assert not out(box).now_happened(ev.CompartmentServiceChanged), "twice is once"


def test_people_cannot_bring_back_what_the_profile_took_away() -> None:
    box = Scenario().do(cmd.ActivateProfile("profile-2", CABINET[:4], RULES, "")).login("sabine")
    assert box.compartment("A08").out_of_service == ("not_in_profile",)
    assert box.do(cmd.SetService(box.staff, "A08", True, "")).refusal == "nothing_to_answer"
    out(box, "A08").do(cmd.SetService(box.staff, "A08", True, ""))
    assert box.compartment("A08").out_of_service == ("not_in_profile",)


def test_somebody_is_still_there() -> None:
    box = Scenario().login().at(timing.STAFF_IDLE - 1_000)
    box.do(cmd.KeepStaffSession(box.staff)).wait(timing.STAFF_IDLE - 1)
    assert box.box.staff_session is not None
    box.wait(1)
    assert box.box.staff_session is None
