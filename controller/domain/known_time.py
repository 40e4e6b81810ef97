"""What time it is, as well as the box can know."""

from __future__ import annotations

from controller.domain.model import Box
from controller.domain.moment import Moment


def known_wall_ms(box: Box, at: Moment) -> int:
    """The wall clock while it is trusted. Otherwise the last trusted time of the log and what the monotonic clock has
    counted since (after a reboot: since that boot, for nobody knows how long the power was away). A box that never had
    the time has only its wall clock to go by.
    """
    known = box.known_time
    if at.clock_trusted or not known.wall_ms:
        return at.wall_ms
    return known.wall_ms + max(0, at.mono_ms - known.mono_ms if at.boot == known.boot else at.mono_ms)
