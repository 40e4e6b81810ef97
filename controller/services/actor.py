"""The one actor: every command and every sensor fact passes here, one at a time.

decide → append (durable) → evolve → effects. A caller that times out, disconnects or is cancelled never cancels the
actor: the command it gave takes its course. Whatever goes wrong between deciding and having the append confirmed ends
the process, because the outcome of a failed commit is unknown: `Actor.run` raises, the process ends, and the next start
settles.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from controller.domain import events as ev
from controller.domain.commands import CentralCommand, Command, SealCheckpoint, StartBox, Tick
from controller.domain.decide import decide
from controller.domain.decide_time import expiring, next_due
from controller.domain.decision import Decision
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.eager import start
from controller.ports import (
    Appended,
    Clock,
    EventLog,
    NewEvent,
    OutOfOrder,
    PutCommandResult,
    PutSnapshot,
    RowChange,
    Stamp,
)
from controller.services.derived_rows import rows_of

#: A checkpoint is sealed after this many events, when nothing is waiting.
CHECKPOINT_EVERY = 5000
#: Rights expire by the wall clock, which may step: look at least this often (s) while any could.
EXPIRY_LOOK_S = 60.0
#: Why a command is not heard any more when the box was not out of order before.
ENDED = "ended"


class Codec(Protocol):
    """How events and states become bytes."""

    fold_version: int

    def encode(self, event: ev.Event) -> NewEvent: ...

    def encode_state(self, box: Box) -> bytes: ...

    def digest(self, state: bytes) -> str: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. ``stored_result`` is set when a command of the central system had been carried out
    before.
    """

    decision: Decision
    appended: Appended | None
    stored_result: str | None = None

    @property
    def refused(self) -> str:
        """The refusal's code, empty when carried out."""
        return self.decision.refusal.code if self.decision.refusal is not None else ""


@dataclass(slots=True)
class _Job:
    command: Command
    rows: Sequence[RowChange]
    future: asyncio.Future[Outcome]


EventListener = Callable[[ev.Event, Moment], None]
"""Called on the loop for each event, right after its append and before the command's caller hears of it. Must not
block.
"""


