"""What is counted of one month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from controller.reporting.spread import Values

#: Why the box did not serve in its opening time. Where several hold at once, the first of them counts.
CAUSES = ("stopped", "interrupted", "disk_full", "reported", "scanner_down")


@dataclass(slots=True)
class Tally:
    """Sums of one month. Times in ms; ``waiting`` in minutes, ``at_box`` in seconds."""

    entries: int = 0
    uncertain_entries: int = 0
    pickups: int = 0
    documents: int = 0
    appointments_saved: int = 0
    timed_pickups: int = 0
    outside_counter_hours: int = 0
    waiting: Values = field(default_factory=Values)
    at_box: Values = field(default_factory=Values)
    opening_ms: int = 0
    hours_known_ms: int = 0
    covered_ms: int = 0
    down: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    days_full: set[date] = field(default_factory=set)
    openings: int = 0
    first_try: int = 0
    help_calls: int = 0
    recalled: int = 0
    at_counter: int = 0
    unexpected_open: int = 0
    left_open: int = 0
    documents_missing: int = 0
    quarantines: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Notes:
    """What was typed for one month; the last word counts."""

    issued: int | None = None
    cost_cents: int | None = None
