"""What residents did at the box: envelopes collected, how long they had waited there, how long a visit took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.domain import events as ev
from controller.domain.model import Box, Deposit, DepositEnd, Purpose
from controller.reporting.opening_hours import OpeningHours
from controller.reporting.tally import Tally
from controller.reporting.true_time import Entry

COLLECTED = (DepositEnd.COLLECTED_CONFIRMED, DepositEnd.COLLECTED_UNCONFIRMED)
_MINUTE = 60_000


@dataclass(slots=True)
class _Started:
    boot: str
    mono_ms: int


class Visits:
    """Keeps no more than what lies in the box now: when it was put in, and when its door last opened for its holder."""

    def __init__(self, hours: Callable[[], OpeningHours]) -> None:
        self._hours = hours
        self._stored: dict[str, int] = {}
        self._opened: dict[str, int] = {}
        self._right: dict[str, str] = {}
        self._served: set[str] = set()
        self._session: _Started | None = None

    def see(self, entry: Entry, tally: Tally, before: Box) -> None:
        """``before`` is the state before the event."""
        match entry.event:
            case ev.DepositStored() as stored:
                self._stored[stored.deposit] = entry.wall_ms
            case ev.UnlockAuthorised(purpose=Purpose.PICKUP.value) as unlock:
                self._right[unlock.deposit] = unlock.right
            case ev.DoorOpened(cause="authorised" | "settled") as door:
                opening = before.opening or before.unsettled.get(door.compartment)
                if opening is not None and opening.purpose is Purpose.PICKUP:
                    self._opened[opening.deposit] = entry.wall_ms
            case ev.DepositEnded() as ended:
                self._deposit_ended(ended, entry.wall_ms, tally, before)
            case ev.RightEnded() as right:
                self._served.discard(right.right)
            case ev.SessionStarted():
                self._session = _Started(entry.at.boot, entry.at.mono_ms)
            case ev.SessionEnded():
                self._session_ended(entry, tally, before)
            case _:
                pass

    def _deposit_ended(self, ended: ev.DepositEnded, wall_ms: int, tally: Tally, before: Box) -> None:
        name = ended.deposit
        stored = self._stored.pop(name, None)
        taken = self._opened.pop(name, None)
        right = self._right.pop(name, "")
        end = DepositEnd(ended.end)
        if end in COLLECTED:
            tally.pickups += 1
            tally.documents += documents_in(before.deposits.get(name))
            if not right or right not in self._served:
                tally.appointments_saved += 1
            if right in before.rights:
                self._served.add(right)
            if taken is not None:
                self._taken(stored, taken, tally)
        elif end is DepositEnd.RECALLED:
            tally.recalled += 1
        elif end is DepositEnd.HANDED_OVER_AT_COUNTER:
            tally.at_counter += 1

    def _taken(self, stored: int | None, taken: int, tally: Tally) -> None:
        """The door opened for its holder at ``taken``. (Where staff found out only later, nobody knows when it was.)"""
        if stored is not None and taken >= stored:
            tally.waiting.add((taken - stored) // _MINUTE)
        staffed = self._hours().staffed(taken)
        if staffed is not None:
            tally.timed_pickups += 1
            tally.outside_counter_hours += not staffed

    def _session_ended(self, entry: Entry, tally: Tally, before: Box) -> None:
        started, self._session = self._session, None
        session = before.session
        if started is None or session is None or not session.collected or started.boot != entry.at.boot:
            return
        tally.at_box.add(max(0, entry.at.mono_ms - started.mono_ms) // 1000)


def documents_in(deposit: Deposit | None) -> int:
    """How many documents an envelope holds, as far as the box was told: orders or types, whichever are more."""
    return 1 if deposit is None else max(1, len(deposit.orders), len(deposit.document_types))
