"""Compartments taken out of service by people, and a staff session that goes on because somebody is there."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import SERVICE_REASONS, Role
from controller.domain.staff_sessions import keep_active, staff_session


def set_service(draft: Draft, command: cmd.SetService) -> None:
    """Nothing is allotted to it any more, or again. Its contents, and its holder's right to them, stay as they are."""
    session = staff_session(draft, command.session, Role.SUPERVISOR, Role.TECHNICIAN)
    compartment = draft.box.compartments.get(command.compartment)
    if compartment is None:
        raise Refused("compartment_unknown")
    if draft.box.opening is not None and draft.box.opening.compartment == compartment.label:
        raise Refused("load_not_closed", compartment=compartment.label)
    by_people = tuple(reason for reason in compartment.out_of_service if reason in SERVICE_REASONS)
    if command.in_service:
        if not by_people:
            raise Refused("nothing_to_answer")
        draft.emit(ev.CompartmentServiceChanged(compartment.label, "in_service", "", session.staff))
    else:
        if command.reason not in SERVICE_REASONS:
            raise Refused("reason_needed")
        if by_people != (command.reason,):
            draft.emit(ev.CompartmentServiceChanged(compartment.label, "out_of_service", command.reason, session.staff))
    keep_active(draft, session)


def keep_staff_session(draft: Draft, command: cmd.KeepStaffSession) -> None:
    keep_active(draft, staff_session(draft, command.session))
