"""The self-test: every lock that may be tested, one after the other, the person before the box closing the doors.

Each opening is a test like any other: authorised by the rules for this staff session, an event of its own. Here it is
only remembered which lock comes next; that is lost with the process, and no restart goes on with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from controller.domain import events as ev
from controller.domain.commands import TestCompartment
from controller.domain.commissioning import RoundState
from controller.domain.decision import Refusal
from controller.domain.model import Box, Door
from controller.domain.moment import Moment
from controller.domain.testable import why_not_testable
from controller.ports import LockTest, OutOfOrder, SelfTestState
from controller.services.actor import Actor, Outcome
from controller.services.live_inputs import LiveInputs

#: Refusals after which no other lock would be fired either.
OVER = frozenset({"no_staff_session", "role_missing"})


def testable(box: Box) -> tuple[str, ...]:
    """Labels of the locks that a self-test fires: column by column, from the top."""
    ordered = sorted(box.compartments.values(), key=lambda c: (c.column, c.row, c.label))
    return tuple(c.label for c in ordered if c.door is Door.CLOSED and not why_not_testable(box, c))


class SelfTest:
    """One event loop."""

    def __init__(self, actor: Actor, inputs: LiveInputs, changed: Callable[[], None]) -> None:
        self._actor = actor
        self._inputs = inputs
        self._changed = changed
        self._session = ""
        self._state = ""
        self._queue: list[str] = []
        self._label = ""
        self._total = 0
        self._results: list[LockTest] = []
        inputs.on_test(self._tested)
        actor.on_event(self._happened)

    @property
    def state(self) -> SelfTestState | None:
        """As it stands, or as the last one ended; None before the first."""
        if not self._state:
            return None
        waiting = self._inputs.waiting if self._label else ""
        return SelfTestState(self._state, self._total, len(self._results), self._label, waiting, tuple(self._results))

    def start(self, session: str) -> Refusal | None:
        """Fires the first lock. The rules decide each; what is refused as a whole is said here."""
        box = self._actor.box
        if self._state == "running":
            return Refusal("self_test_running")
        if box.commissioning is not None and box.commissioning.state is RoundState.RUNNING:
            return Refusal("commissioning_running")
        if box.opening is not None:
            return Refusal("load_not_closed", {"compartment": box.opening.compartment})
        labels = testable(box)
        if not labels:
            return Refusal("nothing_to_test")
        self._session, self._state, self._queue = session, "running", list(labels)
        self._total, self._results, self._label = len(labels), [], ""
        self._next()
        return None

    def cancel(self) -> Refusal | None:
        if self._state != "running":
            return Refusal("no_self_test")
        self._end("cancelled")
        return None

    def _next(self) -> None:
        if self._state != "running":
            return
        if not self._queue:
            self._end("done")
            return
        self._label = self._queue.pop(0)
        box = self._actor.box
        if box.compartments[self._label].door is not Door.CLOSED:
            self._tested(self._not_fired("door_not_closed"))
            return
        answer = self._actor.post(TestCompartment(self._session, self._label))
        answer.add_done_callback(self._answered)
        self._changed()

    def _answered(self, answer: asyncio.Future[Outcome]) -> None:
        if self._state != "running" or answer.cancelled():
            return
        error = answer.exception()
        if isinstance(error, OutOfOrder):
            self._end("ended")
        elif error is not None:
            raise error
        elif answer.result().refused in OVER:
            self._end("ended")
        elif answer.result().refused:
            self._tested(self._not_fired(answer.result().refused))

    def _not_fired(self, code: str) -> LockTest:
        return LockTest(self._label, code, 0, 0, self._actor.now().wall_ms)

    def _tested(self, test: LockTest) -> None:
        if test.label != self._label:
            return
        self._label = ""
        self._results.append(test)
        if test.outcome == "left_open" and self._state == "running":
            self._end("ended")  # Nobody closes doors any more.
            return
        # Not within the turn of the actor that told of it.
        asyncio.get_running_loop().call_soon(self._next)
        self._changed()

    def _end(self, state: str) -> None:
        self._state, self._queue = state, []
        self._changed()

    def _happened(self, event: ev.Event, at: Moment) -> None:
        if self._state != "running":
            return
        over = isinstance(event, ev.StaffLoggedOut | ev.StaffSessionSuspended)
        # A door opened behind which something may be: with plugs exchanged, the next lock may open another.
        not_vacant = isinstance(event, ev.FaultRaised) and event.code == "unexpected_open"
        if over or not_vacant:
            self._end("ended")
