"""Faults that devices report by themselves become faults in the log."""

from __future__ import annotations

import asyncio
import logging

from controller.domain.commands import SetFault
from controller.services.actor import Actor
from hal.interfaces import Fault

log = logging.getLogger(__name__)

#: The rules know this one themselves: a door that cannot be read is a reading (`DoorUnreadable`).
KNOWN_BY_READING = "door_sensor_unreadable"


class HardwareFaults:
    """A `hal.interfaces.FaultListener`: called on foreign threads, hands over to the loop. `attach` before the devices
    are opened to people; what comes earlier is kept.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._actor: Actor | None = None
        self._early: list[SetFault] = []

    def attach(self, actor: Actor) -> None:
        self._actor = actor
        self._loop = asyncio.get_running_loop()
        for command in self._early:
            actor.post(command)
        self._early.clear()

    def fault_raised(self, fault: Fault) -> None:
        self._set(SetFault(fault.code, fault.subject, True))

    def fault_cleared(self, code: str, subject: str) -> None:
        self._set(SetFault(code, subject, False))

    def _set(self, command: SetFault) -> None:
        if command.code == KNOWN_BY_READING:
            return
        if self._loop is None or self._actor is None:
            self._early.append(command)
            return
        try:
            self._loop.call_soon_threadsafe(self._actor.post, command)
        except RuntimeError:
            log.info("fault %s of %s came after the end", command.code, command.subject)
