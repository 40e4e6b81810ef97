"""Technicians: a lock is fired to see it work, languages are switched off and on."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import Purpose, Role
from controller.domain.openings import authorise
from controller.domain.staff_sessions import keep_active, staff_session
from controller.domain.testable import why_not_testable

GERMAN = "de"
SERVICE_ROLES = (Role.TECHNICIAN, Role.SUPERVISOR)


def test_compartment(draft: Draft, command: cmd.TestCompartment) -> None:
    """Fires a lock to see it work. Without a fresh badge only where nothing is inside (docs/domain.md)."""
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    compartment = draft.box.compartments.get(command.compartment)
    if compartment is None:
        raise Refused("compartment_unknown")
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    against = why_not_testable(draft.box, compartment)
    if against:
        raise Refused(against, compartment=compartment.label)
    authorise(draft, compartment=compartment.label, purpose=Purpose.TEST, session=session.id, badges=(session.staff,))
    keep_active(draft, session)


def offer_languages(draft: Draft, command: cmd.OfferLanguages) -> None:
    """German binds and stands under every translation: it cannot be switched off."""
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    if GERMAN not in command.tags or len(set(command.tags)) != len(command.tags):
        raise Refused("language_unknown")
    if command.tags != draft.box.languages:
        draft.emit(ev.LanguagesOffered(command.tags, session.staff))
    keep_active(draft, session)
