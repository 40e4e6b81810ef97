"""The terminal's commissioning asks more than two badges: nothing may be inside, by the log."""

from __future__ import annotations

from controller.domain import commands as cmd
from provisioning.commissioning.permission import not_empty
from tests.unit.domain.builder import CABINET, GIVING_UP, RULES, Scenario

PLUGS = ("A07", "A08")


def test_a_lock_that_opened_another_door_is_no_bar_in_an_empty_box_whatever_map_it_had() -> None:
    box = Scenario().login("tom")
    box.do(cmd.TestCompartment(box.staff, "A03")).pulsed().opens("A07").wait(GIVING_UP).closes("A07")
    assert box.compartment("A03").quarantine == ("wiring",)
    assert not_empty(box.box) == []
    box.logout().do(cmd.ActivateProfile("another", CABINET, RULES, ""))
    assert all(each.remapped for each in box.box.compartments.values())
    assert not_empty(box.box) == []


def test_what_lay_behind_a_wire_that_was_moved_by_two_badges_is_looked_into_first() -> None:
    box = Scenario(cabinet=CABINET[6:]).login("tom")
    box.do(cmd.StartCommissioning(box.staff))
    for label, door in (PLUGS, PLUGS[::-1]):
        box.do(cmd.NoteExamination(box.staff, label, (door,), (door,), (), 250, 1, "", True))
    box.logout().login("lena")
    for label in PLUGS:
        box.guided(label).report("empty")
    box.logout().stored("D1").login("tom")
    box.do(cmd.ProposeMap(box.staff, "corrected", PLUGS, PLUGS, ())).badge("lena").badge("sabine")
    box.restart().do(cmd.ActivateProfile("corrected", box.cabinet, RULES, ""))
    assert not box.refusal
    assert not_empty(box.box) == ["A07", "A08"], "the empty label has the full door now"
