"""Whether an envelope may be put in now, and into which compartment that already holds something."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.decision import Draft, Refused
from controller.domain.model import Compartment, Deposit, DepositStatus, Door
from controller.domain.rights import let_rights_wait

#: The alarm while an envelope is missing; its subject is the compartment that it went out of.
MISSING_FAULT = "document_missing"


def check_loadable(draft: Draft, deposit: Deposit | None) -> Deposit:
    """The envelope, if it is expected here (or was missing until now) and may be handed out. Raises `Refused`."""
    if deposit is None:
        raise Refused("load_unknown")
    if deposit.held:
        raise Refused("load_held")
    if deposit.status not in (DepositStatus.EXPECTED, DepositStatus.MISSING):
        raise Refused("load_duplicate", compartment=deposit.compartment)
    return deposit


def found_again(draft: Draft, deposit: Deposit, by: str) -> None:
    """Its barcode was scanned: what went missing is in somebody's hand, and waits to be loaded again."""
    if deposit.status is DepositStatus.MISSING:
        draft.emit(ev.DepositReturnedToExpected(deposit.id, "", by))
        let_rights_wait(draft, deposit.id)
        clear_missing(draft)


def clear_missing(draft: Draft) -> None:
    """The alarm is over when nothing is missing any more."""
    if not any(deposit.status is DepositStatus.MISSING for deposit in draft.box.deposits.values()):
        for fault in tuple(draft.box.faults.values()):
            if fault.code == MISSING_FAULT:
                draft.clear_fault(fault.code, fault.subject)


def ready(draft: Draft) -> list[Compartment]:
    """What is booked by a door that closes needs a door whose sensor works and that is closed now, and a coil that does
    not rest.
    """
    return [
        compartment
        for compartment in draft.box.compartments.values()
        if compartment.rest_until_mono_ms <= draft.at.mono_ms and compartment.door is Door.CLOSED
    ]


def with_its_group(draft: Draft, deposit: Deposit, among: list[Compartment]) -> Compartment | None:
    """The compartment in which the rest of its group lies, if the same people may collect all of it: whoever opens a
    compartment can take everything that is inside.
    """
    if not deposit.group:
        return None
    collectors = {right.id for right in draft.box.rights_over(deposit.id)}
    for compartment in among:
        inside = [draft.box.deposits[name] for name in compartment.deposits]
        if (
            inside
            and collectors
            and compartment.in_service
            and not compartment.old_document
            and compartment.size.rank >= deposit.size.rank
            and all(other.group == deposit.group and other.status is DepositStatus.STORED for other in inside)
            and all({right.id for right in draft.box.rights_over(other.id)} == collectors for other in inside)
        ):
            return compartment
    return None


def with_an_old_document(deposit: Deposit, among: list[Compartment]) -> Compartment | None:
    """The smallest compartment in which an envelope could take the place of an old document."""
    fitting = [
        compartment
        for compartment in among
        if compartment.old_document
        and compartment.in_service
        and not compartment.deposits
        and compartment.size.rank >= deposit.size.rank
    ]
    return min(fitting, key=lambda c: (c.size.rank, c.openings, c.label), default=None)
