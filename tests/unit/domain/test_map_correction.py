"""Which wire is whose is changed only where every board concerned was seen empty, or two persons of the staff agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.model import Door
from tests.unit.domain.builder import CABINET, RULES, STAFF, Scenario

SWAPPED = ("A07", "A08")
WIRES = ("A07: Schloss b:6 -> b:7", "A08: Schloss b:7 -> b:6")


def examined(box: Scenario, *, pause: bool = True) -> Scenario:
    """A round that has seen A07 and A08 exchanged, paused, with tom logged in and every door closed."""
    box.login("tom").do(cmd.StartCommissioning(box.staff))
    for label, door in (SWAPPED, SWAPPED[::-1]):
        box.do(cmd.NoteExamination(box.staff, label, (door,), (door,), (), 250, 1, "", True))
        assert not box.refusal, box.refusal
    return box.do(cmd.PauseCommissioning(box.staff, "asked")) if pause else box


def propose(box: Scenario, *boards: str) -> Scenario:
    return box.do(cmd.ProposeMap(box.staff, "corrected", SWAPPED, boards or SWAPPED, WIRES))


def started_with(box: Scenario, sha256: str = "corrected") -> Scenario:
    return box.restart().do(cmd.ActivateProfile(sha256, box.cabinet, RULES, ""))


def test_with_the_boards_seen_empty_a_technician_corrects_it() -> None:
    box = propose(examined(Scenario()))
    assert box.one(ev.MapCorrectionAccepted) == ev.MapCorrectionAccepted("corrected", ("tom",), "board_empty")
    started_with(box)
    assert box.box.profile_sha256 == "corrected"
    assert box.box.map_correction is None
    assert not any(each.remapped for each in box.box.compartments.values()), "it can be proved by another round"
    box.login("tom").do(cmd.StartCommissioning(box.staff))
    assert not box.do(cmd.TestCompartment(box.staff, "A01")).refusal


def test_with_something_on_the_board_it_waits_for_two_persons() -> None:
    box = examined(Scenario().stored("D1", "eAT").stored("D2", right="R2"))
    inside = box.deposit("D1").compartment
    propose(box, *SWAPPED, inside)
    assert not box.refusal
    assert not box.now_happened(ev.MapCorrectionAccepted)
    assert box.badge("tom").refusal == "role_missing", "a technician agrees to nothing"
    box.badge("lena")
    assert box.one(ev.MapBadgeAccepted).staff == "lena"
    assert box.badge("lena").refusal == "second_person_needed"
    assert box.badge("lukas").refusal == "role_missing", "one of them is a supervisor"
    box.badge("sabine")
    assert box.one(ev.MapCorrectionAccepted) == ev.MapCorrectionAccepted("corrected", ("lena", "sabine"), "two_badges")
    started_with(box)
    assert box.box.profile_sha256 == "corrected"
    assert box.deposit("D1").status == "stored", "its wires are where they were"


def test_what_lies_behind_a_moved_wire_is_in_doubt() -> None:
    """Whoever put it there was shown another door."""
    box = examined(Scenario(cabinet=CABINET[6:])).logout().login("lena")
    for label in SWAPPED:
        box.guided(label).report("empty")
    box.logout().stored("D1")
    inside = box.deposit("D1").compartment
    (other,) = set(SWAPPED) - {inside}
    propose(box.login("tom"))
    box.badge("sabine").badge("lukas")
    assert box.now_happened(ev.MapCorrectionAccepted)
    started_with(box)
    assert (box.deposit("D1").status, box.deposit("D1").reason) == ("unverified", "remapped")
    assert "remapped" in box.compartment(inside).quarantine
    assert box.compartment(inside).remapped
    box.login("tom")
    assert box.do(cmd.TestCompartment(box.staff, inside)).refusal == "not_empty"
    assert box.compartment(other).remapped, "the envelope lies behind the door that has this label now"
    assert box.do(cmd.TestCompartment(box.staff, other)).refusal == "not_empty"
    assert not box.compartment(other).allottable


@pytest.mark.parametrize("sha256", ["another", "corrected"])
def test_any_other_map_is_still_refused_while_something_is_inside(sha256: str) -> None:
    box = propose(examined(Scenario().stored("D1")), *(each.label for each in CABINET))
    if sha256 == "another":
        box.badge("lena").badge("sabine")
    started_with(box, sha256)
    assert box.refusal == "cabinet_not_empty"
    assert box.box.profile_sha256 == "profile-1"


def test_an_agreement_is_good_for_one_start() -> None:
    box = propose(examined(Scenario()))
    started_with(box, "profile-1")
    assert box.one(ev.MapCorrectionDropped).reason == "not_written"
    box.stored("D1")
    assert started_with(box).refusal == "cabinet_not_empty"


def test_no_compartment_comes_or_goes_with_it() -> None:
    box = propose(examined(Scenario()))
    box.restart().do(cmd.ActivateProfile("corrected", CABINET[:-1], RULES, ""))
    assert box.refusal == "labels_wrong"


@pytest.mark.parametrize("badges", [(), ("lena",)])
def test_nobody_comes_and_nothing_is_changed(badges: tuple[str, ...]) -> None:
    box = propose(examined(Scenario().stored("D1")), *(each.label for each in CABINET))
    for name in badges:
        box.badge(name)
    box.wait(timing.REQUEST_VALID + timing.TWO_PERSONS_WITHIN)
    assert box.happened(ev.MapCorrectionDropped)[-1].reason == "timeout"
    assert not box.happened(ev.MapCorrectionAccepted)
    assert box.box.map_correction is None


def test_it_ends_with_the_session() -> None:
    box = propose(examined(Scenario().stored("D1")), *(each.label for each in CABINET)).logout()
    assert box.one(ev.MapCorrectionDropped).reason == "session_over"


def test_what_is_refused_and_why() -> None:
    assert propose(examined(Scenario(), pause=False)).refusal == "commissioning_running"
    box = Scenario().login("tom")
    assert propose(box).refusal == "no_commissioning"
    assert propose(Scenario().login("lena")).refusal == "role_missing"
    box = examined(Scenario())
    ask = cmd.ProposeMap(box.staff, "corrected", ("A03", "A04"), (), WIRES)
    assert box.do(ask).refusal == "not_proved", "only what a round has seen"
    assert box.do(cmd.ProposeMap(box.staff, "corrected", (), (), ())).refusal == "nothing_to_correct"
    box.sense("A05", Door.OPEN)
    assert propose(box).refusal == "door_open", "the box is restarted at once"
    assert box.do(cmd.DropMap("dropped")).refusal == "nothing_to_correct"


def test_nothing_is_opened_between_the_agreement_and_the_restart() -> None:
    """The next start reads every door by the new map: an opening of the old one would be settled by another door."""
    box = examined(Scenario().announce("D1").right("R1", "D1"))
    box.logout().login("sabine").do(cmd.StartCommissioning(box.staff))
    for label, door in (SWAPPED, SWAPPED[::-1]):
        box.do(cmd.NoteExamination(box.staff, label, (door,), (door,), (), 250, 1, "", True))
    propose(box.do(cmd.PauseCommissioning(box.staff, "asked")))
    assert box.now_happened(ev.MapCorrectionAccepted)
    pulses = box.pulses
    assert box.scan("D1").refusal == "map_accepted"
    assert box.do(cmd.TestCompartment(box.staff, "A01")).refusal == "map_accepted"
    for command in (cmd.StartCommissioning(box.staff), cmd.GoOnWithCommissioning(box.staff)):
        assert box.do(command).refusal == "map_accepted", "every lock of it would be noted as not fired"
    resident = box.twin().logout().present("R1")
    assert resident.refusal == "busy", "the page stands as it is, the code is not used up"
    assert box.pulses == pulses
    box.do(cmd.DropMap("not_written"))
    assert not box.scan("D1").refusal, "it was not written: the box goes on as it is"


def test_a_pickup_that_no_restart_could_settle_is_settled_before_its_wires_move() -> None:
    """Its door is read by the new map at the next start: another door's contact would say that it was collected."""
    box = examined(Scenario(cabinet=CABINET[6:])).logout().login("lena")
    for label in SWAPPED:
        box.guided(label).report("empty")
    box.logout().stored("D1").present("R1").pulsed().opens()
    inside = box.opening.compartment
    box.die().start(**{inside: Door.UNKNOWN}).login("tom")
    assert inside in box.box.unsettled
    assert propose(box).refusal == "unsettled"
    assert not box.now_happened(ev.MapCorrectionProposed)


