"""The rules of a board profile for what has no wire: gauges, the socket's input device, the keypad, sound cards."""

from __future__ import annotations

import re

from hal.keypad import KEY_CODES, MEANINGS
from hal.profile.around import Gauge, Jack, Keypad, Speech
from hal.profile.model import Profile
from hal.strict_toml import Document
from hal.toml_lines import KeyPath

_INPUT_DEVICE = re.compile(r"/dev/input/by-(id|path)/[A-Za-z0-9_.:+@-]+")
_STAYS = "must be a name that stays: /dev/input/by-id/… or /dev/input/by-path/…"
_PLAYBACK = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,15}(,[0-9]{1,2})?")


def check_devices(document: Document, profile: Profile) -> None:
    """Raises ``ConfigurationError`` for the first thing that is wrong."""
    inputs = profile.inputs
    for key, gauge in (("temperature", inputs.temperature), ("supply_voltage", inputs.supply_voltage)):
        if gauge is not None:
            _gauge(document, ("inputs", key), gauge)
    if inputs.headphones is not None:
        _jack(document, inputs.headphones)
    if profile.keypad is not None:
        _keypad(document, profile.keypad)
    _speech(document, profile.speech)


def _gauge(document: Document, at: KeyPath, gauge: Gauge) -> None:
    if not gauge.file.startswith("/sys/") or "/../" in gauge.file or len(gauge.file) > 200:
        raise document.error((*at, "file"), "must be a file of the kernel's below /sys/")
    if gauge.low is not None and gauge.high is not None and gauge.low >= gauge.high:
        raise document.error((*at, "low"), f"{gauge.low} is not below {gauge.high}")


def _jack(document: Document, jack: Jack) -> None:
    at = ("inputs", "headphones")
    if (jack.pin is None) == (not jack.device):
        raise document.error(at, "it needs either a pin or a device")
    if jack.device and _INPUT_DEVICE.fullmatch(jack.device) is None:
        raise document.error((*at, "device"), _STAYS)


def _keypad(document: Document, keypad: Keypad) -> None:
    if _INPUT_DEVICE.fullmatch(keypad.device) is None:
        raise document.error(("keypad", "device"), _STAYS)
    for key, means in keypad.keys.items():
        if key not in KEY_CODES:
            raise document.error(("keypad", "keys", key), "is no key that a keypad sends (hal/keypad.py)")
        if means not in MEANINGS:
            raise document.error(("keypad", "keys", key), f'"{means}" is none of {", ".join(MEANINGS)}')


def _speech(document: Document, speech: Speech) -> None:
    for where, name in (("loudspeaker", speech.loudspeaker), ("headphones", speech.headphones)):
        if name and _PLAYBACK.fullmatch(name) is None:
            raise document.error(
                ("speech", where), "must be a card's name (aplay -l), or with its device: Device,0; not a number"
            )
