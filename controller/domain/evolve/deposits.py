"""What happens to envelopes, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_compartment,
    change_deposit,
    change_session,
    change_staff_session,
    with_entry,
    without_entry,
)
from controller.domain.model import (
    Box,
    Compartment,
    Contents,
    Deposit,
    DepositStatus,
    Purpose,
    Size,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.DepositAnnounced, box: Box, at: Moment) -> Box:
    deposit = Deposit(
        id=event.deposit,
        orders=event.orders,
        document_types=event.document_types,
        size=Size(event.size),
        language=event.language,
        low=event.low == "yes",
        group=event.group,
    )
    return replace(box, deposits=with_entry(box.deposits, event.deposit, deposit))


@apply.register
def _(event: ev.DepositStored, box: Box, at: Moment) -> Box:
    opening = box.opening
    loaded = opening is not None and opening.purpose is Purpose.LOADING and opening.deposit == event.deposit
    box = change_deposit(
        box,
        event.deposit,
        lambda d: replace(
            d,
            status=DepositStatus.STORED,
            compartment=event.compartment,
            reason="",
            tries_left=0,
            stored_wall_ms=d.stored_wall_ms or at.wall_ms,
        ),
    )
    box = change_compartment(
        box,
        event.compartment,
        lambda c: replace(
            c,
            contents=Contents.HOLDS,
            deposits=tuple(dict.fromkeys((*c.deposits, event.deposit))),
            remapped=c.remapped and not loaded,  # Whoever loads looks inside.
        ),
    )
    if not loaded:
        return box
    return change_staff_session(box, lambda s: replace(s, stored=s.stored + 1, last_stored=event.deposit))


@apply.register
def _(event: ev.DepositUnverified, box: Box, at: Moment) -> Box:
    box = change_deposit(
        box,
        event.deposit,
        lambda d: replace(
            d,
            status=DepositStatus.UNVERIFIED,
            reason=event.reason,
            tries_left=event.tries_left,
            compartment=event.compartment,
        ),
    )
    return change_compartment(
        box,
        event.compartment,
        lambda c: replace(c, contents=Contents.UNKNOWN, deposits=tuple(dict.fromkeys((*c.deposits, event.deposit)))),
    )


def _deposit_leaves(box: Box, deposit: str, compartment: str) -> Box:
    # What the office wanted done with it cannot be done any more.
    if any(task.deposit == deposit for task in box.tasks.values()):
        box = replace(box, tasks={name: task for name, task in box.tasks.items() if task.deposit != deposit})
    if compartment not in box.compartments:
        return box
    return change_compartment(
        box, compartment, lambda c: replace(c, deposits=tuple(name for name in c.deposits if name != deposit))
    )


@apply.register
def _(event: ev.DepositReturnedToExpected, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    box = change_deposit(
        box,
        event.deposit,
        lambda d: replace(
            d, status=DepositStatus.EXPECTED, compartment="", reason="", tries_left=0, stored_wall_ms=0, overdue=False
        ),
    )
    return change_staff_session(
        box,
        lambda s: replace(s, stored=s.stored - 1, last_stored="") if s.last_stored == event.deposit else s,
    )


@apply.register
def _(event: ev.DepositMissing, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    return change_deposit(
        box,
        event.deposit,
        lambda d: replace(d, status=DepositStatus.MISSING, compartment="", reason="missing", tries_left=0),
    )


def _left(compartment: Compartment, left: Contents) -> Compartment:
    """What is held once the envelope is gone is the old document that its holder put in, or the rest of its group."""
    if not compartment.deposits:
        return replace(compartment, contents=left, old_document=left is Contents.HOLDS)
    old_document = compartment.old_document or left is Contents.HOLDS
    contents = Contents.UNKNOWN if Contents.UNKNOWN in (compartment.contents, left) else Contents.HOLDS
    return replace(compartment, contents=contents, old_document=old_document)


@apply.register
def _(event: ev.DepositEnded, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    box = replace(
        box,
        deposits=without_entry(box.deposits, event.deposit),
        rights={
            name: replace(right, deposits=tuple(d for d in right.deposits if d != event.deposit))
            if event.deposit in right.deposits
            else right
            for name, right in box.rights.items()
        },
    )
    if event.compartment in box.compartments:
        box = change_compartment(box, event.compartment, lambda c: _left(c, Contents(event.left)))
    if event.end.startswith("collected"):
        box = change_session(box, lambda s: replace(s, collected=s.collected + 1))
    return box


@apply.register
def _(event: ev.DepositHeld, box: Box, at: Moment) -> Box:
    return change_deposit(box, event.deposit, lambda d: replace(d, held=event.state == "held"))
