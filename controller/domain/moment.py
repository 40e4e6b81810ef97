"""When something is decided or happened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as the box knows it.

    ``wall_ms`` is Unix time in milliseconds and may be wrong (a Raspberry Pi has no clock of its own);
    ``clock_trusted`` says whether anything may be counted as expired by it. ``mono_ms`` is the monotonic clock of the
    boot named ``boot``: all timeouts use it, and values of different boots are never compared.
    """

    wall_ms: int
    mono_ms: int
    boot: str
    clock_trusted: bool
