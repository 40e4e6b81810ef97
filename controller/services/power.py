"""The power watch: what the box does with the time that its uninterruptible supply gives it.

The rules open no door any more as soon as the mains are gone (`controller.domain.decide_power`). A short failure passes
without more. When one lasts, and nobody stands at a door or has had their time, the log gets a checkpoint, so that the
next start is short, and the box asks to be switched off: the controller writes a file that a systemd path unit watches.
It can do no more than that, and needs no right for it. When the mains come back before the system has gone down, the
file is withdrawn and the box serves on.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from controller.domain.commands import JudgePower
from controller.domain.decide_power import WITHOUT_A_DOOR
from controller.domain.model import Box
from controller.domain.openings import POWER_FAIL
from controller.services.actor import Actor

log = logging.getLogger(__name__)

#: A failure shorter than this is ridden out.
HOLD_MS = 5_000
#: Whoever stands at an open door has so long.
DOOR_WAIT_MS = 30_000


class PowerWatch:
    """One event loop; `look` about once a second."""

    def __init__(
        self, actor: Actor, mono_ms: Callable[[], int], has_signal: bool, off_file: Path | None = None
    ) -> None:
        """``has_signal``: the profile names a contact for it. ``off_file``: what is written when the box is to be
        switched off; ``None``: nobody watches.
        """
        self._actor = actor
        self._mono_ms = mono_ms
        self._has_signal = has_signal
        self._off_file = off_file
        self._since_mono_ms: int | None = None
        self._asked = False
        if off_file is not None:
            _remove(off_file)  # an earlier process's wish

    def look(self) -> None:
        """Acts on what stands now."""
        box, now = self._actor.box, self._mono_ms()
        if POWER_FAIL not in box.faults:
            self._mains_are_there()
            return
        if not self._has_signal:
            # The profile has lost its contact while the mains were gone: nobody else would ever clear it.
            self._actor.post(JudgePower(True))
            return
        if self._since_mono_ms is None:
            self._since_mono_ms = now
        if box.session is not None and box.session.phase in WITHOUT_A_DOOR:
            self._actor.post(JudgePower(False))  # it jammed since
        if not self._asked and now - self._since_mono_ms >= (DOOR_WAIT_MS if _at_a_door(box) else HOLD_MS):
            self._asked = True
            self._actor.checkpoint().add_done_callback(lambda _: self._ask())

    def _ask(self) -> None:
        """The checkpoint is sealed, or could not be because a door is open: every event is on the disk either way."""
        if not self._asked:
            return  # The mains came back meanwhile.
        log.warning("power_fail: the mains are gone; the box is to be switched off")
        if self._off_file is None:
            return
        try:
            # Written, not only touched: a path unit notices a file that was closed after writing.
            handle = os.open(self._off_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.close(handle)
        except OSError as error:
            log.error("power_off_failed: %s: %s", self._off_file, error.strerror)

    def _mains_are_there(self) -> None:
        self._since_mono_ms = None
        if self._asked:
            self._asked = False
            log.warning("power_fail: the mains are back; the box serves on")
            if self._off_file is not None:
                _remove(self._off_file)


def _at_a_door(box: Box) -> bool:
    return box.session is not None or box.opening is not None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.error("power_off_failed: %s: %s", file, error.strerror)
