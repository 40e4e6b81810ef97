"""The lights of the whole box: where a code is held, and that a door is open."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.model import Door
from controller.domain.openings import POWER_FAIL
from controller.services.actor import Actor
from hal.interfaces import Indicators

#: Scan modes in which something is to be held before the window.
READING = ("PICKUP", "LOADING", "DOCUMENT_KEY")

#: What is wrong with a code that the scanner's light may itself be mirrored in.
DAZZLED = ("glare", "too_bright")

DAZZLED_MS = 10_000
"""The scanner's light stays dark for so long then: as long as advice is given, and until it may be given again."""


class Lights:
    """Follows the state. `look` on the loop, after every change and once a second: hours change nothing else."""

    def __init__(
        self, actor: Actor, indicators: Indicators, scan_mode: Callable[[], str], mono_ms: Callable[[], int]
    ) -> None:
        self._actor = actor
        self._indicators = indicators
        self._scan_mode = scan_mode
        self._mono_ms = mono_ms
        self._dazzled_until_ms = 0
        self._lit: dict[str, bool] = {"scanner": False, "door": False}
        actor.after_turn(self.look)

    def look(self) -> None:
        """Switches what has changed."""
        box = self._actor.box
        dark = bool(self._actor.halted) or POWER_FAIL in box.faults
        dazzled = self._mono_ms() < self._dazzled_until_ms
        self._set("scanner", not dark and not dazzled and self._scan_mode() in READING)
        self._set("door", any(each.door is Door.OPEN for each in box.compartments.values()))

    def hinted(self, hint: str) -> None:
        """A code could not be read, and why. A phone shines by itself: where something is mirrored in it, the
        scanner's light is taken away for a while.
        """
        if hint in DAZZLED:
            self._dazzled_until_ms = self._mono_ms() + DAZZLED_MS
            self.look()

    def _set(self, name: str, on: bool) -> None:
        if self._lit[name] is not on:
            self._lit[name] = on
            self._indicators.light(name, on)