class Actor:
    """Owns the state. Made with the state folded at start; `run` is a core task of the process."""

    def __init__(
        self,
        log: EventLog,
        codec: Codec,
        clock: Clock,
        clock_trusted: Callable[[], bool],
        box: Box,
        checkpoint_seq: int,
        screen_fresh: Callable[[], bool] = lambda: True,
    ) -> None:
        self._log = log
        self._codec = codec
        self._clock = clock
        self._clock_trusted = clock_trusted
        self._screen_fresh = screen_fresh
        self._box = box
        self._checkpoint_seq = checkpoint_seq
        self._queue: deque[_Job] = deque()
        self._working = False
        self._over: asyncio.Future[None] | None = None
        self._turns: asyncio.Task[None] | None = None
        self._listeners: list[EventListener] = []
        self._row_listeners: list[Callable[[RowChange], None]] = []
        self._after_turn: list[Callable[[], None]] = []
        self._fire: Callable[[ev.UnlockAuthorised], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._halted = ""
        self._last_hash = b""
        self._stopping = False
        self._ended = False
        self._settled = False
        """Whether this process has started the box. What an earlier one left open is settled then, and is nobody's to
        act on before: an attempt that fell due in the downtime would be a pulse by a restart."""
        self.busy_since_mono_ms = 0
        """When the turn in progress began, 0 between turns: for the watchdog."""

    @property
    def box(self) -> Box:
        """The state now. Frozen: it may be kept and read at leisure."""
        return self._box

    @property
    def last_hash(self) -> bytes:
        """Hash of the last entry appended by this process; empty before the first."""
        return self._last_hash

    @property
    def halted(self) -> str:
        return self._halted

    @property
    def waiting(self) -> int:
        """Commands in the queue."""
        return len(self._queue)

    def now(self) -> Moment:
        clock = self._clock
        return Moment(clock.wall_ms(), clock.mono_ms(), clock.boot_id(), self._clock_trusted(), self._screen_fresh())

    def on_event(self, listener: EventListener) -> None:
        self._listeners.append(listener)

    def fire_with(self, fire: Callable[[ev.UnlockAuthorised], None]) -> None:
        """``fire`` gets each authorisation as soon as it is durable, on the log's writer thread: before the loop hears
        of it, and whether or not the loop is busy. What it raises ends the process.
        """
        self._fire = fire

    def on_row(self, listener: Callable[[RowChange], None]) -> None:
        """``listener`` is called on the loop for each row that was written beside the events, before `on_event`'s
        listeners: whoever keeps such rows in memory has them even when nobody waits for the command any more.
        """
        self._row_listeners.append(listener)

    def after_turn(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop after every turn that changed the state."""
        self._after_turn.append(listener)

    def halt(self, reason: str) -> None:
        """From now on everything is refused with `OutOfOrder`: the log is damaged, or the disk is. Nothing is guessed
        at.
        """
        self._halted = self._halted or reason
        if self._timer is not None:
            self._timer.cancel()
        for listener in self._after_turn:
            listener()

    def fail(self, error: Exception) -> None:
        """An effect broke in a way that is not foreseen: `run` raises it, and the process ends."""
        if self._over is not None and not self._over.done():
            self._over.set_exception(error)

    def post(self, command: Command, rows: Sequence[RowChange] = ()) -> asyncio.Future[Outcome]:
        """Puts a command into the queue. The future is the caller's alone: cancelling it changes nothing but that
        nobody hears.
        """
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        # A fact that nobody waits for may end in OutOfOrder: that is told to the front by `halt`, not by this future.
        future.add_done_callback(_retrieved)
        if self._ended:
            future.set_exception(OutOfOrder(self._halted or ENDED))
        else:
            self._queue.append(_Job(command, rows, future))
            self._begin()
        return future

    async def submit(self, command: Command, rows: Sequence[RowChange] = ()) -> Outcome:
        """Decides ``command`` and carries it out; returns when it is durable. ``rows`` are written with the events
        unless refused.

        Raises `OutOfOrder`. Cancelling the caller does not cancel the command.
        """
        return await asyncio.shield(self.post(command, rows))

    async def run(self) -> None:
        """Works until `stop`. Any exception is for the process to end.

        Whoever still waits then gets `OutOfOrder`: an end in order must not hang on a command that nobody carries out.
        """
        self._over = asyncio.get_running_loop().create_future()
        self._begin()
        try:
            await self._over
        finally:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()
            while self._queue:
                _set(self._queue.popleft().future, OutOfOrder(self._halted or ENDED))

    def _begin(self) -> None:
        """Starts on the queue unless somebody is at it. The first command is decided and handed to the log right here,
        not one turn of the loop later.
        """
        if not self._working and self._queue and self._over is not None and not self._over.done():
            self._working = True
            self._turns = start(self._work(self._over), "actor turns")

    async def _work(self, over: asyncio.Future[None]) -> None:
        """Carries out what is in the queue, one after another; only one of these runs at any time."""
        try:
            while self._queue and not over.done():
                await self._one(self._queue.popleft(), over)
        except BaseException as error:
            if not over.done():
                over.set_exception(error)
        finally:
            self._working = False

    async def _one(self, job: _Job, over: asyncio.Future[None]) -> None:
        if isinstance(job.command, _Stop):
            over.set_result(None)
            return
        self.busy_since_mono_ms = self._clock.mono_ms()
        if self._halted:
            _set(job.future, OutOfOrder(self._halted))
        elif isinstance(job.command, _Checkpoint):
            _set(job.future, await self._seal())
        else:
            try:
                outcome = await self._turn(job.command, job.rows)
            except BaseException:
                # What became of it is unknown; that the process ends is not.
                _set(job.future, OutOfOrder(ENDED))
                raise
            _set(job.future, outcome)
            if not self._queue and self._box.seq - self._checkpoint_seq >= CHECKPOINT_EVERY:
                await self._seal()
        self.busy_since_mono_ms = 0

    async def stop(self, last: Sequence[Command]) -> None:
        """Carries out what is waiting, then ``last``, and ends `run`. From the call on nobody else is heard: a box that
        is writing that it stops must not open another door.
        """
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        told = [] if self._halted else [self.post(command) for command in last]
        self.post(_Stop())
        self._ended = True
        for outcome in told:
            await asyncio.shield(outcome)

    async def seal_checkpoint(self) -> None:
        """Seals a checkpoint now; only while `run` is not working (at start and at the end)."""
        if not self._halted:
            await self._seal()

    def checkpoint(self) -> asyncio.Future[Outcome]:
        """Seals a checkpoint as soon as it is its turn; refused while a door is open."""
        return self.post(_Checkpoint())

    async def _turn(self, command: Command, rows: Sequence[RowChange]) -> Outcome:
        if isinstance(command, CentralCommand):
            stored = await self._log.command_result(command.issuer, command.command)
            if stored is not None:
                return Outcome(Decision((), self._box), None, stored)
        at = self.now()
        decision = decide(self._box, command, at)
        writes = self._rows(command, decision, at, rows)
        if not decision.events and not writes:
            return Outcome(decision, None)
        stamp = Stamp(at.wall_ms, at.mono_ms, at.boot, at.clock_trusted)
        written = [self._codec.encode(event) for event in decision.events]
        appended = await self._log.append(written, stamp, writes, self._effect_of(decision))
        self._box = decision.box
        if appended.entries:
            self._last_hash = appended.entries[-1].hash
        for row in writes:
            for row_listener in self._row_listeners:
                row_listener(row)
        for event in decision.events:
            for listener in self._listeners:
                listener(event, at)
        self._settled = self._settled or isinstance(command, StartBox)
        self._schedule_tick()
        for changed in self._after_turn:
            changed()
        return Outcome(decision, appended)

    def _effect_of(self, decision: Decision) -> Callable[[], None] | None:
        """The pulse that follows the commit: at most one, for at most one opening is authorised at a time."""
        for event in decision.events:
            if isinstance(event, ev.UnlockAuthorised) and self._fire is not None:
                return partial(self._fire, event)
        return None

    def _rows(
        self, command: Command, decision: Decision, at: Moment, rows: Sequence[RowChange]
    ) -> tuple[RowChange, ...]:
        derived = [row for event in decision.events for row in rows_of(event, at)]
        if isinstance(command, CentralCommand):
            code = decision.refusal.code if decision.refusal is not None else ""
            derived.append(PutCommandResult(command.issuer, command.command, code or "done", at.wall_ms))
        return (*(() if decision.refusal is not None else rows), *derived)

    async def _seal(self) -> Outcome:
        state = self._codec.encode_state(self._box)
        command = SealCheckpoint(self._codec.digest(state), self._codec.fold_version)
        outcome = await self._turn(command, (PutSnapshot(state, self._codec.fold_version),))
        if not outcome.refused:
            self._checkpoint_seq = self._box.seq
        return outcome

    def _schedule_tick(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._halted or self._stopping or not self._settled:
            return
        due = next_due(self._box)
        delay = None if due is None else max(0.0, (due - self._clock.mono_ms()) / 1000)
        if expiring(self._box):
            delay = EXPIRY_LOOK_S if delay is None else min(delay, EXPIRY_LOOK_S)
        if delay is not None:
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.post(Tick()).add_done_callback(lambda _: self._schedule_tick() if self._timer is None else None)


class _Checkpoint(Command):
    """Seals a checkpoint between two turns."""


class _Stop(Command):
    """Ends `Actor.run`."""


def _set(future: asyncio.Future[Outcome], value: Outcome | OutOfOrder) -> None:
    if future.done():
        return
    if isinstance(value, OutOfOrder):
        future.set_exception(value)
    else:
        future.set_result(value)


def _retrieved(future: asyncio.Future[Outcome]) -> None:
    if not future.cancelled():
        future.exception()
