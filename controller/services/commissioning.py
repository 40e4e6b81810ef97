"""Leads a round before the front: which lock is next, what moved, what a person has to say, what was found.

The round itself is in the log (`controller.domain.commissioning`), each firing is a test like any other, decided by the
rules. Only the lock in hand is remembered here: it is lost with the process and fired again when somebody goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.commissioning import Commissioning, Examined, RoundState
from controller.domain.decision import Refusal
from controller.domain.model import Door
from controller.domain.moment import Moment
from controller.domain.openings import POWER_FAIL
from controller.ports import CabinetMap, Examination, LockFinding, MapNotWritten, MapProposal, OutOfOrder, RoundLook
from controller.services.actor import Actor, Outcome

log = logging.getLogger(__name__)

#: Refusals after which the round waits for somebody, as nothing else would be fired either.
OVER = frozenset({"no_staff_session", "role_missing", "load_not_closed"})
#: The answer to an accepted map goes out before the process ends.
RESTART_AFTER_S = 1.0


@dataclass(slots=True)
class _Lock:
    """The lock in hand."""

    label: str
    stage: str = "open"
    authorisation: str = ""
    fired_mono_ms: int = 0
    attempts: int = 0
    fault: str = ""
    moved: dict[str, int] = field(default_factory=dict)
    """Contact → the instant of its first edge."""
    said: tuple[str, ...] | None = None
    answers: int = 0
    over: bool = False
    """The opening has ended."""


class CommissioningLead:
    """One event loop."""

    def __init__(
        self,
        actor: Actor,
        cabinet: CabinetMap,
        changed: Callable[[], None],
        restart: Callable[[], None],
    ) -> None:
        self._actor = actor
        self._cabinet = cabinet
        self._changed = changed
        self._restart = restart
        self._lock: _Lock | None = None
        self._judged: tuple[tuple[Examined, ...] | None, tuple[LockFinding, ...], MapProposal | None] = (None, (), None)
        self._writing: asyncio.Task[None] | None = None
        actor.on_event(self._happened)

    # --- what it shows ---

    @property
    def look(self) -> RoundLook:
        round_ = self._actor.box.commissioning
        if round_ is None:
            return RoundLook(None, (), None)
        _, findings, proposal = self._judge(round_)
        here = round_.profile_sha256 == self._actor.box.profile_sha256
        return RoundLook(self._examination(), findings, proposal if here else None)

    def _judge(
        self, round_: Commissioning
    ) -> tuple[tuple[Examined, ...] | None, tuple[LockFinding, ...], MapProposal | None]:
        """Worked out anew only when there is another result: a large cabinet has many."""
        if self._judged[0] is not round_.results:
            found = self._cabinet.findings(round_.results)
            self._judged = (round_.results, found, self._cabinet.proposal(round_.results) if found else None)
        return self._judged

    def _examination(self) -> Examination | None:
        lock = self._lock
        if lock is None:
            return None
        return Examination(lock.label, lock.stage, tuple(lock.moved), self._to_close(lock), lock.attempts, lock.answers)

    def _to_close(self, lock: _Lock) -> tuple[str, ...]:
        compartments = self._actor.box.compartments
        open_ = {label for label in (*lock.moved, lock.label) if compartments[label].door is Door.OPEN}
        return tuple(dict.fromkeys((*(lock.said or ()), *(label for label in lock.moved if label in open_)))) or tuple(
            open_
        )

    @property
    def proposal(self) -> MapProposal | None:
        return self.look.proposal

    # --- what a person says ---

    def said(self, label: str, opened: tuple[str, ...]) -> Refusal | None:
        """Which doors stand open, by somebody who looks at them."""
        lock = self._lock
        if lock is None or lock.label != label or lock.stage == "close_first":
            return Refusal("nothing_to_answer")
        if not set(opened) <= set(self._actor.box.compartments) or len(set(opened)) != len(opened):
            return Refusal("compartment_unknown")
        lock.said, lock.answers = opened, lock.answers + 1
        session = self._actor.box.staff_session
        if lock.over:
            self._close_or_finish(lock)
        elif lock.stage == "open" and lock.authorisation and session is not None:
            self._actor.post(cmd.EndTest(session.id, label))  # It need not be tried again.
        self._changed()
        return None

    def closed(self, label: str) -> Refusal | None:
        """Every door is closed, whatever the contacts say."""
        lock, session = self._lock, self._actor.box.staff_session
        if lock is None or lock.label != label or session is None:
            return Refusal("nothing_to_answer")
        if lock.stage == "close_first":
            lock.fault = "contact_open"
            self._finish(lock)
        elif lock.stage != "close":
            return Refusal("nothing_to_answer")
        elif lock.over:
            self._finish(lock)
        else:
            self._actor.post(cmd.EndTest(session.id, label))
        return None

    # --- what happens ---

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.CommissioningStarted() | ev.CommissioningResumed():
                self._lock = None
                self._soon()
            case ev.CommissioningPaused() | ev.CommissioningDone():
                self._lock = None
                self._changed()
            case ev.MapCorrectionAccepted():
                self._writing = asyncio.get_running_loop().create_task(self._write(event.sha256))
                self._writing.add_done_callback(self._written)
            case ev.StaffLoggedOut() | ev.StaffSessionSuspended():
                self._lock = None
            case _:
                if self._lock is not None:
                    self._about(self._lock, event)

    def _about(self, lock: _Lock, event: ev.Event) -> None:
        match event:
            case ev.UnlockAuthorised(purpose="test") if event.compartment == lock.label:
                lock.authorisation, lock.attempts = event.authorisation, event.attempt
            case ev.PulseFailed() if event.authorisation == lock.authorisation:
                lock.fault = event.code
            case ev.DoorOpened(cause="authorised" | "test") if lock.authorisation and not lock.over:
                lock.moved.setdefault(event.compartment, event.seen_mono_ms)
                if event.compartment == lock.label:
                    lock.stage = "close"
                self._changed()
            case ev.OpeningEnded() if event.authorisation == lock.authorisation:
                self._opening_over(lock, event.outcome)
            case ev.DoorClosed() | ev.DoorRead():
                self._door_closed(lock)
            case _:
                pass

    def pulse_began(self, authorisation: str, mono_ms: int) -> None:
        """When the coil was energised."""
        lock = self._lock
        if lock is not None and lock.authorisation == authorisation:
            lock.fired_mono_ms = mono_ms

    def _opening_over(self, lock: _Lock, outcome: str) -> None:
        lock.over = True
        if outcome == "abandoned":
            self._pause("left_open")
        elif outcome == "stuck":
            self._finish(lock)
        elif lock.said is not None:
            self._close_or_finish(lock)
        elif outcome == "closed" and tuple(lock.moved) == (lock.label,):
            self._finish(lock)
        elif lock.fault and lock.fault != "lock_reply_lost" and not lock.moved:
            self._finish(lock)  # Nothing was fired: nothing to look at.
        else:
            lock.stage = "question"
            self._changed()

    def _close_or_finish(self, lock: _Lock) -> None:
        """Doors that are known to be open want closing first; the contacts tell when, or the person does."""
        silent = set(lock.said or ()) - set(lock.moved)
        if silent or self._still_open(lock):
            lock.stage = "close"
            self._changed()
        else:
            self._finish(lock)

    def _still_open(self, lock: _Lock) -> tuple[str, ...]:
        compartments = self._actor.box.compartments
        return tuple(label for label in lock.moved if compartments[label].door is Door.OPEN)

    def _door_closed(self, lock: _Lock) -> None:
        compartments = self._actor.box.compartments
        if lock.stage == "close_first" and compartments[lock.label].door is Door.CLOSED:
            self._lock = None
            self._soon()
        elif lock.stage == "close" and lock.over and not self._still_open(lock):
            if not set(lock.said or ()) - set(lock.moved):
                self._finish(lock)
        else:
            self._changed()

    # --- one after the other ---

    def _soon(self) -> None:
        """Not within the turn of the actor that told of it."""
        asyncio.get_running_loop().call_soon(self._next)
        self._changed()

    def _next(self) -> None:
        box = self._actor.box
        round_, session = box.commissioning, box.staff_session
        if self._lock is not None or round_ is None or session is None or round_.state is not RoundState.RUNNING:
            return
        waiting = round_.waiting
        if not waiting:
            return
        lock = self._lock = _Lock(waiting[0])
        door = box.compartments[lock.label].door
        if door is Door.OPEN:
            lock.stage = "close_first"
            self._changed()
        elif door is Door.UNKNOWN:
            lock.fault = "contact_unreadable"
            self._finish(lock)
        else:
            self._actor.post(cmd.TestCompartment(session.id, lock.label)).add_done_callback(self._answered)
            self._changed()

    def _answered(self, answer: asyncio.Future[Outcome]) -> None:
        lock = self._lock
        if lock is None or answer.cancelled():
            return
        error = answer.exception()
        if isinstance(error, OutOfOrder):
            self._lock = None
            return
        if error is not None:
            raise error
        refusal = answer.result().decision.refusal
        if refusal is None:
            return
        if refusal.code == "resting":
            self._lock = None
            wait_ms = int(refusal.details.get("wait_ms", 0))
            asyncio.get_running_loop().call_later(wait_ms / 1000, self._next)
        elif refusal.code == POWER_FAIL:
            self._pause(POWER_FAIL)
        elif refusal.code in OVER:
            self._pause("asked")
        else:
            lock.fault = refusal.code
            self._finish(lock)

    def _pause(self, reason: str) -> None:
        session = self._actor.box.staff_session
        self._lock = None
        if session is not None:
            self._actor.post(cmd.PauseCommissioning(session.id, reason))
        self._changed()

    def _finish(self, lock: _Lock) -> None:
        session = self._actor.box.staff_session
        self._lock = None
        if session is None:
            return
        moved = tuple(label for label in self._actor.box.compartments if label in lock.moved)
        opened_ms = 0
        if len(moved) == 1 and lock.fired_mono_ms:
            opened_ms = max(1, lock.moved[moved[0]] - lock.fired_mono_ms)
        note = cmd.NoteExamination(
            session.id,
            lock.label,
            lock.said if lock.said is not None else moved,
            moved,
            self._still_open(lock),
            opened_ms,
            lock.attempts,
            lock.fault,
            lock.said is not None,
        )
        self._actor.post(note).add_done_callback(self._noted)

    def _noted(self, answer: asyncio.Future[Outcome]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if error is not None and not isinstance(error, OutOfOrder):
            raise error
        if answer.cancelled() or error is not None:
            return
        if answer.result().refused:
            self._pause("asked")  # Once more would fire the same lock for ever.
        else:
            self._soon()

    # --- the map ---

    async def _write(self, sha256: str) -> None:
        try:
            await asyncio.to_thread(self._cabinet.write, sha256)
        except MapNotWritten as error:
            log.error("the corrected map was not written: %s", error)
            self._actor.post(cmd.DropMap("not_written"))
            return
        log.warning("the corrected map %s is in place; the controller ends, to be started with it", sha256[:16])
        asyncio.get_running_loop().call_later(RESTART_AFTER_S, self._restart)

    def _written(self, task: asyncio.Task[None]) -> None:
        """What was not foreseen ends the process: until a start, an agreement keeps every door closed."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._actor.fail(error)
