"""When something is decided or happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as the box knows it.

    ``wall_ms`` is Unix time in milliseconds and may be wrong (a Raspberry Pi has no clock of its own);
    ``clock_trusted`` says whether anything may be counted as expired by it. ``mono_ms`` is the monotonic clock of the
    boot named ``boot``: all timeouts use it, and values of different boots are never compared. ``screen_fresh`` says
    whether the resident's page is known to show what stands now (`controller.services.screen`): while it is not, no
    door is authorised for a resident. No event depends on it later, so the log does not keep it.
    """

    wall_ms: int
    mono_ms: int
    boot: str
    clock_trusted: bool
    screen_fresh: bool = True
