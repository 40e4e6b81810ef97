"""The monthly report: figures of the box, of nobody who used it or works at it. docs/council-report.md defines each."""

from __future__ import annotations

import msgspec


class Spread(msgspec.Struct, frozen=True):
    """Median and 90th percentile of ``of`` values; only where there are five and more."""

    median: int
    ninety: int
    of: int


class Downtime(msgspec.Struct, frozen=True):
    """Opening time that was lost, by its cause: stopped, interrupted, disk_full, reported or scanner_down."""

    cause: str
    ms: int


class UseShown(msgspec.Struct, frozen=True):
    """In how many sessions a language or reading mode was used. ``hidden``: empty; ``few`` (less than five, none
    included); ``guarded`` (else the few could be worked out). Then ``count`` is None: it never leaves the controller.
    """

    name: str
    count: int | None
    hidden: str = ""


class MonthFigures(msgspec.Struct, frozen=True):
    """One calendar month at the box. Times are wall clock (ms) or as said; None: not known.

    ``known_from_ms`` to ``known_to_ms`` is what the log covers of the month; ``finished``: the month is over.
    ``pickups`` are envelopes, ``documents`` what was in them, ``issued`` all documents of the office. ``waiting`` is
    from loaded to collected (minutes), ``at_box`` from code to end of a visit with a pickup (seconds).
    ``timed_pickups`` are those of which it is known whether staff were there; ``outside_counter_hours`` are the part
    of them when nobody was. ``languages`` and ``modes`` are empty while the month runs,
    and where too few visits came together. ``uncertain_entries`` counts entries whose time is not certain.
    """

    month: str
    begins_ms: int
    ends_ms: int
    known_from_ms: int
    known_to_ms: int
    finished: bool
    pickups: int = 0
    documents: int = 0
    issued: int | None = None
    appointments_saved: int = 0
    timed_pickups: int = 0
    outside_counter_hours: int = 0
    waiting: Spread | None = None
    at_box: Spread | None = None
    hours_known: bool = False
    opening_ms: int = 0
    down: tuple[Downtime, ...] = ()
    openings: int = 0
    first_try: int = 0
    help_calls: int = 0
    recalled: int = 0
    at_counter: int = 0
    days: int = 0
    days_full: int = 0
    languages: tuple[UseShown, ...] = ()
    modes: tuple[UseShown, ...] = ()
    cost_cents: int | None = None
    unexpected_open: int = 0
    left_open: int = 0
    documents_missing: int = 0
    quarantines: int = 0
    uncertain_entries: int = 0

    @property
    def available_ms(self) -> int:
        """Opening time in which the box served."""
        return self.opening_ms - sum(down.ms for down in self.down)


class TrendMonth(msgspec.Struct, frozen=True):
    """A month in the row of months of a plot. ``available_ms`` of ``opening_ms``."""

    month: str
    finished: bool
    pickups: int
    opening_ms: int
    available_ms: int


class ReportView(msgspec.Struct, frozen=True):
    """The report on a month, beside the month before. ``state``: ready, or working (the log is still being read, by
    ``percent``: ask again) with nothing but ``months``. ``previous`` is None when the log does not cover it.
    ``may_note``: whoever asked may type the figures that are not in the log.
    """

    state: str
    percent: int = 100
    box: str = ""
    simulated: bool = False
    made_wall_ms: int = 0
    month: MonthFigures | None = None
    previous: MonthFigures | None = None
    trend: tuple[TrendMonth, ...] = ()
    months: tuple[str, ...] = ()
    may_note: bool = False
