"""Faults that devices report by themselves become faults in the log, and the compartments on a dead board are out of
service until it is back.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from controller.domain.commands import JudgePower, SetFault
from controller.domain.openings import POWER_FAIL
from controller.services.actor import Actor
from hal.interfaces import Fault

log = logging.getLogger(__name__)

#: The rules know this one themselves: a door that cannot be read is a reading (`DoorUnreadable`).
KNOWN_BY_READING = "door_sensor_unreadable"


@dataclass(frozen=True, slots=True)
class Affected:
    """``compartments`` cannot be used while a fault stands, the doors of ``blind`` not be read."""

    compartments: tuple[str, ...]
    blind: tuple[str, ...]


NOTHING = Affected((), ())


class HardwareFaults:
    """A `hal.interfaces.FaultListener`: called on foreign threads, hands over to the loop. `attach` before the devices
    are opened to people; what comes earlier is kept.
    """

    def __init__(self, affected: Callable[[str, str], Affected] = lambda code, subject: NOTHING) -> None:
        """``affected`` says what a fault, by code and subject, takes away."""
        self._affected = affected
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._actor: Actor | None = None
        self._reread: Callable[[tuple[str, ...]], None] = lambda compartments: None
        self._early: list[tuple[str, str, bool]] = []
        self._standing: set[tuple[str, str]] = set()

    def attach(self, actor: Actor, reread: Callable[[tuple[str, ...]], None] = lambda compartments: None) -> None:
        """From now on faults are told. ``reread`` tells again what the contacts of compartments say: a door may have
        been lost and found so quickly that nobody but the board's fault spoke of it.
        """
        self._actor = actor
        self._reread = reread
        with self._guard:
            self._loop = asyncio.get_running_loop()
            early, self._early = self._early, []
        for code, subject, active in early:
            self._tell(code, subject, active)
        self._forget_what_is_over(actor)

    def fault_raised(self, fault: Fault) -> None:
        self._set(fault.code, fault.subject, True)

    def fault_cleared(self, code: str, subject: str) -> None:
        self._set(code, subject, False)

    def _set(self, code: str, subject: str, active: bool) -> None:
        if code == KNOWN_BY_READING:
            return
        with self._guard:
            if self._loop is None:
                self._early.append((code, subject, active))
                return
        try:
            self._loop.call_soon_threadsafe(self._tell, code, subject, active)
        except RuntimeError:
            log.info("fault %s of %s came after the end", code, subject)

    def _tell(self, code: str, subject: str, active: bool) -> None:
        """On the loop."""
        if self._actor is None:
            raise RuntimeError("attach comes first")
        if code == POWER_FAIL:
            self._actor.post(JudgePower(not active))
            return
        affected = self._affected(code, subject)
        if active:
            self._standing.add((code, subject))
            self._actor.post(SetFault(code, subject, True, affected.compartments, affected.blind))
            return
        self._standing.discard((code, subject))
        kept = self._out_by(code)
        self._actor.post(SetFault(code, subject, False, tuple(c for c in affected.compartments if c not in kept)))
        self._reread(affected.blind)

    def _out_by(self, code: str) -> set[str]:
        """What is out for this code, whatever board it is of."""
        return {
            label
            for standing, subject in self._standing
            if standing == code
            for label in self._affected(standing, subject).compartments
        }

    def _forget_what_is_over(self, actor: Actor) -> None:
        """What stood when an earlier process ended, and does not now: nobody else would ever clear it."""
        for fault in tuple(actor.box.faults.values()):
            if (fault.code, fault.subject) in self._standing or self._affected(fault.code, fault.subject) is NOTHING:
                continue
            kept = self._out_by(fault.code)
            out = (label for label, each in actor.box.compartments.items() if fault.code in each.out_of_service)
            labels = tuple(label for label in out if label not in kept)
            actor.post(SetFault(fault.code, fault.subject, False, labels))
