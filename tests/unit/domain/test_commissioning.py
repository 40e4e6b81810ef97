"""A round that fires every vacant lock: what it finds, what it leaves out, and when it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.commissioning import Commissioning, RoundState
from controller.domain.decide_time import next_due
from controller.domain.model import Door
from tests.unit.domain.builder import CABINET, GIVING_UP, Scenario

LABELS = tuple(each.label for each in CABINET)


def round_of(box: Scenario) -> Commissioning:
    assert box.box.commissioning is not None
    return box.box.commissioning


def begun(box: Scenario) -> Scenario:
    box.login("tom").do(cmd.StartCommissioning(box.staff))
    assert not box.refusal, box.refusal
    return box


def fires(box: Scenario, label: str) -> Scenario:
    box.do(cmd.TestCompartment(box.staff, label))
    assert not box.refusal, box.refusal
    return box.pulsed()


def notes(
    box: Scenario,
    label: str,
    opened: tuple[str, ...],
    moved: tuple[str, ...],
    *,
    said: bool = False,
    stuck: tuple[str, ...] = (),
) -> Scenario:
    return box.do(cmd.NoteExamination(box.staff, label, opened, moved, stuck, 250, 1, "", said))


def test_every_vacant_lock_and_then_it_is_done() -> None:
    box = begun(Scenario())
    assert round_of(box).labels == LABELS
    for label in LABELS:
        fires(box, label).opens().closes()
        notes(box, label, (label,), (label,))
        assert not box.refusal
    assert round_of(box).state is RoundState.DONE
    assert all(each.as_it_should for each in round_of(box).results)
    assert all(each.allottable for each in box.box.compartments.values())


def test_what_may_hold_something_is_left_out_and_never_fired() -> None:
    box = begun(Scenario().stored("D1"))
    full = box.deposit("D1").compartment
    assert round_of(box).left_out == (full,)
    assert box.do(cmd.TestCompartment(box.staff, full)).refusal == "not_empty"
    assert notes(box, full, (full,), (full,)).refusal == "compartment_unknown"


def test_another_door_that_opens_is_found_and_the_lock_is_not_fired_again() -> None:
    box = begun(Scenario())
    fires(box, "A03").opens("A07")
    assert box.one(ev.DoorOpened) == ev.DoorOpened("A07", "test", box.mono_ms)
    assert box.opening.others == ("A07",)
    pulses = box.pulses
    box.wait(timing.DOORS_OF_ONE_PULSE + GIVING_UP)
    assert box.pulses == pulses, "once more would open the other door once more"
    assert box.happened(ev.OpeningEnded)[-1].outcome == "other_door"
    assert not box.box.faults, "nothing was behind it: no alarm"
    assert box.compartment("A03").quarantine == ("wiring",)
    assert box.compartment("A07").quarantine == ("test_failed",)
    box.closes("A07")
    notes(box, "A03", ("A07",), ("A07",), said=True)
    assert round_of(box).results[-1].opened == ("A07",)
    assert not box.do(cmd.TestCompartment(box.staff, "A07")).refusal, "in an empty box everything may be tried again"


def test_a_door_with_something_behind_it_is_an_alarm_and_stops_the_round() -> None:
    box = begun(Scenario().stored("D1"))
    full = box.deposit("D1").compartment
    vacant = round_of(box).labels[0]
    fires(box, vacant).opens(full)
    assert f"unexpected_open:{full}" in box.box.faults
    assert box.deposit("D1").status == "unverified"
    assert (round_of(box).state, round_of(box).paused) == (RoundState.PAUSED, "not_vacant")
    box.wait(GIVING_UP)
    box.closes(full)
    assert box.do(cmd.TestCompartment(box.staff, vacant)).refusal == "wiring"
    box.do(cmd.GoOnWithCommissioning(box.staff))
    assert not box.refusal
    other = next(label for label in round_of(box).waiting if label != vacant)
    fires(box, other).opens().closes()


@pytest.mark.parametrize("moved", [(), ("A08",)], ids=["dead contact", "another door's contact"])
def test_a_full_door_that_only_a_person_saw_open_is_the_same_alarm(moved: tuple[str, ...]) -> None:
    """Its contact is dead, or tells of another door: what lies behind it is in doubt all the same."""
    box = begun(Scenario().stored("D1"))
    full = box.deposit("D1").compartment
    assert full not in moved
    vacant = round_of(box).labels[0]
    fires(box, vacant)
    for label in moved:
        box.opens(label)
    box.wait(GIVING_UP)
    notes(box, vacant, (full,), moved, said=True)
    assert not box.refusal
    assert f"unexpected_open:{full}" in box.box.faults
    assert (box.deposit("D1").status, box.deposit("D1").reason) == ("unverified", "unexpected_open")
    assert (round_of(box).state, round_of(box).paused) == (RoundState.PAUSED, "not_vacant")


def test_a_door_that_nobody_looked_behind_since_the_plan_was_changed_counts_as_full() -> None:
    box = Scenario()
    box.do(cmd.ActivateProfile("another", CABINET, box.box.lock_rules, "")).login("lena")
    for label in ("A03", "A07"):
        box.guided(label).report("empty")
    begun(box.logout())
    assert round_of(box).labels == ("A03", "A07")
    fires(box, "A03").opens("A07").wait(GIVING_UP).closes("A07")
    assert not box.box.faults
    assert box.do(cmd.TestCompartment(box.staff, "A03")).refusal == "wiring", "it may open any of the others"
    fires(box, "A07").opens("A05")
    assert "unexpected_open:A05" in box.box.faults


def test_two_doors_at_one_pulse_are_both_found() -> None:
    box = begun(Scenario())
    fires(box, "A02").opens("A02").opens("A05")
    assert box.opening.others == ("A05",)
    box.closes("A02").closes("A05")
    assert box.compartment("A02").quarantine == ("wiring",)
    assert not box.box.faults


def test_a_door_that_opens_later_was_not_the_tests() -> None:
    box = begun(Scenario())
    fires(box, "A02").opens("A02").at(timing.DOORS_OF_ONE_PULSE).opens("A05")
    assert "unexpected_open:A05" in box.box.faults


def test_what_failed_is_tested_again_and_is_in_service_once_it_opens() -> None:
    box = begun(Scenario())
    fires(box, "A01").wait(GIVING_UP)
    assert box.compartment("A01").quarantine == ("test_failed",)
    assert not box.compartment("A01").allottable
    notes(box, "A01", (), ())
    box.at(box.box.lock_rules.rest_ms)
    fires(box, "A01").opens().closes()
    assert box.compartment("A01").allottable
    assert "jam:A01" not in box.box.faults


def test_two_plugs_exchanged_together_are_told_by_the_person_alone() -> None:
    box = begun(Scenario())
    fires(box, "A01").opens().closes()
    assert box.compartment("A01").allottable, "the contacts say that all is well"
    notes(box, "A01", ("A02",), ("A01",), said=True)
    assert box.compartment("A01").quarantine == ("wiring",)
    fires(box, "A02").opens().closes()
    assert box.compartment("A02").quarantine == ("test_failed",), "another lock was seen to open it"


@pytest.mark.parametrize("end", ["logout", "idle", "power", "crash"])
def test_it_stops_with_the_session_whatever_ends_it(end: str) -> None:
    box = begun(Scenario())
    fires(box, "A01").opens().closes()
    notes(box, "A01", ("A01",), ("A01",))
    ends: dict[str, Callable[[], object]] = {
        "logout": box.logout,
        "idle": lambda: box.wait(timing.STAFF_IDLE),
        "power": lambda: box.do(cmd.JudgePower(mains=False)),
        "crash": box.restart,
    }
    ends[end]()
    assert (round_of(box).state, round_of(box).paused) == (RoundState.PAUSED, "session_over")
    box.do(cmd.JudgePower(mains=True)).login("tom").do(cmd.GoOnWithCommissioning(box.staff))
    assert not box.refusal
    assert round_of(box).waiting == LABELS[1:], "what was examined is not lost"


def test_a_restart_in_the_middle_of_a_test_settles_it_and_the_lock_is_fired_again() -> None:
    box = begun(Scenario())
    fires(box, "A01").opens()
    box.restart()
    assert box.compartment("A01").quarantine == ("test",), "its door stood open with nobody there"
    box.closes("A01").login("tom").do(cmd.GoOnWithCommissioning(box.staff))
    assert box.do(cmd.TestCompartment(box.staff, "A01")).refusal == "not_empty"
    box.logout().restart().login("tom").do(cmd.GoOnWithCommissioning(box.staff))
    fires(box, "A02")
    box.restart()
    assert box.compartment("A02").quarantine == ()
    box.login("tom").do(cmd.GoOnWithCommissioning(box.staff))
    assert "A02" in round_of(box).waiting
    fires(box, "A02").opens().closes()


@pytest.mark.parametrize("staff", ["lena", "anna"])
def test_who_may_not(staff: str) -> None:
    box = Scenario().login(staff)
    assert box.do(cmd.StartCommissioning(box.staff)).refusal == "role_missing"


def test_what_is_not_running_is_neither_noted_nor_paused_nor_resumed() -> None:
    box = Scenario().login("tom")
    assert notes(box, "A01", ("A01",), ("A01",)).refusal == "no_commissioning"
    assert box.do(cmd.PauseCommissioning(box.staff, "asked")).refusal == "no_commissioning"
    assert box.do(cmd.GoOnWithCommissioning(box.staff)).refusal == "no_commissioning"
    begun(box.logout())
    assert box.do(cmd.StartCommissioning(box.staff)).refusal == "commissioning_running"
    assert box.do(cmd.PauseCommissioning(box.staff, "tea")).refusal == "reason_unknown"
    box.do(cmd.PauseCommissioning(box.staff, "asked"))
    box.do(cmd.ActivateProfile("another", CABINET, box.box.lock_rules, ""))
    assert box.do(cmd.GoOnWithCommissioning(box.staff)).refusal == "map_changed"


WIRES = st.permutations(LABELS)


@settings(max_examples=25)
@given(
    wires=WIRES,
    jams=st.sets(st.sampled_from(LABELS), max_size=2),
    full=st.sets(st.sampled_from(LABELS), max_size=2),
)
def test_no_wiring_makes_a_test_fire_what_may_hold_something(wires: list[str], jams: set[str], full: set[str]) -> None:
    """Whatever is wired to whatever: a label that may hold something is never authorised, a lock that opened another
    door is fired once, and whatever opened wrongly is not allotted afterwards.
    """
    physical = dict(zip(LABELS, wires, strict=True))
    box = Scenario()
    for number, _ in enumerate(sorted(full), 1):
        box.stored(f"D{number}", right=f"R{number}")
    holding = {each.compartment for each in box.box.deposits.values()}
    before = box.pulses
    begun(box)
    fired: list[str] = []
    for label in round_of(box).labels:
        if box.do(cmd.TestCompartment(box.staff, label)).refusal:
            assert box.refusal in ("wiring", "not_empty")
            continue
        fired.append(label)
        box.pulsed()
        door = physical[label]
        if door not in jams:
            box.opens(door)
        while box.box.opening is not None and box.opening.stage != "opened":
            due = next_due(box.box)
            assert due is not None
            box.at(max(0, due - box.mono_ms)).do(cmd.Tick())
        if box.doors[door] is Door.OPEN:
            box.closes(door)
        opened = () if door in jams else (door,)
        if round_of(box).state is RoundState.PAUSED:
            assert door in holding
            box.do(cmd.GoOnWithCommissioning(box.staff))
        notes(box, label, opened, opened, said=opened != (label,))
        assert not box.refusal
        if opened and opened != (label,):
            assert not box.compartment(label).allottable
    authorised = [event.compartment for event in box.happened(ev.UnlockAuthorised)][before:]
    assert not set(authorised) & holding
    for label in fired:
        expected = box.box.lock_rules.attempts if physical[label] in jams else 1
        assert authorised.count(label) == expected
