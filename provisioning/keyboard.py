"""The screen's keyboard: a keymap in which there is nothing but the keypad's keys.

The compositor (cage) takes its keymap from ``XKB_DEFAULT_RULES`` and ``XKB_DEFAULT_LAYOUT``. In this one there are no
letters, no Ctrl, Alt, Super or Shift and no F keys but those of reading aloud: whatever keyboard somebody plugs in can
do what the keypad can, and nothing else. The files of the usual keys ship in ``systemd/xkb``; a profile with
``[keypad.keys]`` gets a layout of its own (docs/adr/0031-the-keypad-is-the-compositors.md).

``python -m provisioning.keyboard DIRECTORY`` writes the shipped ones anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hal.keypad import KEY_CODES, meanings_of

NAME: Final = "abholfach"
"""Of rules, keycodes, types, compatibility and the usual layout."""
OWN: Final = "abholfach_own"
"""The layout of a keypad whose keys are in the profile."""
PLACE: Final = "xkb"
"""Below ``/etc``, where libxkbcommon looks first."""
DROP_IN: Final = "systemd/system/abholfach-browser.service.d/keypad.conf"
"""Below ``/etc``."""

_BY: Final = "// Written by provisioning/keyboard.py.\n"
_FIRST: Final = 8
"""XKB counts keys from here."""


def shipped() -> dict[str, str]:
    """The files of the usual keys, by their place below `PLACE`."""
    return {
        f"rules/{NAME}": f"{_BY}{_RULES}",
        f"keycodes/{NAME}": _keycodes(),
        f"types/{NAME}": f'{_BY}default xkb_types "keypad" {{\n{_TYPES}}};\n',
        f"compat/{NAME}": f'{_BY}default xkb_compatibility "keypad" {{\n}};\n',
        f"symbols/{NAME}": _symbols({}),
    }


def own(keys: Mapping[str, str]) -> dict[str, str]:
    """What a profile's ``[keypad.keys]`` needs besides, by its place below ``/etc``; nothing for none."""
    if not keys:
        return {}
    drop_in = f"# Written by abholfach-provision init.\n[Service]\nEnvironment=XKB_DEFAULT_LAYOUT={OWN}\n"
    return {f"{PLACE}/symbols/{OWN}": _symbols(keys), DROP_IN: drop_in}


_RULES = """\
! model = keycodes
  * = abholfach

! model = types
  * = abholfach

! model = compat
  * = abholfach

! model layout = symbols
  * * = %l
"""
_TYPES = """\
    type "ONE_LEVEL" {
        modifiers = none;
        level_name[Level1] = "Any";
    };
"""


def _key(code: int) -> str:
    return f"<K{code:03}>"


def _keycodes() -> str:
    codes = "".join(f"    {_key(code)} = {code + _FIRST};\n" for code in sorted(set(KEY_CODES.values())))
    return f'{_BY}default xkb_keycodes "keypad" {{\n    minimum = {_FIRST};\n    maximum = 255;\n{codes}}};\n'


def _symbols(keys: Mapping[str, str]) -> str:
    lines = "".join(f"    key {_key(code)} {{ [ {symbol} ] }};\n" for code, symbol in sorted(meanings_of(keys).items()))
    return f'{_BY}default xkb_symbols "keypad" {{\n    name[Group1] = "Keypad";\n{lines}}};\n'


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m provisioning.keyboard DIRECTORY\n")
        return 2
    for place, text in shipped().items():
        file = Path(arguments[0]) / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
