"""Technicians: a lock is fired to see it work, languages are switched off and on."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decision import Draft, Refused
from controller.domain.lock_outcomes import wired_wrongly
from controller.domain.model import Compartment, Door, Opening, OpeningStage, Purpose, Role
from controller.domain.openings import authorise, end_opening, quarantine
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


def end_test(draft: Draft, command: cmd.EndTest) -> None:
    """Its contact cannot tell what the door does, says whoever looks at it: no further try is needed, nothing is put
    inside until it can, and the test is over. How the door is stays what the contact says.
    """
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    opening = draft.box.opening
    if opening is None or opening.purpose is not Purpose.TEST or opening.compartment != command.compartment:
        raise Refused("nothing_to_answer")
    quarantine(draft, opening.compartment, "test_failed")
    if opening.stage is OpeningStage.OPENED:
        draft.raise_fault("left_open", opening.compartment)
    end_opening(draft, opening, "stuck" if opening.stage is OpeningStage.OPENED else "stopped")
    keep_active(draft, session)


def moved_by_a_test(opening: Opening, compartment: Compartment, seen_mono_ms: int) -> bool:
    """Whether the edge of another door is taken for the work of the lock that is tested now: the doors that its pulse
    opens move within a moment, and nobody else's coil is energised meanwhile.
    """
    if opening.purpose is not Purpose.TEST or opening.compartment == compartment.label:
        return False
    if compartment.door is not Door.CLOSED or seen_mono_ms < opening.authorised_mono_ms:
        return False
    if opening.stage is OpeningStage.OPENED:
        return seen_mono_ms < opening.opened_mono_ms + timing.DOORS_OF_ONE_PULSE
    return opening.stage is not OpeningStage.CLOSED


def another_door_opened(draft: Draft, opening: Opening, compartment: Compartment, seen_mono_ms: int) -> None:
    """The lock that was tested has opened another door. Where nothing can be behind it, both are taken out of allotment
    and that is all.
    """
    draft.emit(ev.DoorOpened(compartment.label, "test", seen_mono_ms))
    wired_wrongly(draft, opening.compartment, compartment.label)


def offer_languages(draft: Draft, command: cmd.OfferLanguages) -> None:
    """German binds and stands under every translation: it cannot be switched off."""
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    if GERMAN not in command.tags or len(set(command.tags)) != len(command.tags):
        raise Refused("language_unknown")
    if command.tags != draft.box.languages:
        draft.emit(ev.LanguagesOffered(command.tags, session.staff))
    keep_active(draft, session)
