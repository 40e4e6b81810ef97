"""What keys a tactile keypad has, and what each means to the pages.

The keypad is the compositor's: what is here says which keys there are on the screen's keyboard at all
(`provisioning.keyboard` makes the compositor's keymap of it). Whatever is not in it does nothing, on no keyboard that
anybody plugs in: docs/adr/0031-the-keypad-is-the-compositors.md. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    "next": "Down",
    "previous": "Up",
    "right": "Right",
    "left": "Left",
    "enter": "Return",
    "back": "Escape",
    "erase": "BackSpace",
    **{digit: digit for digit in "0123456789"},
    "speech": "F9",
    "again": "F8",
    "louder": "XF86AudioRaiseVolume",
    "quieter": "XF86AudioLowerVolume",
    "plug": "F15",
    "unplug": "F16",
}
"""What a key may mean → the symbol of it (``xkbcommon-keysyms.h``) that the pages know (docs/accessibility.md)."""


def _row(first: int, *names: str) -> dict[str, int]:
    return {f"KEY_{name}": first + index for index, name in enumerate(names)}


KEY_CODES: Final[Mapping[str, int]] = {
    **_row(1, "ESC", *"1234567890", "MINUS", "EQUAL", "BACKSPACE", "TAB"),
    **_row(16, *"QWERTYUIOP", "LEFTBRACE", "RIGHTBRACE", "ENTER"),
    **_row(30, *"ASDFGHJKL", "SEMICOLON", "APOSTROPHE", "GRAVE"),
    **_row(43, "BACKSLASH", *"ZXCVBNM", "COMMA", "DOT", "SLASH"),
    **_row(55, "KPASTERISK"),
    **_row(57, "SPACE"),
    **_row(59, *(f"F{number}" for number in range(1, 11))),
    **_row(71, "KP7", "KP8", "KP9", "KPMINUS", "KP4", "KP5", "KP6", "KPPLUS", "KP1", "KP2", "KP3", "KP0", "KPDOT"),
    **_row(86, "102ND", "F11", "F12"),
    **_row(96, "KPENTER"),
    **_row(98, "KPSLASH"),
    **_row(102, "HOME", "UP", "PAGEUP", "LEFT", "RIGHT", "END", "DOWN", "PAGEDOWN", "INSERT", "DELETE"),
    **_row(113, "MUTE", "VOLUMEDOWN", "VOLUMEUP"),
    **_row(117, "KPEQUAL"),
    **_row(158, "BACK"),
    **_row(163, "NEXTSONG", "PLAYPAUSE", "PREVIOUSSONG", "STOPCD"),
    **_row(183, *(f"F{number}" for number in range(13, 25))),
}
"""Keys that a keypad may send, with the kernel's numbers (``linux/input-event-codes.h``)."""

USUAL: Final[Mapping[str, str]] = {
    "KEY_DOWN": "next",
    "KEY_UP": "previous",
    "KEY_RIGHT": "right",
    "KEY_LEFT": "left",
    "KEY_ENTER": "enter",
    "KEY_KPENTER": "enter",
    "KEY_ESC": "back",
    "KEY_BACK": "back",
    "KEY_BACKSPACE": "erase",
    **{f"KEY_{digit}": digit for digit in "0123456789"},
    **{f"KEY_KP{digit}": digit for digit in "0123456789"},
    "KEY_F9": "speech",
    "KEY_PLAYPAUSE": "speech",
    "KEY_F8": "again",
    "KEY_PREVIOUSSONG": "again",
    "KEY_VOLUMEUP": "louder",
    "KEY_F14": "louder",
    "KEY_VOLUMEDOWN": "quieter",
    "KEY_F13": "quieter",
    "KEY_F15": "plug",
    "KEY_F16": "unplug",
}
"""What keypads for kiosks send, or can be set to."""


def meanings_of(keys: Mapping[str, str]) -> dict[int, str]:
    """The kernel's number of each key that does anything → the symbol of what it means. ``keys``: the profile's, which
    go before the usual ones.
    """
    return {KEY_CODES[key]: MEANINGS[means] for key, means in sorted({**USUAL, **keys}.items())}
