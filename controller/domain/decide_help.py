"""Calls for help: by the resident's button, after a jam, for a door that stands open, for a document that a person is
to look at. One call for one trouble.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decision import Draft, Refused
from controller.domain.in_use import staffed
from controller.domain.model import Box, HelpCall
from controller.domain.words import spoken_reference

RESIDENT = "resident"
JAM = "jam"
LEFT_OPEN = "left_open"
CHECK = "check"


def call_of(box: Box, session: str) -> HelpCall | None:
    """The call that a page of this session is about; without a session, the last one that stands."""
    standing = [call for call in box.help_calls.values() if not session or call.session == session]
    return standing[-1] if standing else None


def call_help(draft: Draft, command: cmd.CallHelp) -> None:
    session = draft.box.session
    if command.session and (session is None or session.id != command.session):
        raise Refused("no_session")
    opening = draft.box.opening
    at_door = opening is not None and opening.session == command.session
    _call(draft, RESIDENT, opening.compartment if at_door and opening is not None else "", command.session)


def _call(draft: Draft, reason: str, compartment: str, session: str) -> None:
    """Asking again while a call stands changes nothing."""
    if call_of(draft.box, session) is not None:
        return
    call = draft.next_id("H")
    there = staffed(draft.box, draft.at)
    lasting = timing.HELP_UNSTAFFED if there == "no" and reason == RESIDENT else timing.HELP_PENDING
    draft.emit(
        ev.HelpCalled(
            call=call,
            reference=spoken_reference(session or call),
            reason=reason,
            compartment=compartment,
            session=session,
            staffed=there,
            deadline_mono_ms=draft.after(lasting),
        )
    )


def acknowledge_help(draft: Draft, command: cmd.AcknowledgeHelp) -> None:
    _acknowledge(draft, command.call, command.by)


def central_acknowledge_help(draft: Draft, command: cmd.CentralAcknowledgeHelp) -> None:
    _acknowledge(draft, command.call, command.issuer)


def _acknowledge(draft: Draft, name: str, by: str) -> None:
    call = draft.box.help_calls.get(name)
    if call is None:
        raise Refused("call_unknown")
    if not by:
        raise Refused("id_missing")
    if not call.acknowledged_by:
        draft.emit(ev.HelpAcknowledged(name, by, draft.after(timing.HELP_ACKNOWLEDGED)))


def end_help(draft: Draft, command: cmd.EndHelp) -> None:
    if command.call not in draft.box.help_calls:
        raise Refused("call_unknown")
    draft.emit(ev.HelpEnded(command.call, command.by, "staff"))


def follow(draft: Draft) -> None:
    """What the decision so far means for calls: a jam, a door left open and a document to be looked at call by
    themselves; a call ends when its trouble is over.
    """
    for event in tuple(draft.events):
        match event:
            case ev.SessionJammed():
                deposit = draft.box.deposits.get(event.deposit)
                _call(draft, JAM, deposit.compartment if deposit is not None else "", event.session)
            case ev.DoorLeftOpen(stage="staff") if draft.box.session is not None:
                _call(draft, LEFT_OPEN, event.compartment, draft.box.session.id)
            case ev.DoorClosed():
                _end(draft, "resolved", LEFT_OPEN, event.compartment)
            case ev.CompartmentReleased():
                _end(draft, "resolved", JAM, event.compartment)
                _end(draft, "resolved", LEFT_OPEN, event.compartment)
            case ev.StaffCheckAsked():
                _call(draft, CHECK, "", event.session)
            case ev.FactorVerified() | ev.SessionEnded():
                for call in tuple(draft.box.help_calls.values()):
                    if call.reason == CHECK and call.session == event.session:
                        draft.emit(ev.HelpEnded(call.id, "", "resolved"))
            case ev.SessionStarted():
                for call in tuple(draft.box.help_calls.values()):
                    if call.reason == RESIDENT and call.session != event.session:
                        draft.emit(ev.HelpEnded(call.id, "", "next_session"))
            case _:
                pass


def _end(draft: Draft, outcome: str, reason: str, compartment: str) -> None:
    for call in tuple(draft.box.help_calls.values()):
        if call.reason == reason and call.compartment == compartment:
            draft.emit(ev.HelpEnded(call.id, "", outcome))


def calls_due(draft: Draft) -> None:
    """Ends the calls whose time is over."""
    for call in tuple(draft.box.help_calls.values()):
        if call.deadline_mono_ms and draft.at.mono_ms >= call.deadline_mono_ms:
            draft.emit(ev.HelpEnded(call.id, "", "time"))


def next_call_due(box: Box) -> int | None:
    """The monotonic instant at which `calls_due` has something to do next."""
    return min((call.deadline_mono_ms for call in box.help_calls.values() if call.deadline_mono_ms), default=None)
