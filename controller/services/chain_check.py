"""The whole log verified because somebody asked for it, beside the box's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from controller.domain.decision import Refusal
from controller.ports import ChainCheck, EventLog, LogError
from controller.services.actor import Actor

#: How often the progress is told, in entries.
STEP = 2_000


class ChainChecker:
    """One at a time. Damage puts the box out of order, as at every other verification. One event loop."""

    def __init__(
        self, actor: Actor, log: EventLog, verified: Callable[[int], None], changed: Callable[[], None]
    ) -> None:
        """``verified`` hears up to which entry the log was found whole."""
        self._actor = actor
        self._log = log
        self._verified = verified
        self._changed = changed
        self._state = ChainCheck()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> ChainCheck:
        return self._state

    def start(self) -> Refusal | None:
        if self._task is not None and not self._task.done():
            return Refusal("verification_running")
        self._show(ChainCheck("running", 0, self._actor.box.seq))
        self._task = asyncio.create_task(self._run(), name="verification asked for")
        return None

    async def stop(self) -> None:
        """The process ends: the check does not hold it up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        told = 0
        try:
            async for seq in self._log.verify_in_idle():
                if seq - told >= STEP:
                    told = seq
                    self._show(ChainCheck("running", seq, max(seq, self._actor.box.seq)))
        except LogError as error:
            state = "damaged" if error.code == "log_damaged" else "failed"
            self._show(ChainCheck(state, error.seq, self._actor.box.seq))
            if state == "damaged":
                self._actor.halt(f"{error.code}:{error.seq}")
            return
        seq = self._actor.box.seq
        self._verified(seq)
        self._show(ChainCheck("whole", seq, seq))

    def _show(self, state: ChainCheck) -> None:
        self._state = state
        self._changed()
