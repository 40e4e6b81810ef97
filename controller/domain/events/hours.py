"""Hours of use, outages, and what they do to holding periods."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event
from controller.domain.hours import Timetable


@dataclass(frozen=True, slots=True)
class CalendarActivated(Event):
    """The hours of use and of staff that are in force, public holidays among the closed days. ``sha256`` is of exactly
    this.
    """

    sha256: str
    zone: str
    box: Timetable
    staff: Timetable


@dataclass(frozen=True, slots=True)
class CalendarWithdrawn(Event):
    """No calendar is configured any more: always open, staff unknown."""

    sha256: str


@dataclass(frozen=True, slots=True)
class OutageBegan(Event):
    """The box was reported out of order. ``since_wall_ms`` is the time as the box knows it."""

    reason: str
    by: str
    since_wall_ms: int


@dataclass(frozen=True, slots=True)
class OutageEnded(Event):
    reason: str
    by: str
    since_wall_ms: int
    until_wall_ms: int


@dataclass(frozen=True, slots=True)
class DowntimeCounted(Event):
    """The controller did not run (power, halt, repair) for long enough of the opening hours to count. Known as soon as
    the clock can be trusted again.
    """

    since_wall_ms: int
    until_wall_ms: int


@dataclass(frozen=True, slots=True)
class HoldingPeriodPaused(Event):
    """The right's period stands still: its holder could not collect. ``reason``: ``outage`` (the whole box) or
    ``compartment``.
    """

    right: str
    reason: str
    since_wall_ms: int


@dataclass(frozen=True, slots=True)
class HoldingPeriodResumed(Event):
    """The pause cost no opening time worth counting: the date stays."""

    right: str
    reason: str


@dataclass(frozen=True, slots=True)
class HoldingPeriodExtended(Event):
    """The pause is over and the right has a new date. ``days`` are the opening days given back; ``reason``: ``outage``,
    ``compartment`` or ``downtime``.
    """

    right: str
    reason: str
    days: int
    since_wall_ms: int
    until_wall_ms: int
    expires_wall_ms: int


@dataclass(frozen=True, slots=True)
class BackAtSet(Event):
    """Whoever works at the box expects to be done at about this time (0: not known)."""

    session: str
    back_wall_ms: int
