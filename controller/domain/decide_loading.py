"""Staff load envelopes: one scanned order, one empty compartment, booked by closing the door."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.allotment import choose_compartment
from controller.domain.decision import Draft, Refused
from controller.domain.model import Contents, DepositStatus, Door, Opening, Purpose, Role, StaffSession
from controller.domain.openings import authorise, doubt_deposits, end_opening, quarantine
from controller.domain.rights import issue_complete_rights

LOADING_ROLES = (Role.LOADER, Role.SUPERVISOR)


def staff_session(draft: Draft, name: str | None, *roles: Role) -> StaffSession:
    """The staff session, if it is the one named and its member has one of the roles."""
    session = draft.box.staff_session
    if session is None or (name is not None and session.id != name):
        raise Refused("no_staff_session")
    if roles and not set(roles) & set(session.roles):
        raise Refused("role_missing")
    return session


def keep_active(draft: Draft, session: StaffSession) -> None:
    draft.emit(ev.StaffActive(session.id, draft.after(timing.STAFF_IDLE)))


def present_order(draft: Draft, command: cmd.PresentOrder) -> None:
    """Opens an empty compartment for exactly the order that was scanned now (architecture.md, authorisation b)."""
    session = staff_session(draft, None, *LOADING_ROLES)
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    deposit = draft.box.deposit_for_order(command.order)
    if deposit is None:
        raise Refused("load_unknown")
    if deposit.held:
        raise Refused("load_held")
    if deposit.status is not DepositStatus.EXPECTED:
        raise Refused("load_duplicate", compartment=deposit.compartment)
    # What is booked by a door that closes needs a door whose sensor works and that is closed now.
    ready = [
        compartment
        for compartment in draft.box.compartments.values()
        if compartment.rest_until_mono_ms <= draft.at.mono_ms and compartment.door is Door.CLOSED
    ]
    compartment = choose_compartment(ready, deposit)
    if compartment is None:
        raise Refused("load_full")
    keep_active(draft, session)
    authorise(
        draft,
        compartment=compartment.label,
        purpose=Purpose.LOADING,
        session=session.id,
        deposit=deposit.id,
        badges=(session.staff,),
    )


def report_obstructed(draft: Draft, command: cmd.ReportObstructed) -> None:
    session = staff_session(draft, command.session, *LOADING_ROLES)
    opening = draft.box.opening
    if opening is None or opening.purpose is not Purpose.LOADING or not opening.witnessed:
        raise Refused("wrong_phase", phase="no_open_door")
    if not opening.obstructed:
        draft.emit(ev.LoadingObstructed(session.id, opening.compartment))
        keep_active(draft, session)


def door_closed(draft: Draft, opening: Opening) -> None:
    """Closing the door books the envelope, unless the loader found something inside."""
    by = draft.box.staff_session.staff if draft.box.staff_session is not None else ""
    if opening.obstructed:
        quarantine(draft, opening.compartment, "not_empty")
        end_opening(draft, opening, "closed")
    else:
        draft.emit(ev.DepositStored(opening.deposit, opening.compartment, by))
        end_opening(draft, opening, "closed")
        issue_complete_rights(draft, opening.deposit)
    if draft.box.staff_session is not None:
        keep_active(draft, draft.box.staff_session)


def unlock_failed(draft: Draft, opening: Opening) -> None:
    """The envelope is still in the loader's hand: nothing changes for it; scanning it again picks another
    compartment.
    """
    draft.raise_fault("jam", opening.compartment)
    quarantine(draft, opening.compartment, "jam")
    end_opening(draft, opening, "failed")


def unwitnessed(draft: Draft, opening: Opening) -> None:
    """The sensor failed while the door was to open: the envelope may be inside or not."""
    interrupted(draft, opening, "failed")


def interrupted(draft: Draft, opening: Opening, outcome: str) -> None:
    """Nobody knows whether the envelope went in: the next login is asked, and the right stays prepared."""
    if opening.obstructed:
        quarantine(draft, opening.compartment, "not_empty")
    else:
        draft.emit(ev.DepositUnverified(opening.deposit, opening.compartment, "loading", 0))
        quarantine(draft, opening.compartment, "loading")
    doubt_deposits(draft, opening.compartment, "loading")
    end_opening(draft, opening, outcome)


def answer_loading(draft: Draft, command: cmd.AnswerLoading) -> None:
    """ "Is the envelope in A07?" A no leaves the compartment quarantined until somebody looks."""
    session = staff_session(draft, command.session, *LOADING_ROLES)
    deposit = draft.box.deposits.get(command.deposit)
    if deposit is None or deposit.status is not DepositStatus.UNVERIFIED or deposit.reason != "loading":
        raise Refused("nothing_to_answer")
    if command.answer == "yes":
        label = deposit.compartment
        if draft.box.compartments[label].door is Door.OPEN:
            raise Refused("load_not_closed", compartment=label)
        draft.emit(ev.DepositStored(deposit.id, label, session.staff))
        if draft.box.compartments[label].quarantine == ("loading",):
            draft.emit(ev.CompartmentReleased(label, Contents.HOLDS.value, "no", session.staff))
        issue_complete_rights(draft, deposit.id)
    elif command.answer == "no":
        draft.emit(ev.DepositReturnedToExpected(deposit.id, deposit.compartment, session.staff))
    else:
        raise Refused("wrong_choice")
    keep_active(draft, session)
