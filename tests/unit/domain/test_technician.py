"""A technician alone opens only what is seen to be empty."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Contents
from tests.unit.domain.builder import Scenario


def test_an_empty_compartment_is_tested() -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A08"))
    assert box.one(ev.UnlockAuthorised).purpose == "test"
    box.take()
    assert box.box.opening is None
    assert box.compartment("A08").allottable
    assert box.compartment("A08").contents is Contents.EMPTY
    assert not box.do(cmd.TestCompartment(box.staff, "A07")).refusal


def test_a_lock_that_does_not_open_is_found() -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A08")).jams()
    assert box.compartment("A08").quarantine == ("jam",)
    assert "jam:A08" in box.box.faults


def test_what_is_not_seen_to_be_empty_stays_closed() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").present("R1").take().wait(timing.CONFIRMATION)
    presumed = box.happened(ev.DepositEnded)[-1].compartment
    full = box.deposit("D2").compartment
    box.opens("A08").closes("A08").login("tom")
    for label in (presumed, full, "A08"):
        assert box.do(cmd.TestCompartment(box.staff, label)).refusal == "not_empty"
    assert box.do(cmd.TestCompartment(box.staff, "Z99")).refusal == "compartment_unknown"


@pytest.mark.parametrize("staff", ["lena", "anna"])
def test_who_may_not(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(cmd.TestCompartment(box.staff, "A08")).refusal == "role_missing"


def test_a_technician_loads_and_guides_nothing() -> None:
    box = Scenario().stored("D1").announce("D2").login("tom")
    assert box.scan("D2").refusal == "role_missing"
    assert box.request(box.deposit("D1").compartment).refusal == "role_missing"
    assert box.pulses == 1
