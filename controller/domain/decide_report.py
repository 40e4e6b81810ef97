"""What staff found inside a compartment that was opened by their badge, and what became of what was there."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import decide_rounds
from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.loadable import MISSING_FAULT
from controller.domain.model import (
    Compartment,
    Contents,
    DepositEnd,
    DepositStatus,
    Door,
    Opening,
    OpeningStage,
    Purpose,
    RightEnd,
    StaffSession,
)
from controller.domain.openings import end_opening
from controller.domain.rights import let_rights_follow, let_rights_wait
from controller.domain.staff_sessions import keep_active, staff_session


def check_reporting(draft: Draft, session: StaffSession, opening: Opening | None) -> Opening:
    """The opening that the page asks about. Raises `Refused`."""
    if opening is None or session.reporting != opening.compartment or opening.stage is not OpeningStage.CLOSED:
        raise Refused("nothing_to_answer")
    if opening.witnessed and draft.box.compartments[opening.compartment].door is Door.OPEN:
        raise Refused("load_not_closed", compartment=opening.compartment)
    return opening


def report_contents(draft: Draft, command: cmd.ReportContents) -> None:
    """What staff found inside, and what became of the envelope if it is not there any more."""
    session = staff_session(draft, command.session)
    opening = check_reporting(draft, session, draft.box.opening)
    compartment = draft.box.compartments[opening.compartment]
    contents = as_booked(compartment) if command.contents == "as_booked" else command.contents
    if contents not in ("empty", "envelope", "old_document"):
        raise Refused("wrong_choice")
    if opening.purpose is Purpose.UNDO:
        _undone(draft, session, opening, contents)
        return
    inside = compartment.deposits
    if contents == "envelope" and not inside:
        # An envelope that the books do not know: it must be taken out or announced; the compartment stays under
        # clarification.
        raise Refused("envelope_unknown")
    for name in inside:
        if contents == "envelope":
            if draft.box.deposits[name].status is not DepositStatus.STORED:
                draft.emit(ev.DepositStored(name, compartment.label, session.staff))
        else:
            _envelope_gone(draft, name, compartment.label, command.deposit_end, session.staff)
    if compartment.old_document and contents != "old_document":
        draft.emit(ev.OldDocumentTaken(compartment.label, session.staff))
    left = Contents.EMPTY if contents == "empty" else Contents.HOLDS
    spent = command.deposit_end.startswith("collected")
    finish(draft, session, opening, left, old_document=contents == "old_document", spent=spent)
    for name in inside:
        if name in draft.box.deposits:
            let_rights_wait(draft, name)


def as_booked(compartment: Compartment) -> str:
    """What the books say lies in it, for somebody who looked and agrees; empty when they say nothing, or two things (a
    swap that was cut short).
    """
    if compartment.deposits and compartment.old_document:
        return ""
    if compartment.deposits:
        return "envelope"
    if compartment.old_document:
        return "old_document"
    return "empty" if compartment.contents in (Contents.EMPTY, Contents.PRESUMED_EMPTY) else ""


def report_no_old_document(draft: Draft, command: cmd.ReportNoOldDocument) -> None:
    """There is none, though its holder said so: at the open door of a swap, or after looking for it."""
    session = staff_session(draft, command.session)
    opening = draft.box.opening
    if opening is None or not draft.box.compartments[opening.compartment].old_document:
        raise Refused("nothing_to_answer")
    label = opening.compartment
    if opening.purpose is Purpose.LOADING and opening.stage is OpeningStage.OPENED:
        draft.emit(ev.OldDocumentMissing(label, session.staff))
        keep_active(draft, session)
        return
    check_reporting(draft, session, opening)
    if draft.box.compartments[label].deposits:
        raise Refused("wrong_choice")
    draft.emit(ev.OldDocumentMissing(label, session.staff))
    finish(draft, session, opening, Contents.EMPTY)


def _undone(draft: Draft, session: StaffSession, opening: Opening, contents: str) -> None:
    """The envelope that was booked last was taken out again, or is still inside. What lies beside it is untouched."""
    label, name = opening.compartment, opening.deposit
    if contents == "old_document":
        raise Refused("wrong_choice")
    if contents == "empty":
        draft.emit(ev.DepositReturnedToExpected(name, label, session.staff))
    elif draft.box.deposits[name].status is not DepositStatus.STORED:
        draft.emit(ev.DepositStored(name, label, session.staff))
    others = draft.box.compartments[label].deposits
    if any(draft.box.deposits[other].status is not DepositStatus.STORED for other in others):
        end_opening(draft, opening, "closed")  # The rest of its group is in doubt: that is another question.
        keep_active(draft, session)
    else:
        finish(draft, session, opening, Contents.HOLDS if others else Contents.EMPTY)
    let_rights_wait(draft, name)


def finish(
    draft: Draft,
    session: StaffSession,
    opening: Opening,
    contents: Contents,
    *,
    old_document: bool = False,
    spent: bool = False,
) -> None:
    """Somebody looked and said what is inside: the compartment is clear, the opening over, a walk goes on."""
    label = opening.compartment
    draft.emit(ev.CompartmentReleased(label, contents.value, "yes" if old_document else "no", session.staff))
    draft.clear_fault("unexpected_open", label)
    draft.clear_fault("jam", label)
    end_opening(draft, opening, "closed")
    let_rights_follow(draft, RightEnd.SPENT if spent else RightEnd.WITHDRAWN)
    if not any(compartment.quarantine for compartment in draft.box.compartments.values()):
        draft.clear_fault("many_quarantined")
    keep_active(draft, session)
    decide_rounds.passed(draft, label, "done")


def _envelope_gone(draft: Draft, deposit: str, label: str, end: str, by: str) -> None:
    if end == "expected":
        draft.emit(ev.DepositReturnedToExpected(deposit, label, by))
    elif end == "missing":
        draft.emit(ev.DepositMissing(deposit, label, by))
        draft.raise_fault(MISSING_FAULT, label)
    elif end in {known.value for known in DepositEnd}:
        draft.emit(ev.DepositEnded(deposit, label, end, Contents.EMPTY.value))
    else:
        raise Refused("wrong_choice")
