"""Which character a key is, on the keyboard that a scanner believes to be: key codes of ``linux/input-event-codes.h``.

Only what codes are made of needs to be right. Every other character becomes one that no code contains.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

ENTER: Final = 28
KEYPAD_ENTER: Final = 96
TAB: Final = 15
LEFT_CONTROL, RIGHT_CONTROL = 29, 97
LEFT_SHIFT, RIGHT_SHIFT = 42, 54
LEFT_ALT, RIGHT_ALT = 56, 100
CAPS_LOCK: Final = 58

SHIFTS: Final = frozenset({LEFT_SHIFT, RIGHT_SHIFT})
MODIFIERS: Final = SHIFTS | {LEFT_CONTROL, RIGHT_CONTROL, LEFT_ALT, RIGHT_ALT, CAPS_LOCK}

UNKNOWN: Final = b"\x7f"


class Layout(StrEnum):
    """The country that the scanner is set to."""

    US = "us"
    DE = "de"


def _letters() -> dict[int, str]:
    rows = ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"))
    return {first + at: letter for first, row in rows for at, letter in enumerate(row)}


_DIGITS: Final = {2 + at: digit for at, digit in enumerate("1234567890")}
_KEYPAD: Final = dict(zip((79, 80, 81, 75, 76, 77, 71, 72, 73, 82), "1234567890", strict=True)) | {74: "-"}
_SPACE: Final = {57: " "}


def _lower(layout: Layout) -> dict[int, str]:
    keys = _letters() | _DIGITS | _KEYPAD | _SPACE
    if layout is Layout.DE:
        return keys | {21: "z", 44: "y", 53: "-", 51: ",", 52: ".", 27: "+", 43: "#"}
    return keys | {12: "-", 13: "=", 26: "[", 27: "]", 39: ";", 40: "'", 43: "\\", 51: ",", 52: ".", 53: "/"}


def _upper(layout: Layout) -> dict[int, str]:
    keys = {code: letter.upper() for code, letter in _lower(layout).items() if letter.isalpha()} | _SPACE
    if layout is Layout.DE:
        return keys | dict(zip(range(2, 12), '!"§$%&/()=', strict=True)) | {53: "_", 51: ";", 52: ":", 27: "*"}
    return (
        keys
        | dict(zip(range(2, 12), "!@#$%^&*()", strict=True))
        | {12: "_", 13: "+", 39: ":", 51: "<", 52: ">", 53: "?"}
    )


_PLAIN: Final[Mapping[Layout, Mapping[int, str]]] = MappingProxyType({layout: _lower(layout) for layout in Layout})
_SHIFTED: Final[Mapping[Layout, Mapping[int, str]]] = MappingProxyType({layout: _upper(layout) for layout in Layout})
_ALT_GRAPH: Final[Mapping[Layout, Mapping[int, str]]] = MappingProxyType(
    {Layout.US: {}, Layout.DE: {8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@"}}
)


class Keyboard:
    """Turns presses and releases into bytes. Not thread-safe."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: set[int] = set()
        self._capitals = False

    def forget(self) -> None:
        """What is held is not known any more."""
        self._held.clear()

    def released(self, code: int) -> None:
        """A key is up."""
        self._held.discard(code)

    def pressed(self, code: int) -> bytes:
        """What pressing this key types: one byte, or none for Shift and the like."""
        if code in MODIFIERS:
            self._held.add(code)
            self._capitals ^= code == CAPS_LOCK
            return b""
        if code in (ENTER, KEYPAD_ENTER):
            return b"\r"
        if code == TAB:
            return b"\t"
        if self._held & {LEFT_CONTROL, RIGHT_CONTROL, LEFT_ALT}:
            return UNKNOWN
        if RIGHT_ALT in self._held:
            character = _ALT_GRAPH[self._layout].get(code)
        elif self._held & SHIFTS:
            character = _SHIFTED[self._layout].get(code)
        else:
            character = _PLAIN[self._layout].get(code)
        if character is None or not character.isascii():
            return UNKNOWN
        return (character.swapcase() if self._capitals else character).encode("ascii")
