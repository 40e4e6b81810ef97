"""A resident who comes while staff are at work: "I want to collect", and what staff answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain import events as ev
from controller.domain.decide_loading import LOADING_ROLES
from controller.domain.decision import Refusal
from controller.domain.moment import Moment
from controller.ports import Tone
from controller.services.actor import Actor
from controller.services.front import Front
from controller.services.refusals import RefusalLedger

#: The notice on the staff page.
NOTICE = "load_waiting"
#: After "nearly done" a resident may ask again when so much time has passed.
SOON_MS = 60_000


class Waiting:
    """Transient, as everything at the front: nothing here is in the log or opens anything. One event loop."""

    def __init__(self, actor: Actor, front: Front, refusals: RefusalLedger, tone: Callable[[Tone], None]) -> None:
        self._actor = actor
        self._front = front
        self._refusals = refusals
        self._tone = tone
        actor.on_event(self._happened)

    def knock(self) -> Refusal | None:
        """A resident asks staff to let them go first. Asking twice tells nobody anything new."""
        session = self._actor.box.staff_session
        if session is None or not set(LOADING_ROLES) & set(session.roles):
            self._refusals.note("nobody_to_ask")
            return Refusal("nobody_to_ask")
        if not self._front.state.waiting:
            self._front.show(replace(self._front.state, waiting="knocked"))
            self._front.staff_notice(NOTICE, {})
            self._tone(Tone.REMINDER)
        return None

    def soon(self) -> None:
        """Staff are nearly done: the notice goes."""
        state = self._front.state
        if not state.waiting:
            return
        notice = state.staff_notice
        shown = None if notice is not None and notice.page == NOTICE else notice
        until = self._actor.now().mono_ms + SOON_MS
        self._front.show(replace(state, waiting="soon", waiting_until_mono_ms=until, staff_notice=shown))

    def _happened(self, event: ev.Event, at: Moment) -> None:
        over = ev.StaffLoggedIn | ev.StaffLoggedOut | ev.StaffSessionSuspended | ev.StaffSessionResumed
        if isinstance(event, over) and self._front.state.waiting:
            self._front.show(replace(self._front.state, waiting="", waiting_until_mono_ms=0))
