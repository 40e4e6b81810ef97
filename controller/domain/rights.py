"""The life of a pickup right: when it becomes presentable, and when it ends."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.decision import Draft
from controller.domain.known_time import known_wall_ms
from controller.domain.model import Box, DepositStatus, Right, RightEnd, RightStatus
from controller.domain.pauses import holding_until

#: A right in one of these states ends when its period is over.
EXPIRING = (RightStatus.ISSUED, RightStatus.BLOCKED)


def only_missing(box: Box, right: Right) -> bool:
    """Whether nothing of the right is left but what went missing."""
    return all(box.deposits[name].status is DepositStatus.MISSING for name in right.deposits)


def issue_complete_rights(draft: Draft, deposit: str) -> None:
    """Issues every prepared right over ``deposit`` whose deposits are all stored now. One that went missing is not
    waited for: nobody knows whether it ever comes.
    """
    for right in draft.box.rights_over(deposit):
        issue_if_complete(draft, right)


def issue_if_complete(draft: Draft, right: Right) -> None:
    deposits = [draft.box.deposits[name] for name in right.deposits]
    if right.status is not RightStatus.PREPARED or not deposits:
        return
    still_there = [deposit for deposit in deposits if deposit.status is not DepositStatus.MISSING]
    if not still_there or any(deposit.status is not DepositStatus.STORED for deposit in still_there):
        return
    expires = right.expires_wall_ms
    if not expires:
        periods = [
            policy.holding_days
            for deposit in deposits
            for document_type in deposit.document_types
            if (policy := draft.box.policies.get(document_type)) is not None and policy.holding_days
        ]
        expires = holding_until(draft.box, known_wall_ms(draft.box, draft.at), min(periods)) if periods else 0
    draft.emit(ev.RightIssued(right.id, expires))


def let_rights_follow(draft: Draft, end: RightEnd) -> None:
    """After a deposit left the books: a right that has nothing left to collect ends (the end of a session that holds it
    decides for itself), and a prepared one that waited for this deposit alone is complete.
    """
    for right in tuple(draft.box.rights.values()):
        if not right.deposits and right.status is not RightStatus.CLAIMED:
            draft.emit(ev.RightEnded(right.id, end.value))
        elif right.status is RightStatus.PREPARED:
            issue_if_complete(draft, right)


def let_rights_wait(draft: Draft, deposit: str) -> None:
    """An envelope is expected again: an issued right with nothing inside to collect says "not yet", as before."""
    known = draft.box.deposits.get(deposit)
    if known is None or known.status is not DepositStatus.EXPECTED:
        return
    for right in draft.box.rights_over(deposit):
        inside = (DepositStatus.STORED, DepositStatus.UNVERIFIED)
        if right.status is RightStatus.ISSUED and not any(
            draft.box.deposits[name].status in inside for name in right.deposits
        ):
            draft.emit(ev.RightWaits(right.id))


def leave_right(draft: Draft, name: str) -> None:
    """The session that claimed the right is over: spent if nothing is left, otherwise issued again, or expired
    meanwhile.
    """
    right = draft.box.rights.get(name)
    if right is None:
        return
    if not right.deposits:
        draft.emit(ev.RightEnded(name, (RightEnd.SPENT if right.opened else RightEnd.WITHDRAWN).value))
        return
    if right.status is RightStatus.CLAIMED:
        draft.emit(ev.RightReleased(name))
        expire_if_due(draft, name)


def expire_if_due(draft: Draft, name: str) -> bool:
    """Ends an issued right whose period is over, a blocked one too: its envelope is then fetched like any other.
    Nothing expires while the clock is untrusted, nor while it is the box that is in the way: a deposit in a compartment
    under clarification keeps its right alive, and so does having nothing but missing ones, which nobody may call safe.
    """
    right = draft.box.rights.get(name)
    if right is None or right.status not in EXPIRING or not right.expires_wall_ms:
        return False
    if right.paused_reason or draft.box.downtime is not None:
        return False
    if not draft.at.clock_trusted or draft.at.wall_ms < right.expires_wall_ms:
        return False
    for deposit_name in right.deposits:
        deposit = draft.box.deposits[deposit_name]
        if deposit.status is DepositStatus.MISSING:
            continue
        compartment = draft.box.compartments.get(deposit.compartment)
        if deposit.status is not DepositStatus.STORED or (compartment is not None and not compartment.in_service):
            return False
    if only_missing(draft.box, right):
        return False
    draft.emit(ev.RightEnded(name, RightEnd.EXPIRED.value))
    return True