def test_staff_may_think_better_of_it() -> None:
    box = propose(examined(Scenario().stored("D1")), *(each.label for each in CABINET))
    assert box.do(cmd.DropMap("not_written")).refusal == "wrong_phase"
    box.do(cmd.DropMap("dropped"))
    assert box.one(ev.MapCorrectionDropped).reason == "dropped"
    assert box.badge("lena").refusal == "badge_not_needed"


@settings(max_examples=25)
@given(
    stored=st.integers(0, 3),
    boards=st.sets(st.sampled_from([each.label for each in CABINET]), max_size=8),
    badges=st.lists(st.tuples(st.sampled_from(sorted(STAFF)), st.integers(0, 70_000)), max_size=5),
)
def test_nothing_is_accepted_by_one_alone_unless_all_was_seen_empty(
    stored: int, boards: set[str], badges: list[tuple[str, int]]
) -> None:
    box = Scenario()
    for number in range(1, stored + 1):
        box.stored(f"D{number}", right=f"R{number}")
    held = {each.compartment for each in box.box.deposits.values()}
    if held & set(SWAPPED):
        box = box.login("tom").do(cmd.StartCommissioning(box.staff))
        vacant = next(label for label in (each.label for each in CABINET) if label not in held)
        box.do(cmd.NoteExamination(box.staff, vacant, SWAPPED, SWAPPED, (), 0, 1, "", True))
        box.do(cmd.PauseCommissioning(box.staff, "asked"))
    else:
        examined(box)
    concerned = {*boards, *SWAPPED}
    propose(box, *concerned)
    for name, later_ms in badges:
        if box.box.staff_session is not None and box.box.map_correction is not None:
            box.wait(later_ms)
            box.badge(name)
    accepted = box.happened(ev.MapCorrectionAccepted)
    empty = not held & concerned
    assert len(accepted) <= 1
    assert not empty or [each.rule for each in accepted] == ["board_empty"]
    for each in accepted:
        if not empty:
            first, second = each.by
            assert first != second
            assert {"supervisor", "loader"} >= {STAFF[first][0], STAFF[second][0]}
            assert "supervisor" in (STAFF[first][0], STAFF[second][0])
