"""A profile that cannot be right is refused with file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hal.profile import GpioBank, Size, load_profile, shipped_profiles
from hal.strict_toml import ConfigurationError
from simulator.make_profiles import CABINETS, Cabinet

TEXT = shipped_profiles()["gpio-12"].read_text(encoding="utf-8")


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "cabinet.toml"
    file.write_text(text, encoding="utf-8")
    return file


def line_of(text: str, needle: str) -> int:
    assert text.count(needle) == 1, needle
    return text[: text.index(needle)].count("\n") + 1


@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_shipped_profiles_are_right(name: str) -> None:
    profile = load_profile(shipped_profiles()[name])
    assert profile.name == name
    assert len(set(profile.labels)) == len(profile.compartments)


@pytest.mark.parametrize("make", CABINETS)
def test_profiles_that_are_made_are_as_they_were_made(make: Callable[[], Cabinet]) -> None:
    cabinet = make()
    assert shipped_profiles()[cabinet.name].read_text("utf-8") == cabinet.text()


def test_608_compartments_on_three_lines() -> None:
    profile = load_profile(shipped_profiles()["kerong-608"])
    assert len(profile.compartments) == 608
    assert {bank.supply for bank in profile.banks} == {"A", "B", "C"}
    assert {place.column for place in profile.compartments} == set(range(1, 39))
    assert str(profile.lock_wire(profile.compartment("B049"))) == "B2:0"


def test_what_a_profile_says() -> None:
    profile = load_profile(shipped_profiles()["gpio-12"])
    assert profile.labels[:2] == ("A01", "A02")
    assert profile.compartment("A04").size is Size.L
    assert profile.pulse_ms("A07") == 400
    bank = profile.bank_of("A07")
    assert isinstance(bank, GpioBank)
    assert bank.one_shot_ms == 700
    with pytest.raises(KeyError):
        profile.compartment("Z99")


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        (
            "lock = 22",
            "lock = 18",
            "compartments.A07.lock",
            "pin 18 is already used by compartments.A03.lock (line 52)",
        ),
        (
            "sensor = 8",
            "sensor = 22",
            "compartments.A07.sensor",
            "pin 22 is already used by compartments.A07.lock (line 92)",
        ),
        (
            "lock = 22",
            "lock = 8",
            "compartments.A07.lock",
            "GPIO 8 cannot be an output here: only 9 to 27 are pulled down while nobody drives them",
        ),
        (
            "lock = 22",
            "lock = 28",
            "compartments.A07.lock",
            "GPIO 28 cannot be an output here: only 9 to 27 are pulled down while nobody drives them",
        ),
        ("sensor = 8", "sensor = 1", "compartments.A07.sensor", "GPIO 1 cannot be an input: 2 to 27 can"),
        (
            "sensor = 8",
            "sensor = 8\nlamp = 27",
            "compartments.A12.lock",
            "pin 27 is already used by compartments.A07.lamp (line 94)",
        ),
        (
            "buzzer = 15",
            "buzzer = 16",
            "indicators.buzzer",
            "pin 16 is already used by compartments.A01.lock (line 32)",
        ),
        (
            "lock = 22",
            "lok = 22",
            "compartments.A07.lok",
            "this key does not exist; did you mean lock?",
        ),
        (
            'label = "A07"',
            'label = "A06"',
            "compartments.A06.label",
            "label A06 is already used by compartments.A06.label (line 76)",
        ),
        ('label = "A07"', 'label = "7"', "compartments.7.label", '"7" is not a label like A07'),
        ("pulse_ms = 400", "pulse_ms = 1001", "banks.main.pulse_ms", "1001 ms is not between 50 and 1000 ms"),
        ("pulse_ms = 400", "pulse_ms = 49", "banks.main.pulse_ms", "49 ms is not between 50 and 1000 ms"),
        (
            "one_shot_ms = 700",
            "one_shot_ms = 300",
            "banks.main.one_shot_ms",
            "the hardware would end a pulse of 400 ms after 300 ms",
        ),
        (
            "one_shot_ms = 700",
            "one_shot_ms = 60000",
            "banks.main.one_shot_ms",
            "60000 ms is not between 50 and 1500 ms",
        ),
        (
            'kind = "gpio"',
            'kind = "simulated"',
            "banks.main.kind",
            "'simulated' is not one of the allowed values: gpio, mcp23017, kerong_cu, waveshare_relay",
        ),
        ("debounce_ms = 30", "debounce_ms = 501", "sensors.debounce_ms", "501 ms is not between 5 and 500 ms"),
        ("format = 2", "format = 1", "format", "format 1 is not known; this version reads format 2"),
        ('supply = "12V"', 'supply = " "', "banks.main.supply", "must not be empty"),
    ],
)
def test_mistakes_are_refused_where_they_are(tmp_path: Path, old: str, new: str, key: str, message: str) -> None:
    assert TEXT.count(f"\n{old}\n") == 1
    text = TEXT.replace(f"\n{old}\n", f"\n{new}\n")
    with pytest.raises(ConfigurationError) as refused:
        load_profile(write(tmp_path, text))
    error = refused.value
    assert (error.key, error.message) == (key, message)
    assert error.line is not None
    assert text.splitlines()[error.line - 1].split(" ")[0] == key.rpartition(".")[2]
    assert str(error) == f"cabinet.toml:{error.line}: {key}: {message}"


def test_a_place_in_the_front_is_used_once(tmp_path: Path) -> None:
    text = TEXT.replace(
        'label = "A02"\nbank = "main"\nsize = "S"\nheight_mm = 1150\ncolumn = 1\nrow = 2\n',
        'label = "A02"\nbank = "main"\nsize = "S"\nheight_mm = 1150\ncolumn = 1\nrow = 1\n',
    )
    with pytest.raises(ConfigurationError, match=r"compartments\.A02\.row: column 1, row 1 is already used"):
        load_profile(write(tmp_path, text))


def test_a_gpio_bank_has_to_declare_its_one_shot(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"banks\.main\.one_shot_ms: this key is missing: a GPIO bank needs"):
        load_profile(write(tmp_path, TEXT.replace("one_shot_ms = 700\n", "")))


def test_there_is_no_default_kind_of_bank(tmp_path: Path) -> None:
    text = TEXT.replace('kind = "gpio"\n', "")
    with pytest.raises(ConfigurationError, match=r"cabinet.toml:\d+: banks\..*kind: this key is missing"):
        load_profile(write(tmp_path, text))


def test_the_hash_is_of_what_it_says_not_of_how_it_is_written(tmp_path: Path) -> None:
    ours = load_profile(shipped_profiles()["gpio-12"]).profile_hash()
    assert len(ours) == 64
    rewritten = TEXT.replace(
        'closed_level = "low"\nsenses = "door"\n', 'senses = "door" # first\nclosed_level = "low"\n'
    )
    assert rewritten != TEXT
    assert load_profile(write(tmp_path, rewritten)).profile_hash() == ours
    changed = TEXT.replace("pulse_ms = 400", "pulse_ms = 401")
    assert load_profile(write(tmp_path, changed)).profile_hash() != ours
