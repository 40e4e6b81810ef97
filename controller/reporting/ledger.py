"""The fold: events in, figures of months out. One pass, and no more memory than the box's state and a few sums a
month.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from controller.api import Downtime, MonthFigures, TrendMonth
from controller.domain import events as ev
from controller.domain.evolve.changes import apply
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.reporting.doors import Doors
from controller.reporting.guarding import exclusive, independent
from controller.reporting.months import Month
from controller.reporting.opening_hours import OpeningHours
from controller.reporting.service import Service
from controller.reporting.tally import CAUSES, Notes, Tally
from controller.reporting.true_time import Entry, TrueTime
from controller.reporting.visits import Visits

#: What happens most and changes nothing that the report looks at: badges, deadlines, counters of tries. (A test holds
#: the state without them against the state with them.)
PASSED_BY = frozenset(
    {
        ev.BadgePresented,
        ev.CheckpointSealed,
        ev.CommandSettled,
        ev.ConfirmationAsked,
        ev.FactorTried,
        ev.PulseFailed,
        ev.PulseSent,
        ev.RefusalsNoted,
        ev.SessionExtended,
        ev.StaffActive,
        ev.StaffPinTried,
    }
)

MODES = ("larger", "contrast", "speech", "keypad")


class Ledger:
    """Takes every event of the log in its order (`add`), and says what it makes of a month (`figures`).

    ``zone`` is used until the box has a calendar of its own; ``languages`` are those that the pages offer. For one
    thread at a time.
    """

    def __init__(self, zone: ZoneInfo, languages: tuple[str, ...] = ()) -> None:
        self._languages = languages
        self._box = Box()
        self._time = TrueTime()
        self._tallies: dict[Month, Tally] = {}
        self._notes: dict[str, Notes] = {}
        self._service = Service(OpeningHours(zone), self._tally)
        self._visits = Visits(lambda: self._service.hours)
        self._doors = Doors()
        self._free: set[str] = set()
        self._seq = 0
        self._begins_ms = self._ends_ms = 0
        self._zone = zone
        self._current = Tally()
        self._first_ms: int | None = None
        self._last_ms = 0

    @property
    def seq(self) -> int:
        """The last entry of the log that was added."""
        return self._seq

    @property
    def box(self) -> str:
        return self._box.box

    @property
    def simulated(self) -> bool:
        return self._box.kind == "simulated"

    @property
    def zone(self) -> ZoneInfo:
        return self._service.hours.zone

    @property
    def last_ms(self) -> int:
        """When the last entry was written (wall clock), 0 if there is none."""
        return self._last_ms

    def add(self, event: ev.Event, at: Moment) -> None:
        """The next event of the log. What is seen while its time is not known yet waits (`true_time`)."""
        self._seq += 1
        for entry in self._time.add(event, at):
            self._see(entry)

    def close(self) -> None:
        """There are no more events: what waits for its time gets none."""
        for entry in self._time.rest():
            self._see(entry)

    def months(self, known_to_ms: int, now_ms: int) -> tuple[Month, ...]:
        """The months of which anything is known, in order."""
        self._service.until(known_to_ms)
        now = Month.of(now_ms, self.zone)
        return tuple(
            sorted(m for m, tally in self._tallies.items() if m <= now and (tally.entries or tally.covered_ms))
        )

    def figures(self, month: Month, known_to_ms: int, now_ms: int) -> MonthFigures:
        """The month as the log has it up to ``known_to_ms``; ``now_ms`` decides whether it is over. A month without a
        trace gives zeros.
        """
        self._service.until(known_to_ms)
        tally = self._tallies.get(month) or Tally()
        begins, ends = month.bounds(self.zone)
        notes = self._notes.get(str(month)) or Notes()
        finished = now_ms >= ends
        first = self._first_ms if self._first_ms is not None else known_to_ms
        return MonthFigures(
            month=str(month),
            begins_ms=begins,
            ends_ms=ends,
            known_from_ms=min(max(begins, first), ends),
            known_to_ms=min(max(begins, known_to_ms), ends),
            finished=finished,
            pickups=tally.pickups,
            documents=tally.documents,
            issued=notes.issued,
            appointments_saved=tally.appointments_saved,
            timed_pickups=tally.timed_pickups,
            outside_counter_hours=tally.outside_counter_hours,
            waiting=tally.waiting.spread(),
            at_box=tally.at_box.spread(),
            hours_known=tally.covered_ms > 0 and tally.hours_known_ms == tally.covered_ms,
            opening_ms=tally.opening_ms,
            down=tuple(Downtime(cause, tally.down[cause]) for cause in CAUSES if tally.down[cause]),
            openings=tally.openings,
            first_try=tally.first_try,
            help_calls=tally.help_calls,
            recalled=tally.recalled,
            at_counter=tally.at_counter,
            days=len(tally.days),
            days_full=len(tally.days_full),
            # Looked at day by day, a running month would tell what the last visitor used.
            languages=exclusive(tally.languages, self._languages) if finished and tally.languages else (),
            modes=independent(tally.modes, MODES) if finished and tally.languages else (),
            cost_cents=notes.cost_cents,
            unexpected_open=tally.unexpected_open,
            left_open=tally.left_open,
            documents_missing=tally.documents_missing,
            quarantines=tally.quarantines,
            uncertain_entries=tally.uncertain_entries,
        )

    def trend(self, last: Month, count: int, known_to_ms: int, now_ms: int) -> tuple[TrendMonth, ...]:
        """Up to ``count`` months that end with ``last``, without a gap, as far back as the log goes."""
        known = self.months(known_to_ms, now_ms)
        found: list[TrendMonth] = []
        month = last
        while known and month >= known[0] and len(found) < count:
            tally = self._tallies.get(month) or Tally()
            available = tally.opening_ms - sum(tally.down.values())
            finished = now_ms >= month.bounds(self.zone)[1]
            found.append(TrendMonth(str(month), finished, tally.pickups, tally.opening_ms, available))
            month = month.before()
        return tuple(reversed(found))

    def _month_of(self, wall_ms: int) -> Tally:
        """The month of an entry. Most are in the month of the entry before."""
        if not self._begins_ms <= wall_ms < self._ends_ms or self._zone is not self.zone:
            self._zone = self.zone
            month = Month.of(wall_ms, self._zone)
            self._begins_ms, self._ends_ms = month.bounds(self._zone)
            self._current = self._tally(month)
        return self._current

    def _tally(self, month: Month) -> Tally:
        tally = self._tallies.get(month)
        if tally is None:
            tally = self._tallies[month] = Tally()
        return tally

    def _see(self, entry: Entry) -> None:
        before = self._box
        if type(entry.event) not in PASSED_BY:
            self._box = apply(entry.event, before, entry.at)
            self._follow_compartments(before, entry.event)
        self._last_ms = entry.wall_ms
        if self._first_ms is None and entry.certain:
            self._first_ms = entry.wall_ms
        tally = self._month_of(entry.wall_ms)
        tally.entries += 1
        tally.uncertain_entries += not entry.certain
        full = bool(self._box.compartments) and not self._free
        self._service.see(entry.event, entry.wall_ms, entry.certain, self._box, full)
        self._visits.see(entry, tally, before)
        self._doors.see(entry, tally, before)
        self._note(entry.event)

    def _follow_compartments(self, before: Box, event: ev.Event) -> None:
        """Which compartments can be allotted. Only the one that the event names is looked at, where it names one."""
        compartments = self._box.compartments
        if compartments is before.compartments:
            return
        label = getattr(event, "compartment", "")
        for name in (label,) if label in compartments else compartments:
            (self._free.add if compartments[name].allottable else self._free.discard)(name)

    def _note(self, event: ev.Event) -> None:
        match event:
            case ev.DocumentsIssuedNoted():
                self._notes.setdefault(event.month, Notes()).issued = event.count
            case ev.RunningCostNoted():
                self._notes.setdefault(event.month, Notes()).cost_cents = event.cents
            case ev.PageUseNoted():
                used = self._tally(Month.parse(event.month))
                for use in event.languages:
                    used.languages[use.name] += use.count
                for use in event.modes:
                    used.modes[use.name] += use.count
            case _:
                pass
