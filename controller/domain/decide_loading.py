"""Staff load envelopes: one scanned order, one compartment, booked by closing the door."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.allotment import choose_compartment
from controller.domain.decision import Draft, Refused
from controller.domain.guided import ask_badge_for
from controller.domain.loadable import check_loadable, found_again, ready, with_an_old_document, with_its_group
from controller.domain.model import (
    Contents,
    Deposit,
    DepositStatus,
    Door,
    Opening,
    OpeningStage,
    Purpose,
    Role,
    Size,
    StaffSession,
)
from controller.domain.openings import authorise, doubt_deposits, end_opening, quarantine
from controller.domain.rights import issue_complete_rights
from controller.domain.staff_sessions import keep_active, staff_session
from controller.domain.tasks import TaskKind

LOADING_ROLES = (Role.LOADER, Role.SUPERVISOR)

#: Why loading into a compartment that holds something waits for a badge.
GROUP = "group"
SWAP = "swap"


def load(draft: Draft, session: StaffSession, order_of: Deposit | None) -> None:
    """Opens an empty compartment for exactly the order that was scanned now (architecture.md, authorisation b). Where
    the envelope belongs to others that lie inside already, or only an old document makes room, the loader's badge comes
    first (authorisation c).
    """
    deposit = check_loadable(draft, order_of)
    found_again(draft, deposit, session.staff)
    among = ready(draft)
    mates = with_its_group(draft, deposit, among)
    if mates is not None:
        ask_badge_for(draft, session, mates.label, Purpose.LOADING, GROUP, deposit.id)
        return
    compartment = choose_compartment(among, deposit)
    if compartment is None:
        returned = with_an_old_document(deposit, among)
        if returned is None:
            raise Refused("load_full")
        ask_badge_for(draft, session, returned.label, Purpose.LOADING, SWAP, deposit.id)
        return
    keep_active(draft, session)
    authorise(
        draft,
        compartment=compartment.label,
        purpose=Purpose.LOADING,
        session=session.id,
        deposit=deposit.id,
        badges=(session.staff,),
    )


def _at_the_open_door(draft: Draft) -> Opening:
    opening = draft.box.opening
    at_it = opening is not None and opening.purpose is Purpose.LOADING and opening.stage is OpeningStage.OPENED
    if opening is None or not at_it:
        raise Refused("wrong_phase", phase="no_open_door")
    return opening


def report_obstructed(draft: Draft, command: cmd.ReportObstructed) -> None:
    session = staff_session(draft, command.session, *LOADING_ROLES)
    opening = _at_the_open_door(draft)
    if draft.box.compartments[opening.compartment].deposits:
        raise Refused("wrong_phase", phase="group")  # That something is inside is why it was opened.
    if not opening.obstructed:
        draft.emit(ev.LoadingObstructed(session.id, opening.compartment))
        keep_active(draft, session)


def report_too_small(draft: Draft, command: cmd.ReportTooSmall) -> None:
    """The envelope gets a larger compartment when it is scanned again: that it can be scanned shows that it is not
    inside. Beside its group there is no room: then it goes alone.
    """
    session = staff_session(draft, command.session, *LOADING_ROLES)
    opening = _at_the_open_door(draft)
    if opening.too_small or opening.obstructed:
        return
    deposit = draft.box.deposits[opening.deposit]
    compartment = draft.box.compartments[opening.compartment]
    larger = [size for size in Size if size.rank > compartment.size.rank]
    if compartment.deposits:
        size, group = deposit.size, ""
    elif larger:
        size, group = larger[0], deposit.group
    else:
        raise Refused("no_larger", compartment=compartment.label)
    draft.emit(ev.LoadingTooSmall(session.id, compartment.label, deposit.id, size.value, group))
    keep_active(draft, session)


def undo_loading(draft: Draft, command: cmd.UndoLoading) -> None:
    """The last booking was wrong: the compartment holds something now, so it opens again by a fresh badge."""
    session = staff_session(draft, command.session, *LOADING_ROLES)
    deposit = draft.box.deposits.get(session.last_stored)
    if deposit is None or deposit.status is not DepositStatus.STORED:
        raise Refused("nothing_to_undo")
    ask_badge_for(draft, session, deposit.compartment, Purpose.UNDO, "", deposit.id)


def door_closed(draft: Draft, opening: Opening) -> None:
    """Closing the door books the envelope, unless the loader said that it does not go in."""
    by = draft.box.staff_session.staff if draft.box.staff_session is not None else ""
    label = opening.compartment
    compartment = draft.box.compartments[label]
    if opening.obstructed or (opening.too_small and compartment.old_document):
        quarantine(draft, label, "not_empty")
        end_opening(draft, opening, "closed")
    elif opening.too_small:
        if not compartment.deposits:
            draft.emit(ev.CompartmentLeftEmpty(label, by))
        end_opening(draft, opening, "closed")
    else:
        if compartment.old_document:
            draft.emit(ev.OldDocumentTaken(label, by))
            _returns_done(draft, label, by)
        draft.emit(ev.DepositStored(opening.deposit, label, by))
        end_opening(draft, opening, "closed")
        issue_complete_rights(draft, opening.deposit)
    if draft.box.staff_session is not None:
        keep_active(draft, draft.box.staff_session)


def _returns_done(draft: Draft, label: str, by: str) -> None:
    """An office's task to take the old document out ends with it."""
    for task in tuple(draft.box.tasks.values()):
        if task.kind is TaskKind.RETURNS and task.compartment == label:
            draft.emit(ev.TaskDone(task.id, by))


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
    """Nobody knows whether the envelope went in: the next login is asked, and the right stays prepared. Where an old
    document was to come out first, the question alone would not do: somebody looks.
    """
    label = opening.compartment
    if opening.obstructed:
        quarantine(draft, label, "not_empty")
        reason = "loading"
    else:
        reason = SWAP if draft.box.compartments[label].old_document else "loading"
        draft.emit(ev.DepositUnverified(opening.deposit, label, reason, 0))
        quarantine(draft, label, reason)
    doubt_deposits(draft, label, reason)
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
        inside = [draft.box.deposits[name].status for name in draft.box.compartments[label].deposits]
        certain = all(status is DepositStatus.STORED for status in inside)
        if certain and draft.box.compartments[label].quarantine == ("loading",):
            draft.emit(ev.CompartmentReleased(label, Contents.HOLDS.value, "no", session.staff))
        issue_complete_rights(draft, deposit.id)
    elif command.answer == "no":
        draft.emit(ev.DepositReturnedToExpected(deposit.id, deposit.compartment, session.staff))
    else:
        raise Refused("wrong_choice")
    keep_active(draft, session)
