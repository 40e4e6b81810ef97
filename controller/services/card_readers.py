"""The card readers: which are there, what they can verify now, and the faults that follow when none can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain.commands import SetFault
from controller.domain.model import Factor
from controller.ports import CardReaderReport, CardReaderState, ChipReply
from controller.services.actor import Actor
from controller.services.front import Front

#: A reader that has said nothing for so long is not there; it says something every 5 s.
SILENT_MS = 12_000
OK = "ok"
CHIP_FACTORS = (Factor.EMRTD, Factor.EID)
READER_DOWN = "card_reader_down"
TRUST_STALE = "trust_store_stale"
#: The reason that tells that the revocation lists want renewing.
REVOCATION_UNKNOWN = "revocation_unknown"


class CardReaders:
    """Follows what card readers say of themselves; kept in memory only. One event loop."""

    def __init__(self, actor: Actor, front: Front, mono_ms: Callable[[], int]) -> None:
        self._actor = actor
        self._front = front
        self._mono_ms = mono_ms
        self._started_mono_ms = mono_ms()
        self._states: dict[str, CardReaderState] = {}
        self._heard: dict[str, int] = {}
        self._listeners: list[Callable[[], None]] = []
        self._revocation_stale = False

    def on_change(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop when a reader says something else than before, comes or goes."""
        self._listeners.append(listener)

    def said(self, report: CardReaderReport) -> None:
        """A reader said how it is."""
        known = self._states.get(report.source)
        self._heard[report.source] = self._mono_ms()
        state = replace(known, report=report, alive=True) if known is not None else CardReaderState(report)
        self._states[report.source] = state
        if state != known:
            self._changed()

    def gone(self, source: str) -> None:
        """A reader's connection has ended."""
        self._heard.pop(source, None)
        if self._states.pop(source, None) is not None:
            self._changed()

    def answered(self, source: str, reply: ChipReply) -> None:
        """How the last question ended, for the technician: codes and a state, nobody's data."""
        known = self._states.get(source)
        if known is None:
            return
        if reply.outcome == "verified" or reply.reason == REVOCATION_UNKNOWN:
            self._revocation_stale = reply.reason == REVOCATION_UNKNOWN
        at = self._actor.now().wall_ms
        self._states[source] = replace(
            known,
            outcome=reply.outcome,
            reason=reply.reason,
            issuing_state=reply.issuing_state,
            answered_wall_ms=at,
        )
        self._show()

    def source_for(self, factor: Factor) -> str:
        """The reader that can verify ``factor`` now; empty when none can."""
        return next((source for source in sorted(self._states) if factor.value in self._verifies(source)), "")

    def checkable(self) -> tuple[str, ...]:
        """What can be verified now: the factors of every reader that works. Without a pinned certificate no travel
        document is genuine, so that none is asked for.
        """
        return tuple(factor.value for factor in CHIP_FACTORS if self.source_for(factor))

    def card_lies(self, factor: Factor) -> bool:
        """Whether something lies in the field of the reader that would be asked."""
        source = self.source_for(factor)
        return bool(source) and self._states[source].report.card

    def _verifies(self, source: str) -> tuple[str, ...]:
        state = self._states[source]
        if not state.alive or state.report.state != OK:
            return ()
        report = state.report
        return tuple(factor for factor in report.factors if factor != Factor.EMRTD or report.trust_anchors > 0)

    def look(self) -> None:
        """To be called about once a second: who has fallen silent, and the faults of what a policy asks for."""
        now = self._mono_ms()
        for source, state in tuple(self._states.items()):
            alive = now - self._heard.get(source, 0) <= SILENT_MS
            if alive != state.alive:
                self._states[source] = replace(state, alive=alive)
                self._changed()
        asked = {policy.factor for policy in self._actor.box.policies.values()} & set(CHIP_FACTORS)
        starting = now - self._started_mono_ms <= SILENT_MS
        working = any(state.alive and state.report.state == OK for state in self._states.values())
        self._set_fault(READER_DOWN, bool(asked) and not working and not starting)
        bare = working and not any(state.report.trust_anchors for state in self._states.values())
        self._set_fault(TRUST_STALE, Factor.EMRTD in asked and (bare or self._revocation_stale))

    def _set_fault(self, code: str, active: bool) -> None:
        if active != (code in self._actor.box.faults):
            self._actor.post(SetFault(code, "", active))

    def _changed(self) -> None:
        self._show()
        for listener in self._listeners:
            listener()

    def _show(self) -> None:
        states = tuple(state for _, state in sorted(self._states.items()))
        if states != self._front.state.card_readers:
            self._front.show(replace(self._front.state, card_readers=states))
