"""Whether the wall clock may be believed (docs/architecture.md, Time).

A Raspberry Pi 4 has no clock of its own: after a power cut it starts anywhere. The wall clock is trusted while the
operating system says that it is synchronised and it has not jumped against the monotonic clock. A jump makes it
untrusted until it was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

FORWARD_STEP_MS = 24 * 3_600_000
BACKWARD_STEP_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Judgement:
    trusted: bool
    reason: str


class ClockJudge:
    """Compares the wall clock with the monotonic clock and the log's high-water mark. One event loop."""

    def __init__(self, high_water_wall_ms: int) -> None:
        self._high_water = high_water_wall_ms
        self._wall: int | None = None
        self._mono = 0
        self._stepped = ""

    def confirm(self) -> None:
        """The central system or a member of staff has confirmed the time."""
        self._stepped = ""

    def judge(self, wall_ms: int, mono_ms: int, synchronised: bool) -> Judgement:
        """To be called regularly with both clocks read together."""
        if self._wall is not None and not self._stepped:
            step = (wall_ms - self._wall) - (mono_ms - self._mono)
            if step > FORWARD_STEP_MS:
                self._stepped = "stepped_forward"
            elif step < -BACKWARD_STEP_MS:
                self._stepped = "stepped_back"
        self._wall, self._mono = wall_ms, mono_ms
        if self._stepped:
            return Judgement(False, self._stepped)
        if wall_ms < self._high_water - BACKWARD_STEP_MS:
            return Judgement(False, "behind_high_water")
        if not synchronised:
            return Judgement(False, "not_synchronised")
        self._high_water = max(self._high_water, wall_ms)
        return Judgement(True, "synchronised")
