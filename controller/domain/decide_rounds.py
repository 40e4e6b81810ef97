"""Walks from compartment to compartment: recall, returns, clarification, stock-take, emergency.

Each opening is a badge presentation of its own; the walk only says which compartment comes next.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.guided import ask_badge
from controller.domain.model import Box, DepositStatus, Purpose, Role, Round, StaffSession
from controller.domain.staff_sessions import keep_active, staff_session

ROUNDS = (Purpose.RECALL, Purpose.RETURNS, Purpose.CLARIFICATION, Purpose.STOCKTAKE, Purpose.EMERGENCY)
ROUND_ROLES = (Role.LOADER, Role.SUPERVISOR)


def due(box: Box, purpose: Purpose, label: str) -> bool:
    """Whether a walk for ``purpose`` has anything to do at this compartment."""
    compartment = box.compartments[label]
    if "not_in_profile" in compartment.out_of_service:
        return False
    if purpose is Purpose.RECALL:
        inside = [box.deposits[name] for name in compartment.deposits]
        return any(deposit.overdue and deposit.status is DepositStatus.STORED for deposit in inside)
    if purpose is Purpose.RETURNS:
        return compartment.old_document
    if purpose is Purpose.CLARIFICATION:
        return bool(compartment.quarantine)
    return purpose in ROUNDS


def all_due(box: Box, purpose: Purpose) -> tuple[str, ...]:
    """Every compartment of a walk, along the front: column by column, from the top."""
    along = sorted(box.compartments.values(), key=lambda c: (c.column, c.row, c.label))
    return tuple(compartment.label for compartment in along if due(box, purpose, compartment.label))


def _walk(session: StaffSession) -> Round:
    if session.round is None:
        raise Refused("no_round")
    return session.round


def start_round(draft: Draft, command: cmd.StartRound) -> None:
    session = staff_session(draft, command.session, *ROUND_ROLES)
    if command.purpose not in ROUNDS:
        raise Refused("purpose_unknown")
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    if command.purpose is Purpose.EMERGENCY and not command.reason.strip():
        raise Refused("reason_needed")
    compartments = all_due(draft.box, command.purpose)
    if not compartments:
        raise Refused("round_empty")
    if session.round is not None:
        draft.emit(ev.RoundEnded(session.id, "stopped"))
    draft.emit(ev.RoundStarted(session.id, command.purpose.value, compartments, command.reason[:120]))
    _next(draft)


def go_on(draft: Draft, command: cmd.GoOnWithRound) -> None:
    session = staff_session(draft, command.session, *ROUND_ROLES)
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    if _walk(session).paused:
        draft.emit(ev.RoundResumed(session.id))
    _next(draft)


def skip(draft: Draft, command: cmd.SkipInRound) -> None:
    session = staff_session(draft, command.session, *ROUND_ROLES)
    walk = _walk(session)
    if draft.box.opening is not None or walk.paused:
        raise Refused("wrong_phase")
    draft.emit(ev.RoundAdvanced(session.id, walk.waiting[0], "skipped"))
    _next(draft)


def leave(draft: Draft, command: cmd.LeaveRound) -> None:
    session = staff_session(draft, command.session)
    if not _walk(session).paused:
        _drop_request(draft)
        draft.emit(ev.RoundLeft(session.id))
        keep_active(draft, session)


def stop(draft: Draft, command: cmd.StopRound) -> None:
    session = staff_session(draft, command.session)
    _walk(session)
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    _drop_request(draft)
    draft.emit(ev.RoundEnded(session.id, "stopped"))
    keep_active(draft, session)


def _drop_request(draft: Draft) -> None:
    session = draft.staff_session
    if session.requested is not None:
        draft.emit(ev.OpeningRequestDropped(session.id, session.requested.compartment, "dropped"))


def passed(draft: Draft, label: str, outcome: str) -> None:
    """A guided opening of this compartment is over: the walk that was there goes on to its next one."""
    session = draft.box.staff_session
    walk = session.round if session is not None else None
    if session is None or walk is None or label not in walk.waiting:
        return
    draft.emit(ev.RoundAdvanced(session.id, label, outcome))
    if not walk.paused and walk.waiting[0] == label:
        _next(draft)
    elif not draft.staff_session.round or not draft.staff_session.round.waiting:
        draft.emit(ev.RoundEnded(session.id, "finished"))


def _next(draft: Draft) -> None:
    """Shows the next compartment that still has to be opened, or ends the walk."""
    session = draft.staff_session
    walk = _walk(session)
    for label in walk.waiting:
        if due(draft.box, walk.purpose, label):
            ask_badge(draft, session, label, walk.purpose, walk.reason)
            return
        draft.emit(ev.RoundAdvanced(session.id, label, "settled"))
    _drop_request(draft)  # What was skipped is not opened by a badge any more.
    draft.emit(ev.RoundEnded(session.id, "finished"))
    keep_active(draft, session)
