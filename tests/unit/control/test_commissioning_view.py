"""The paper of a round says nothing of wires that it has not seen."""

from __future__ import annotations

from controller.adapters.control.commissioning_view import commissioning_sheet
from controller.domain import commands as cmd
from controller.ports import FrontState, RoundLook
from tests.unit.domain.builder import CABINET, RULES, Scenario
from tests.unit.services.cabinet import CabinetOfLabels


def test_wires_stand_in_the_sheet_only_while_the_map_is_the_one_that_was_examined() -> None:
    box = Scenario().login("tom")
    box.do(cmd.StartCommissioning(box.staff)).do(cmd.PauseCommissioning(box.staff, "asked"))
    nothing, cabinet = RoundLook(None, (), None), CabinetOfLabels()
    before = commissioning_sheet(box.box, FrontState(), nothing, cabinet)
    assert before is not None
    assert (before.locks[0].lock, before.locks[0].contact) == ("lock:A01", "contact:A01")
    box.do(cmd.ActivateProfile("another", CABINET, RULES, ""))
    after = commissioning_sheet(box.box, FrontState(), nothing, cabinet)
    assert after is not None
    assert after.map_sha256 == before.map_sha256 == "profile-1"
    assert {(each.lock, each.contact) for each in after.locks} == {("", "")}
    assert [each.label for each in after.locks] == [each.label for each in before.locks]
