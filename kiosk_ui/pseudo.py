"""Pseudo-locales: German made longer, or written from the right. For tests of the layout; no person reads them."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable

#: The share by which `longer` makes a text longer: what a translation from German may need.
GROWTH = 0.4

_PLACES = re.compile(r"(%\(\w+\)s)")
_RIGHT_TO_LEFT_OVERRIDE, _POP = "\u202e", "\u202c"


class PseudoTranslations(gettext.NullTranslations):
    """Applies ``change`` to the German texts; the places of values stay as they are."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def gettext(self, message: str) -> str:
        return self._change(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._change(msgid1 if n == 1 else msgid2)


def longer(text: str) -> str:
    """``text`` with 40 % more letters, spread over its words: vowels are doubled from the start until it is enough."""
    parts = _PLACES.split(text)
    wanted = round(sum(len(part) for part in parts[::2]) * GROWTH)
    for index in range(0, len(parts), 2):
        grown = []
        for letter in parts[index]:
            grown.append(letter)
            if wanted and letter.lower() in "aeiouäöü":
                grown.append(letter.lower())
                wanted -= 1
        parts[index] = "".join(grown)
    return "".join(parts) + "o" * wanted


def mirrored(text: str) -> str:
    """``text`` with every word running from right to left, so that the page has the flow of Arabic."""
    return "".join(
        part if index % 2 else re.sub(r"\S+", lambda word: _RIGHT_TO_LEFT_OVERRIDE + word.group() + _POP, part)
        for index, part in enumerate(_PLACES.split(text))
    )
