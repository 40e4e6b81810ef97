"""Doors that opened as they should, and what went wrong."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.model import Box, Purpose
from controller.domain.testable import seen_empty
from controller.reporting.tally import Tally
from controller.reporting.true_time import Entry

#: Nobody asked for it.
UNASKED = ("unexpected", "downtime", "late")


class Doors:
    """Counts openings for residents, first attempts that were enough, and incidents."""

    def __init__(self) -> None:
        self._opened_for: Tally | None = None
        """The month in which the opening in progress was counted: its success belongs there, even after midnight."""

    def see(self, entry: Entry, tally: Tally, before: Box) -> None:
        """``before`` is the state before the event."""
        match entry.event:
            case ev.UnlockAuthorised(purpose=Purpose.PICKUP.value, attempt=1):
                tally.openings += 1
                self._opened_for = tally
            case ev.DoorOpened(cause="authorised" | "settled") as door:
                opening = before.opening or before.unsettled.get(door.compartment)
                if opening is not None and opening.purpose is Purpose.PICKUP and opening.attempt == 1:
                    (self._opened_for or tally).first_try += 1
                self._opened_for = None
            case ev.DoorOpened(cause=cause) if cause in UNASKED:
                tally.unexpected_open += 1
            case ev.DoorOpened(cause="test") if not seen_empty(before, before.compartments[entry.event.compartment]):
                tally.unexpected_open += 1
            case ev.DoorLeftOpen(stage="staff"):
                tally.left_open += 1
            case ev.DepositMissing():
                tally.documents_missing += 1
            case ev.CompartmentQuarantined():
                tally.quarantines += 1
            case ev.HelpCalled():
                tally.help_calls += 1
            case _:
                pass
