"""What must be forgotten is forgotten: digests of ended pickup codes, thirty days after their right ended."""

from __future__ import annotations

import asyncio

from controller.ports import EventLog, ForgetCredentials, Stamp
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook

LOOK_EVERY_S = 3600.0


class Forgetting:
    """Looks once an hour; `run` is a core task. Verifiers go at once when a right ends, this is for what is left
    then.
    """

    def __init__(self, actor: Actor, log: EventLog, book: CredentialBook) -> None:
        self._actor = actor
        self._log = log
        self._book = book

    async def run(self) -> None:
        """Raises what the log raises: a failed write ends the process."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Forgets what is due. Not while the clock is untrusted: a wrong year must not make "already collected"
        unsayable.
        """
        at = self._actor.now()
        if not at.clock_trusted or self._actor.halted or not self._book.due_to_forget(at.wall_ms):
            return
        stamp = Stamp(at.wall_ms, at.mono_ms, at.boot, at.clock_trusted)
        await self._log.append((), stamp, (ForgetCredentials(at.wall_ms),))
        self._book.forget(at.wall_ms)
