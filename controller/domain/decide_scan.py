"""An order's barcode was scanned at the box: what it means depends on which door, if any, staff stand at."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_loading import LOADING_ROLES, load
from controller.domain.decide_report import check_reporting, finish
from controller.domain.decision import Draft, Refused
from controller.domain.loadable import check_loadable, found_again
from controller.domain.model import Contents, Deposit, DepositEnd, Opening, OpeningStage, Purpose, StaffSession
from controller.domain.staff_sessions import keep_active, staff_session

#: What an envelope's barcode, scanned after the door was closed, says of the envelope.
SCANNED_OUT = {
    Purpose.RECALL: DepositEnd.RECALLED,
    Purpose.HANDOVER: DepositEnd.HANDED_OVER_AT_COUNTER,
}


def present_order(draft: Draft, command: cmd.PresentOrder) -> None:
    session = staff_session(draft, None, *LOADING_ROLES)
    opening = draft.box.opening
    deposit = draft.box.deposit_for_order(command.order)
    if opening is None:
        load(draft, session, deposit)
    elif opening.purpose in SCANNED_OUT and session.reporting == opening.compartment:
        _scan_out(draft, session, opening, deposit)
    elif opening.purpose is Purpose.RETURNS and opening.stage is OpeningStage.OPENED:
        _swap(draft, session, opening, deposit)
    else:
        raise Refused("load_not_closed", compartment=opening.compartment)


def _scan_out(draft: Draft, session: StaffSession, opening: Opening, deposit: Deposit | None) -> None:
    """The envelope in hand proves by its barcode that the right one was taken. A wrong one is put back by opening
    again.
    """
    check_reporting(draft, session, opening)
    label = opening.compartment
    if deposit is None or deposit.compartment != label:
        raise Refused("scan_out_other", compartment=label)
    draft.emit(ev.DepositEnded(deposit.id, label, SCANNED_OUT[opening.purpose].value, Contents.EMPTY.value))
    left = draft.box.compartments[label]
    if left.deposits or left.old_document or left.quarantine:
        # The others of its group are scanned too, or reported as still inside; and where something else may lie, its
        # barcode does not say that nothing does.
        keep_active(draft, session)
        return
    finish(draft, session, opening, Contents.EMPTY)


def _swap(draft: Draft, session: StaffSession, opening: Opening, deposit: Deposit | None) -> None:
    """The door stands open for its old document: the next envelope goes into the same compartment, in one opening."""
    loadable = check_loadable(draft, deposit)
    compartment = draft.box.compartments[opening.compartment]
    if compartment.deposits or not compartment.in_service or compartment.size.rank < loadable.size.rank:
        raise Refused("load_not_closed", compartment=compartment.label)
    found_again(draft, loadable, session.staff)
    draft.emit(ev.SwapBegun(session.id, compartment.label, loadable.id))
    keep_active(draft, session)
