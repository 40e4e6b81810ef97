"""A map that was corrected at the box: whole or not there, and only about the map that it corrects."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hal.profile import Profile, load_profile, shipped_profiles
from hal.strict_toml import ConfigurationError
from hal.wiring.correction import corrected
from hal.wiring.moved_wires import FILE_NAME, applied, lapsed, moved_wires, write
from hal.wiring.observation import Observation

PROFILES = {name: load_profile(path) for name, path in shipped_profiles().items() if "608" not in name}
GPIO = PROFILES["gpio-12"]


def exchanged(profile: Profile, first: str, second: str) -> Profile:
    """The locks of two compartments exchanged, as a round would see it."""
    return corrected(
        profile,
        [Observation(first, opened=(second,), moved=(second,)), Observation(second, opened=(first,), moved=(first,))],
    )


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_written_is_what_is_read(data: st.DataObject, tmp_path: Path) -> None:
    profile = PROFILES[data.draw(st.sampled_from(sorted(PROFILES)))]
    first, second = data.draw(st.lists(st.sampled_from(profile.labels), min_size=2, max_size=2, unique=True))
    after = exchanged(profile, first, second)
    file = tmp_path / FILE_NAME
    try:
        moved = moved_wires(profile, after)
    except ConfigurationError:
        return  # Boards whose locks cannot be exchanged: then nothing is written.
    write(file, moved)
    assert applied(profile, file) == after
    assert lapsed(profile, file) == ()
    other = replace(profile, name="another")
    assert applied(other, file) is other, "it is about one map alone"


def test_a_correction_that_a_later_change_of_the_file_has_ended_is_known(tmp_path: Path) -> None:
    """Whatever was changed there: the wires are those of the file again."""
    file = tmp_path / FILE_NAME
    assert lapsed(GPIO, file) == ()
    after = exchanged(GPIO, "A01", "A02")
    write(file, moved_wires(GPIO, after))
    changed = replace(GPIO, sensors=replace(GPIO.sensors, debounce_ms=31))
    assert applied(changed, file) is changed
    assert lapsed(changed, file) == ("A01", "A02")
    assert lapsed(after, file) == (), "commission has put the correction into the file"
    smaller = replace(changed, compartments=changed.compartments[1:])
    assert lapsed(smaller, file) == ("A02",)


def test_the_map_before_is_kept(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    first = exchanged(GPIO, "A01", "A02")
    write(file, moved_wires(GPIO, first))
    write(file, moved_wires(GPIO, exchanged(first, "A03", "A04")))
    assert applied(GPIO, file.with_name(FILE_NAME + ".old")) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, FILE_NAME + ".old"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: "",
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"A02"', '"A03"'),
        lambda text: text.replace('"lock": ', '"lock": 1'),
        lambda text: text.replace('"format"', '"formed"'),
    ],
    ids=["cut", "empty", "another version", "another label", "another channel", "another key"],
)
def test_a_damaged_file_stops_the_box_and_says_what_to_do(damage: object, tmp_path: Path) -> None:
    assert callable(damage)
    file = tmp_path / FILE_NAME
    write(file, moved_wires(GPIO, exchanged(GPIO, "A01", "A02")))
    file.write_text(damage(file.read_text("utf-8")), "utf-8")
    with pytest.raises(ConfigurationError, match="put it back"):
        applied(GPIO, file)


def test_only_wires_are_moved() -> None:
    taller = replace(GPIO, compartments=(replace(GPIO.compartments[0], height_mm=1), *GPIO.compartments[1:]))
    with pytest.raises(ConfigurationError):
        moved_wires(GPIO, taller)


def test_a_wire_that_two_would_have_is_refused() -> None:
    item = GPIO.compartments[1]
    doubled = replace(GPIO, compartments=(replace(GPIO.compartments[0], lock=item.lock), *GPIO.compartments[1:]))
    with pytest.raises(ConfigurationError):
        moved_wires(GPIO, doubled)
