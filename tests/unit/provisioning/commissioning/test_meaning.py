"""What observations mean, and which map they prove: against cabinets that are wired at random."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hal.interfaces import DoorLevel
from hal.profile import Profile, Wire, load_profile, shipped_profiles
from hal.wiring.correction import changes, corrected
from hal.wiring.judgement import Code, Finding, judge
from hal.wiring.observation import Observation
from provisioning.commissioning.words import ENGLISH, GERMAN, say

GPIO = load_profile(shipped_profiles()["gpio-12"])
MIXED = load_profile(shipped_profiles()["mixed-96"])
LABELS = GPIO.labels


def well(label: str, **otherwise: object) -> Observation:
    return replace_fields(Observation(label, opened=(label,), moved=(label,), to_open_ms=40), otherwise)


def replace_fields(seen: Observation, fields: dict[str, object]) -> Observation:
    values = {name: getattr(seen, name) for name in Observation.__dataclass_fields__} | fields
    return Observation(**values)


def codes(*observations: Observation) -> set[tuple[Code, str, str]]:
    return {(finding.code, finding.label, finding.other) for finding in judge(GPIO, observations)}


def wires(profile: Profile) -> dict[str, tuple[Wire, Wire]]:
    return {item.label: (profile.lock_wire(item), profile.sensor_wire(item)) for item in profile.compartments}


def seen_at(labels: tuple[str, ...], locks: dict[str, str], contacts: dict[str, str]) -> list[Observation]:
    """``locks[X]``: the door that the wire of X opens; ``contacts[P]``: whose contact door P moves."""
    return [
        Observation(label, opened=(locks[label],), moved=(contacts[locks[label]],), to_open_ms=40) for label in labels
    ]


def test_a_box_wired_as_its_map_says_has_no_findings_and_keeps_its_map() -> None:
    observations = [well(label) for label in LABELS]
    assert judge(GPIO, observations) == ()
    assert corrected(GPIO, observations) is GPIO


def test_what_stood_open_before_a_lock_that_was_not_fired_proves_nothing_about_its_wire() -> None:
    before = [well("A01", opened=("A02",), not_fired="contact_open"), well("A02", opened=("A01",), moved=("A01",))]
    assert corrected(GPIO, before) is GPIO


def test_every_finding_has_its_code_and_its_place() -> None:
    assert codes(well("A01", opened=(), moved=())) == {(Code.DOES_NOT_OPEN, "A01", "")}
    assert codes(well("A01", opened=(), moved=(), fault="board_silent")) == {(Code.LOCK_FAULT, "A01", "board_silent")}
    assert codes(well("A01", moved=())) == {(Code.CONTACT_DEAD, "A01", "")}
    assert codes(well("A01", moved=(), before=DoorLevel.UNKNOWN)) == {(Code.CONTACT_UNREADABLE, "A01", "")}
    assert codes(well("A01", stuck=("A01",))) == {(Code.CONTACT_STUCK, "A01", "")}
    assert codes(well("A01", inverted=("A01",))) == {(Code.CONTACT_INVERTED, "A01", "")}
    assert codes(well("A01", pressed=True)) == {(Code.OPENS_PRESSED, "A01", "")}
    assert codes(well("A01", to_open_ms=401)) == {(Code.SLOW, "A01", "401 ms")}
    assert codes(well("A01", moved=("A01", "A02"))) == {(Code.CONTACT_DOUBLED, "A01", "A01, A02")}
    assert codes(well("A01", opened=("A01", "A02"))) == {(Code.LOCK_DOUBLED, "A01", "A01, A02")}
    assert codes(well("A01", opened=(), moved=("A03",))) == {
        (Code.DOES_NOT_OPEN, "A01", ""),
        (Code.CONTACT_ALONE, "A03", "A01"),
    }
    # Both plugs exchanged together: lock and contact agree, and only the label on the door tells.
    assert codes(well("A01", opened=("A02",))) == {
        (Code.LOCK_SWAPPED, "A01", "A02"),
        (Code.CONTACT_SWAPPED, "A02", "A01"),
    }
    assert (Code.OPENED_TWICE, "A02", "A01, A02") in codes(well("A01", opened=("A02",), moved=("A02",)), well("A02"))


def test_each_code_can_be_said_in_both_languages() -> None:
    for words in (ENGLISH, GERMAN):
        assert set(words) == set(Code)
        for code in Code:
            assert "{" not in say(Finding(code, "A01", "A02"), words)


@given(st.permutations(LABELS), st.permutations(LABELS))
def test_any_exchange_of_wires_is_found_and_put_right(lock_order: list[str], contact_order: list[str]) -> None:
    locks = dict(zip(LABELS, lock_order, strict=True))
    contacts = dict(zip(LABELS, contact_order, strict=True))
    observations = seen_at(LABELS, locks, contacts)
    after = wires(corrected(GPIO, observations))
    before = wires(GPIO)
    for fired, door in locks.items():
        assert after[door][0] == before[fired][0]
    for door, whose in contacts.items():
        assert after[door][1] == before[whose][1]
    wrong = [label for label in LABELS if locks[label] != label or contacts[label] != label]
    assert bool(judge(GPIO, observations)) == bool(wrong)


@given(st.permutations(MIXED.labels), st.permutations(MIXED.labels))
def test_wires_also_move_between_boards_of_different_kinds(lock_order: list[str], contact_order: list[str]) -> None:
    locks = dict(zip(MIXED.labels, lock_order, strict=True))
    contacts = dict(zip(MIXED.labels, contact_order, strict=True))
    after, before = wires(corrected(MIXED, seen_at(MIXED.labels, locks, contacts))), wires(MIXED)
    assert all(after[door][0] == before[fired][0] for fired, door in locks.items())
    assert all(after[door][1] == before[whose][1] for door, whose in contacts.items())


def test_what_is_not_proved_is_not_changed() -> None:
    # The wire of A01 opens A02; that of A02 opens nothing. Whether it leads to A01 nobody has seen.
    half = [well("A01", opened=("A02",), moved=("A02",)), well("A02", opened=(), moved=())]
    assert corrected(GPIO, half) is GPIO
    twice = [well("A01", opened=("A02",), moved=("A02",)), well("A02")]
    assert corrected(GPIO, twice) is GPIO


def test_a_jam_elsewhere_does_not_keep_a_swap_from_being_put_right() -> None:
    seen = [
        well("A01", opened=("A02",), moved=("A02",)),
        well("A02", opened=("A01",), moved=("A01",)),
        well("A03", opened=(), moved=()),
    ]
    after = corrected(GPIO, seen)
    first, second = GPIO.compartment("A01"), GPIO.compartment("A02")
    assert changes(GPIO, after) == [
        f"A01: lock header:{first.lock} -> header:{second.lock}",
        f"A02: lock header:{second.lock} -> header:{first.lock}",
    ]
    assert replace(after.compartment("A01"), lock=first.lock) == first
