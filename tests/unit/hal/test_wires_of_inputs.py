"""What a profile may say of contacts, lights, keypad and sound, wherever their wires end; and what is refused where."""

from __future__ import annotations

from pathlib import Path

import pytest

from hal.profile import Wire, load_profile
from hal.strict_toml import ConfigurationError
from tests.fakes.boards import expander_bank, kerong_bank, serial_profile, waveshare_bank

HEAD = """
[indicators]
buzzer = 8
buzzer_bank = "chip"
scanner_light = 6
scanner_light_bank = "relays"
door_light = 25
loudspeaker = 7
loudspeaker_bank = "relays"

[inputs.tamper]
pin = 3
bank = "east"
active = "high"

[inputs.headphones]
device = "/dev/input/by-path/platform-sound-event"

[keypad]
device = "/dev/input/by-id/usb-Storm_Keypad-event-kbd"

[keypad.keys]
KEY_A = "next"

[speech]
loudspeaker = "Device"
headphones = "Headphones,1"

"""
BANKS = kerong_bank("east") + waveshare_bank("relays") + expander_bank("chip")
TEXT = serial_profile(
    HEAD + BANKS, {"A01": ("east", 0), "B01": ("relays", 0, "relays", 0), "C01": ("chip", 0, "chip", 1)}
)


def read(tmp_path: Path, was: str = "", becomes: str = "") -> object:
    assert TEXT.count(was) == 1 or not was, was
    file = tmp_path / "cabinet.toml"
    file.write_text(TEXT.replace(was, becomes) if was else TEXT, encoding="utf-8")
    return load_profile(file)


def test_every_wire_has_its_name(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(TEXT, encoding="utf-8")
    profile = load_profile(file)
    assert profile.outputs() == {
        "the buzzer": Wire("chip", 8),
        "the scanner light": Wire("relays", 6),
        "the door light": Wire("header", 25),
        "the loudspeaker": Wire("relays", 7),
    }
    assert profile.contacts() == {"tamper": Wire("east", 3)}


@pytest.mark.parametrize(
    ("was", "becomes", "where"),
    [
        ('buzzer_bank = "chip"', 'buzzer_bank = "relays"', "buzzer_bank.*does not follow its patterns"),
        ('scanner_light_bank = "relays"', 'scanner_light_bank = "east"', "scanner_light_bank.*outputs are locks"),
        ('loudspeaker_bank = "relays"', 'loudspeaker_bank = "moon"', 'loudspeaker_bank.*there is no bank "moon"'),
        ("loudspeaker = 7", "loudspeaker = 0", "loudspeaker.*already used by compartments"),
        ("scanner_light = 6", "scanner_light = 8", "scanner_light.*0 and 7"),
        ("buzzer = 8", "buzzer = 1", "already used"),
        ("pin = 3", "pin = 0", "inputs.tamper.pin|already used"),
        ("pin = 3", "pin = 16", "inputs.tamper.pin.*0 and 15"),
        ('pin = 3\nbank = "east"', 'pin = 7\nbank = "chip"', "outputs only"),
        ('pin = 3\nbank = "east"', 'pin = 8\nbank = "chip"', "already used by indicators.buzzer|already used"),
        ('pin = 3\nbank = "east"', 'pin = 3\nbank = "moon"', 'inputs.tamper.bank.*there is no bank "moon"'),
        ('device = "/dev/input/by-path/platform-sound-event"', "", "either a pin or a device"),
        (
            'device = "/dev/input/by-path/platform-sound-event"',
            'device = "/dev/input/by-path/x"\npin = 5',
            "either a pin or a device",
        ),
        ("/dev/input/by-path/platform-sound-event", "/dev/input/event3", "a name that stays"),
        ("/dev/input/by-id/usb-Storm_Keypad-event-kbd", "/dev/input/event3", "keypad.device.*a name that stays"),
        ('KEY_A = "next"', 'KEY_LEFTCTRL = "next"', "no key that a keypad sends"),
        ('KEY_A = "next"', 'KEY_A = "reboot"', '"reboot" is none of'),
        ('loudspeaker = "Device"', 'loudspeaker = "hw:0"', "speech.loudspeaker"),
        ('loudspeaker = "Device"', 'loudspeaker = "1"', "not a number"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(tmp_path: Path, was: str, becomes: str, where: str) -> None:
    with pytest.raises(ConfigurationError, match=where):
        read(tmp_path, was, becomes)


def test_an_amplifier_needs_headphones_that_switch_it_off(tmp_path: Path) -> None:
    text = TEXT.replace('[inputs.headphones]\ndevice = "/dev/input/by-path/platform-sound-event"\n', "")
    file = tmp_path / "cabinet.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"loudspeaker.*\[inputs\] has none"):
        load_profile(file)
