"""The screen watch: does the resident's page show what stands?

A renderer that died leaves the browser alive with its last picture. The page therefore says, every two seconds, which
revision it has painted. While that is not known to be the present one, no door is authorised for a resident
(`controller.domain.decide_screen`), and after a while the browser is started anew: the controller touches a file that a
systemd path unit watches. It can do no more than that, and needs no right for it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from controller.domain import timing
from controller.domain.commands import JudgeScreen
from controller.domain.decide_pickup import SCREEN_STALE
from controller.domain.model import Box
from controller.services.actor import Actor

log = logging.getLogger(__name__)

#: Nothing heard for so long, or lagging for so long: stale.
STALE_MS = 6_000
#: Stale for so long: the browser is started anew, and again at most so often.
RESTART_AFTER_MS = 15_000
RESTART_EVERY_MS = 60_000
#: What a browser is given to start, after the controller has and after staff have left the screen.
GRACE_MS = 10_000


class ScreenWatch:
    """Knows whether the screen is fresh. One event loop; `fresh` is read wherever a moment is made."""

    def __init__(self, required: bool, mono_ms: Callable[[], int], restart_file: Path | None = None) -> None:
        """``required`` is false for a box without a screen of its own: then everything counts as shown."""
        self._required = required
        self._mono_ms = mono_ms
        self._restart_file = restart_file
        self._heard_mono_ms: int | None = None
        self._behind = 0
        """The revision that has to be shown before the page counts as caught up; 0: it has."""
        self._behind_since_mono_ms = 0
        self._away_until_mono_ms = mono_ms() + GRACE_MS
        self._stale_since_mono_ms: int | None = None
        self._restarted_mono_ms: int | None = None

    @property
    def fresh(self) -> bool:
        """Whether the page showed what stands, a moment ago. Before it has ever said so it did not."""
        if not self._required:
            return True
        now = self._mono_ms()
        if self._heard_mono_ms is None or now - self._heard_mono_ms > STALE_MS:
            return False
        return not self._behind or now - self._behind_since_mono_ms <= STALE_MS

    def shown(self, revision: int, current: int) -> None:
        """The page has painted ``revision`` while ``current`` stands. A page that is always one behind, because much
        happens, is not stale; one that stays behind the same revision is, and so is one of another process's numbers.
        """
        now = self._heard_mono_ms = self._mono_ms()
        if self._behind <= revision <= current:
            self._behind = 0
        if revision != current and not self._behind:
            self._behind, self._behind_since_mono_ms = current, now

    def look(self, actor: Actor) -> None:
        """To be called about once a second: tells the rules, and has the browser started anew."""
        if not self._required:
            return
        now, box = self._mono_ms(), actor.box
        if _staff_have_the_screen(box, now):
            # Their pages are no heartbeat of the residents' page, and residents get no door meanwhile.
            self._away_until_mono_ms = now + GRACE_MS
        fresh = self.fresh
        standing = SCREEN_STALE in box.faults
        if fresh:
            self._stale_since_mono_ms = None
            if standing:
                actor.post(JudgeScreen(True))
            return
        if now < self._away_until_mono_ms:
            return
        if self._stale_since_mono_ms is None:
            self._stale_since_mono_ms = now
        if not standing or box.session is not None:
            actor.post(JudgeScreen(False))
        self._restart_when_due(now)

    def _restart_when_due(self, now: int) -> None:
        since, last = self._stale_since_mono_ms, self._restarted_mono_ms
        if self._restart_file is None or since is None or now - since < RESTART_AFTER_MS:
            return
        if last is not None and now - last < RESTART_EVERY_MS:
            return
        self._restarted_mono_ms = now
        try:
            # Written, not only touched: a path unit notices a file that was closed after writing.
            handle = os.open(self._restart_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.close(handle)
        except OSError as error:
            log.error("screen_restart_failed: %s: %s", self._restart_file, error.strerror)
        else:
            log.warning("screen_stale: the page has not said what it shows; the browser is started anew")


def _staff_have_the_screen(box: Box, now: int) -> bool:
    badge = box.badge is not None and now - box.badge.mono_ms < timing.BADGE_VALID
    return badge or box.staff_session is not None
