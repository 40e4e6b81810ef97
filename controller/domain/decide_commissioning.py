"""A round in which every vacant lock is fired. It fires nothing itself: each lock is a test of its own, by its
rules.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.commissioning import Commissioning, RoundState
from controller.domain.decide_technician import SERVICE_ROLES
from controller.domain.decision import Draft, Refused
from controller.domain.lock_outcomes import wired_wrongly
from controller.domain.model import StaffSession
from controller.domain.staff_sessions import keep_active, staff_session
from controller.domain.testable import along_the_front, why_not_testable

PAUSES = frozenset({"asked", "left_open", "power_fail"})


def _may_fire(draft: Draft) -> None:
    if draft.box.map_accepted:
        raise Refused("map_accepted")
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)


def start(draft: Draft, command: cmd.StartCommissioning) -> None:
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    known = draft.box.commissioning
    if known is not None and known.state is RoundState.RUNNING:
        raise Refused("commissioning_running")
    _may_fire(draft)
    front = along_the_front(draft.box)
    vacant = tuple(each.label for each in front if not why_not_testable(draft.box, each))
    if not vacant:
        raise Refused("nothing_to_test")
    left_out = tuple(each.label for each in front if each.label not in set(vacant))
    draft.emit(
        ev.CommissioningStarted(
            draft.next_id("C"), session.id, session.staff, draft.box.profile_sha256, vacant, left_out
        )
    )
    keep_active(draft, session)


def go_on(draft: Draft, command: cmd.GoOnWithCommissioning) -> None:
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    _may_fire(draft)
    round_ = draft.box.commissioning
    if round_ is None or round_.state is not RoundState.PAUSED:
        raise Refused("no_commissioning")
    if round_.profile_sha256 != draft.box.profile_sha256:
        raise Refused("map_changed")
    draft.emit(ev.CommissioningResumed(round_.id, session.id, session.staff))
    keep_active(draft, session)


def _running(draft: Draft, name: str) -> tuple[StaffSession, Commissioning]:
    session = staff_session(draft, name, *SERVICE_ROLES)
    round_ = draft.box.commissioning
    if round_ is None or round_.state is not RoundState.RUNNING or round_.session != session.id:
        raise Refused("no_commissioning")
    return session, round_


def pause(draft: Draft, command: cmd.PauseCommissioning) -> None:
    _, round_ = _running(draft, command.session)
    if command.reason not in PAUSES:
        raise Refused("reason_unknown")
    draft.emit(ev.CommissioningPaused(round_.id, command.reason))


def note_examination(draft: Draft, command: cmd.NoteExamination) -> None:
    """One lock is done. Where anything was not as it should, the compartments concerned are not allotted."""
    session, round_ = _running(draft, command.session)
    label = command.compartment
    named = {label, *command.opened, *command.moved, *command.stuck}
    if label not in round_.labels or not named <= set(draft.box.compartments):
        raise Refused("compartment_unknown")
    if draft.box.opening is not None and draft.box.opening.compartment == label:
        raise Refused("load_not_closed", compartment=label)
    draft.emit(
        ev.LockExamined(
            round_.id,
            label,
            command.opened,
            command.moved,
            command.stuck,
            max(0, command.opened_ms),
            max(0, command.attempts),
            command.fault[:60],
            session.staff if command.said else "",
        )
    )
    if command.opened != command.moved or (command.opened and command.opened != (label,)):
        wired_wrongly(draft, label, *command.opened)
    after = draft.box.commissioning
    if after is not None and not after.waiting:
        draft.emit(ev.CommissioningDone(round_.id))
    keep_active(draft, session)


def follow(draft: Draft) -> None:
    """A round ends with the session that it runs in, however that ended, and stops where a door opened behind which
    something may be.
    """
    round_ = draft.box.commissioning
    if round_ is None or round_.state is not RoundState.RUNNING:
        return
    session = draft.box.staff_session
    if session is None or session.id != round_.session:
        draft.emit(ev.CommissioningPaused(round_.id, "session_over"))
        return
    for event in draft.events:
        if isinstance(event, ev.FaultRaised) and event.code == "unexpected_open":
            draft.emit(ev.CommissioningPaused(round_.id, "not_vacant"))
            return
