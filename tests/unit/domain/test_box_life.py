"""The box's own life: its log, its plan, its policies, its faults."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide import decide
from controller.domain.model import Box, Contents, LockRules
from tests.unit.domain.builder import CABINET, POLICIES, RULES, Scenario, plan


def test_a_log_is_opened_once() -> None:
    assert Scenario().do(cmd.OpenLog("box-2", "real")).refusal == "log_open"
    opened = decide(Box(), cmd.OpenLog("box-2", "real"), Scenario().now)
    assert opened.box.box == "box-2"


def test_a_cabinet_that_nobody_looked_into_is_not_empty() -> None:
    box = Scenario(seen_empty_by="").announce("D1").login()
    assert {compartment.contents for compartment in box.box.compartments.values()} == {Contents.UNKNOWN}
    assert box.scan("D1").refusal == "load_full"
    box.guided("A03").report("empty")
    assert box.scan("D1").opening.compartment == "A03"


def activate(*compartments: ev.CompartmentPlan, rules: LockRules = RULES) -> cmd.ActivateProfile:
    return cmd.ActivateProfile("profile-2", compartments, rules, "sabine")


def test_the_same_profile_again_is_no_news() -> None:
    box = Scenario()
    assert not box.do(cmd.ActivateProfile("profile-1", CABINET, RULES, "sabine")).last
    assert not box.do(cmd.ActivatePolicies("policies-1", POLICIES)).last


def test_a_new_plan_only_for_an_empty_board() -> None:
    box = Scenario().stored("D1")
    assert box.do(activate(*CABINET)).refusal == "cabinet_not_empty"
    box = Scenario().announce("D1").login().scan("D1")
    assert box.do(activate(*CABINET[1:])).refusal == "door_busy"


def test_a_compartment_that_is_not_in_the_plan_any_more_is_never_used_again() -> None:
    box = Scenario().do(activate(*CABINET[1:], plan("B01"))).announce("D1").load("D1")
    assert box.compartment("A01").out_of_service == ("not_in_profile",)
    assert box.deposit("D1").compartment == "A02"
    assert box.compartment("B01").contents is Contents.UNKNOWN, "nobody has looked into the new one"
    assert box.login().request("A01").badge("lena").refusal == "out_of_service"


@pytest.mark.parametrize(
    ("compartments", "code"),
    [((plan("A01"), plan("A01")), "labels_wrong"), ((plan("A01", "XXL"),), "size_unknown")],
)
def test_a_plan_that_makes_no_sense(compartments: tuple[ev.CompartmentPlan, ...], code: str) -> None:
    assert Scenario().do(activate(*compartments)).refusal == code


def test_a_policy_that_asks_for_something_unknown() -> None:
    rules = (ev.PolicyRule("eAT", "handshake", (), 1),)
    assert Scenario().do(cmd.ActivatePolicies("policies-2", rules)).refusal == "factor_unknown"


def test_a_fault_is_raised_once_and_cleared_once() -> None:
    box = Scenario().do(cmd.SetFault("temperature", "", True))
    assert box.one(ev.FaultRaised).code == "temperature"
    assert not box.do(cmd.SetFault("temperature", "", True)).last
    assert box.do(cmd.SetFault("temperature", "", False)).one(ev.FaultCleared).code == "temperature"
    assert not box.do(cmd.SetFault("temperature", "", False)).last


def test_refusals_are_counted() -> None:
    assert Scenario().do(cmd.NoteRefusals("code_unknown", 3)).one(ev.RefusalsNoted).count == 3
    assert not Scenario().do(cmd.NoteRefusals("code_unknown", 0)).last


def test_a_checkpoint_is_not_sealed_while_a_door_is_in_question() -> None:
    box = Scenario().stored("D1").present("R1")
    seal = cmd.SealCheckpoint("0" * 64, 1)
    assert box.do(seal).refusal == "door_busy"
    assert box.pulsed().opens().do(seal).refusal == "door_busy"
    assert not box.closes().do(seal).refusal


def test_an_orderly_stop_is_noted_and_changes_nothing() -> None:
    box = Scenario().stored("D1")
    before = box.box.deposits
    assert box.do(cmd.StopBox("update")).one(ev.BoxStopped).reason == "update"
    assert box.box.deposits == before
