"""What is asked about hours of use, and about times when the box cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.commands.central import CentralCommand
from controller.domain.hours import Calendar


@dataclass(frozen=True, slots=True)
class ActivateCalendar(Command):
    """The configured calendar; None (with an empty hash) when there is none: the box is then always open, and nobody
    knows when staff are there.
    """

    sha256: str
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class ReportOutage(Command):
    """ "Box gestört melden": nothing opens for residents, and holding periods stand still, until `EndOutage`.

    ``reason`` is one of `controller.domain.decide_hours.OUTAGE_REASONS`; ``by`` is a staff or office id.
    """

    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class EndOutage(Command):
    by: str


@dataclass(frozen=True, slots=True)
class SetBackAt(Command):
    """Whoever works at the box says for how many minutes yet, for the residents' page; 0 takes it back."""

    session: str
    minutes: int


@dataclass(frozen=True, slots=True)
class CentralReportOutage(CentralCommand):
    reason: str


@dataclass(frozen=True, slots=True)
class CentralEndOutage(CentralCommand):
    """Ends a reported outage, whoever reported it."""
