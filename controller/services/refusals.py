"""Refusals in the log: the first of a kind at once, later ones counted over ten minutes, so that nobody can flood the
log.
"""

from __future__ import annotations

from collections.abc import Callable

from controller.domain.commands import NoteRefusals
from controller.services.actor import Actor

WINDOW_MS = 600_000


class RefusalLedger:
    """Counts refusals by code. One event loop."""

    def __init__(self, actor: Actor, mono_ms: Callable[[], int]) -> None:
        self._actor = actor
        self._mono_ms = mono_ms
        self._window_ends: dict[str, int] = {}
        self._counted: dict[str, int] = {}

    def note(self, code: str) -> None:
        """Something was refused with ``code``."""
        now = self._mono_ms()
        if now >= self._window_ends.get(code, 0):
            self.flush(code)
            self._window_ends[code] = now + WINDOW_MS
            self._actor.post(NoteRefusals(code, 1))
        else:
            self._counted[code] = self._counted.get(code, 0) + 1

    def flush_due(self) -> None:
        """To be called now and then: writes the counters whose ten minutes are over."""
        now = self._mono_ms()
        for code in [code for code in self._counted if now >= self._window_ends[code]]:
            self.flush(code)

    def flush_all(self) -> None:
        """Before an orderly end: counts that would be lost with the process."""
        for code in list(self._counted):
            self.flush(code)

    def flush(self, code: str) -> None:
        count = self._counted.pop(code, 0)
        if count:
            self._actor.post(NoteRefusals(code, count))


class Throttle:
    """Slows wrong codes down: one try a second at first, then longer, and never locks out the next person.

    The pause grows with each wrong code up to half a minute and shrinks back when nothing wrong came for a while.
    """

    FIRST_MS = 1000
    LONGEST_MS = 30_000
    FREE_TRIES = 3
    FORGIVEN_AFTER_MS = 60_000

    def __init__(self, mono_ms: Callable[[], int]) -> None:
        self._mono_ms = mono_ms
        self._wrong = 0
        self._until = 0
        self._last = 0

    def wait_ms(self) -> int:
        """How long the next try has to wait, in ms; 0 when it may come."""
        now = self._mono_ms()
        if now - self._last > self.FORGIVEN_AFTER_MS:
            self._wrong = 0
        return max(0, self._until - now)

    def wrong(self) -> None:
        now = self._mono_ms()
        self._wrong += 1
        self._last = now
        steps = max(0, self._wrong - self.FREE_TRIES)
        self._until = now + min(self.LONGEST_MS, self.FIRST_MS * 2 ** min(steps, 10))

    def right(self) -> None:
        self._wrong = 0
        self._until = 0
