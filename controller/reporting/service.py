"""When the box served, and what kept it from serving."""

from __future__ import annotations

from collections.abc import Callable

from controller.domain import events as ev
from controller.domain.events import Event
from controller.domain.model import Box
from controller.reporting.months import Month, months
from controller.reporting.opening_hours import OpeningHours
from controller.reporting.tally import Tally

#: A gap between two entries that is longer than this is a clock that was set, not a box that was quiet.
LONGEST_GAP_MS = 400 * 86_400_000


class Service:
    """Cuts the time into stretches in which the same was so, and adds them up by month.

    A process that ended without a word may have served until just before the next start: nobody saw it. Its time since
    the last entry counts as ``interrupted``, so the figure is never too good.
    """

    def __init__(self, hours: OpeningHours, tally: Callable[[Month], Tally]) -> None:
        self.hours = hours
        self._tally = tally
        self._since_ms: int | None = None
        self._last_ms = 0
        self._running = False
        self._cause = ""
        self._full = False

    def see(self, event: Event, wall_ms: int, certain: bool, box: Box, full: bool) -> None:
        """``box`` and ``full`` (no compartment can be allotted) are how it is after ``event``."""
        if not certain or not self._follows(wall_ms):
            # What lies between the last entry and the next certain time is nobody's knowledge.
            self._to(self._last_ms, False)
        match event:
            case ev.BoxStarted():
                if self._running and self._since_ms is not None:
                    self._to(self._last_ms, certain)
                    self._cause = "interrupted"
                self._running = True
            case ev.BoxStopped():
                self._running = False
            case ev.CalendarActivated() | ev.CalendarWithdrawn():
                self._to(wall_ms, certain)
                self.hours = OpeningHours(self.hours.zone, event if isinstance(event, ev.CalendarActivated) else None)
            case _:
                pass
        cause = self._cause_of(box)
        if cause != self._cause or full != self._full or self._since_ms is None:
            self._to(wall_ms, certain)
            self._cause, self._full = cause, full
        self._last_ms = wall_ms

    def until(self, wall_ms: int) -> None:
        """Nothing has happened since the last entry: as it was then, so it is now."""
        if self._since_ms is not None and self._follows(wall_ms):
            self._to(wall_ms, True)

    def _follows(self, wall_ms: int) -> bool:
        return 0 <= wall_ms - self._last_ms <= LONGEST_GAP_MS

    def _cause_of(self, box: Box) -> str:
        if not self._running:
            return "stopped"
        if "disk_full" in box.faults:
            return "disk_full"
        if box.outage is not None:
            return "reported"
        return "scanner_down" if "scanner_down" in box.faults else ""

    def _to(self, wall_ms: int, certain: bool) -> None:
        """Ends the stretch, and begins the next if it is certain when."""
        since, self._since_ms = self._since_ms, wall_ms if certain else None
        if since is None:
            return
        if wall_ms <= since:
            # Already counted up to there, by `until`.
            self._since_ms = since if certain else None
            return
        for month, begin, end in months(since, wall_ms, self.hours.zone):
            tally = self._tally(month)
            tally.covered_ms += end - begin
            if self.hours.known:
                tally.hours_known_ms += end - begin
            for day, open_ms in self.hours.parts(begin, end):
                tally.opening_ms += open_ms
                tally.days.add(day)
                if self._cause:
                    tally.down[self._cause] += open_ms
                if self._full:
                    tally.days_full.add(day)
