"""Which doors and plugs the story chooses in a cabinet."""

from __future__ import annotations

import pytest

from hal.profile import Profile, load_profile, shipped_profiles
from simulator.story_boards import column, lines, one_of_each


def shipped(name: str) -> Profile:
    return load_profile(shipped_profiles()[name])


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("gpio-12", ["A01"]),
        ("kerong-48", ["A01"]),
        ("mixed-96", ["A01", "B01", "C01", "D01", "D08", "E01"]),
        ("kerong-608", ["A001", "A193", "B001", "C001", "C193"]),
    ],
)
def test_a_door_of_every_wiring_is_opened(name: str, labels: list[str]) -> None:
    assert [each.label for each in one_of_each(shipped(name))] == labels


@pytest.mark.parametrize(
    ("name", "sizes"), [("gpio-12", []), ("kerong-48", [48]), ("mixed-96", [64, 8, 16]), ("kerong-608", [208])]
)
def test_a_plug_of_each_kind_of_line_is_pulled(name: str, sizes: list[int]) -> None:
    assert [len(lost) for lost in lines(shipped(name)).values()] == sizes


def test_contacts_that_are_elsewhere_are_lost_with_their_line_as_well() -> None:
    profile = shipped("mixed-96")
    lost = {each.label for each in lines(profile)["/dev/i2c-1"]}
    assert {"D01", "D08", "D16"} <= lost


def test_columns_are_counted_as_the_page_does() -> None:
    profile = shipped("mixed-96")
    places = {each.label: column(profile, each) for each in profile.compartments}
    assert (places["A01"], places["B01"], places["E16"]) == (0, 1, 11)
