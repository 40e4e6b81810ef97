"""Openings of compartments that may hold something: who may, and the request that waits for a badge."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.decision import Draft, Refused, RefusedAndNoted
from controller.domain.loadable import check_loadable, with_an_old_document, with_its_group
from controller.domain.model import DepositStatus, Door, Purpose, RequestedOpening, Role, StaffSession
from controller.domain.staff_sessions import keep_active

_TEAM = (Role.LOADER, Role.SUPERVISOR)

#: Whose badge may authorise which opening of a compartment that may hold something.
OPENING_ROLES: dict[Purpose, tuple[Role, ...]] = {
    Purpose.LOADING: _TEAM,
    Purpose.UNDO: _TEAM,
    Purpose.RECALL: _TEAM,
    Purpose.HANDOVER: _TEAM,
    Purpose.RETURNS: _TEAM,
    Purpose.STOCKTAKE: _TEAM,
    Purpose.CLARIFICATION: _TEAM,
    Purpose.EMERGENCY: _TEAM,
}

#: What staff may ask for by naming a compartment. Loading and undoing follow from an envelope instead.
REQUESTABLE = frozenset(OPENING_ROLES) - {Purpose.LOADING, Purpose.UNDO}


def ask_badge(draft: Draft, session: StaffSession, compartment: str, purpose: Purpose, reason: str = "") -> None:
    """Shows compartment and reason; the badge that authorises the opening has to come after. Raises `Refused`."""
    _check(draft, session, compartment, purpose)
    if purpose is Purpose.EMERGENCY and not reason.strip():
        raise Refused("reason_needed")
    draft.emit(ev.OpeningRequested(session.id, compartment, purpose.value, reason[:120]))
    keep_active(draft, session)


def ask_badge_for(
    draft: Draft, session: StaffSession, compartment: str, purpose: Purpose, reason: str, deposit: str
) -> None:
    """As `ask_badge`, for one envelope."""
    _check(draft, session, compartment, purpose)
    draft.emit(ev.DepositOpeningRequested(session.id, compartment, purpose.value, reason, deposit))
    keep_active(draft, session)


def check_request(draft: Draft, session: StaffSession, requested: RequestedOpening) -> None:
    """Whether what the page asked for still makes sense when the badge comes: the central system may have cancelled or
    held the envelope meanwhile, and the compartment may not be fit for it any more. Raises `Refused`.
    """
    if not requested.deposit:
        return
    deposit = draft.box.deposits.get(requested.deposit)
    if requested.purpose is Purpose.LOADING:
        loadable = check_loadable(draft, deposit)
        compartment = draft.box.compartments[requested.compartment]
        if compartment.door is not Door.CLOSED:
            raise Refused("load_not_closed", compartment=compartment.label)
        beside, instead = with_its_group(draft, loadable, [compartment]), with_an_old_document(loadable, [compartment])
        if beside is None and instead is None:
            # It stood open, was taken out of service, or others may collect from it now: scanned again, it goes
            # elsewhere.
            draft.emit(ev.OpeningRequestDropped(session.id, compartment.label, "unfit"))
            raise RefusedAndNoted("request_dropped")
    elif deposit is None or (deposit.status, deposit.compartment) != (DepositStatus.STORED, requested.compartment):
        raise Refused("nothing_to_undo")


def _check(draft: Draft, session: StaffSession, compartment: str, purpose: Purpose) -> None:
    if not set(OPENING_ROLES[purpose]) & set(session.roles):
        raise Refused("role_missing")
    if compartment not in draft.box.compartments:
        raise Refused("compartment_unknown")
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
