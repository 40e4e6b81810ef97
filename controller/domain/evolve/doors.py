"""What doors, locks and openings mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_compartment,
    change_opening,
    change_right,
    change_session,
    change_staff_session,
    with_entry,
    without_entry,
)
from controller.domain.model import (
    Box,
    Contents,
    DepositStatus,
    Door,
    Item,
    Opening,
    OpeningStage,
    Phase,
    Purpose,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.UnlockAuthorised, box: Box, at: Moment) -> Box:
    opening = Opening(
        authorisation=event.authorisation,
        compartment=event.compartment,
        purpose=Purpose(event.purpose),
        deposit=event.deposit,
        right=event.right,
        session=event.session,
        door_before=Door(event.door_before),
        attempt=event.attempt,
        deadline_mono_ms=event.deadline_mono_ms,
        reason=event.reason,
        authorised_mono_ms=box.opening.authorised_mono_ms if event.attempt > 1 and box.opening else at.mono_ms,
    )
    target = box.compartments[event.compartment]
    fired = replace(target, possibly_unlatched=True, openings=target.openings + (event.attempt == 1))
    session, staff_session, deposits = box.session, box.staff_session, box.deposits
    if event.purpose != Purpose.PICKUP:
        if staff_session is not None:
            staff_session = replace(staff_session, requested=None, reporting="")
    elif session is not None:
        deposit = deposits[event.deposit]
        if event.attempt == 1 and deposit.status is DepositStatus.UNVERIFIED:
            deposits = with_entry(deposits, event.deposit, replace(deposit, tries_left=max(0, deposit.tries_left - 1)))
        session = replace(
            session,
            phase=Phase.UNLOCKING,
            reopened=session.reopened + (event.attempt == 1 and session.deposit == event.deposit),
            deposit=event.deposit,
            queue=tuple(name for name in session.queue if name != event.deposit),
        )
    # One copy of the box: this event stands between a token and its pulse.
    return replace(
        box,
        opening=opening,
        unsettled=without_entry(box.unsettled, event.compartment),
        compartments=with_entry(box.compartments, event.compartment, fired),
        session=session,
        staff_session=staff_session,
        deposits=deposits,
        badge=None,
    )


@apply.register
def _(event: ev.PulseSent, box: Box, at: Moment) -> Box:
    def pulsed(opening: Opening) -> Opening:
        if opening.authorisation != event.authorisation or opening.stage is not OpeningStage.AUTHORISED:
            return opening
        return replace(opening, stage=OpeningStage.PULSED)

    return change_opening(box, pulsed)


@apply.register
def _(event: ev.PulseFailed, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.DoorOpened, box: Box, at: Moment) -> Box:
    box = change_compartment(box, event.compartment, lambda c: replace(c, door=Door.OPEN))
    if event.cause == "test":
        return change_opening(box, lambda o: replace(o, others=(*o.others, event.compartment)))
    if event.cause not in ("authorised", "settled"):
        return box
    suspended = box.unsettled.get(event.compartment)
    if suspended is not None:
        witnessed = replace(suspended, stage=OpeningStage.OPENED, witnessed=True, opened_mono_ms=event.seen_mono_ms)
        box = replace(box, unsettled=with_entry(box.unsettled, event.compartment, witnessed))
        return _opened_by_right(box, suspended.right)
    opened = box.opening
    if opened is not None and opened.compartment == event.compartment:
        box = change_opening(
            box,
            lambda o: replace(o, stage=OpeningStage.OPENED, witnessed=True, opened_mono_ms=event.seen_mono_ms),
        )
        if opened.purpose is Purpose.PICKUP:
            box = change_session(box, lambda s: replace(s, phase=Phase.DOOR_OPEN, deadline_mono_ms=0))
            box = _opened_by_right(box, opened.right)
    return box


def _opened_by_right(box: Box, right: str) -> Box:
    """The evidence without which a right is never spent (invariant 3)."""
    return change_right(box, right, lambda r: replace(r, opened=True)) if right in box.rights else box


@apply.register
def _(event: ev.DoorClosed, box: Box, at: Moment) -> Box:
    box = change_compartment(box, event.compartment, lambda c: replace(c, door=Door.CLOSED, possibly_unlatched=False))
    if box.opening is not None and box.opening.compartment == event.compartment and box.opening.witnessed:
        box = change_opening(box, lambda o: replace(o, stage=OpeningStage.CLOSED))
    return box


@apply.register
def _(event: ev.DoorUnreadable, box: Box, at: Moment) -> Box:
    return change_compartment(box, event.compartment, lambda c: replace(c, door=Door.UNKNOWN))


@apply.register
def _(event: ev.DoorRead, box: Box, at: Moment) -> Box:
    return change_compartment(box, event.compartment, lambda c: replace(c, door=Door(event.level)))


@apply.register
def _(event: ev.ItemSeen, box: Box, at: Moment) -> Box:
    return change_compartment(box, event.compartment, lambda c: replace(c, item=Item(event.level)))


@apply.register
def _(event: ev.OpeningUnwitnessed, box: Box, at: Moment) -> Box:
    box = change_opening(box, lambda o: replace(o, stage=OpeningStage.CLOSED))
    return change_session(box, lambda s: replace(s, phase=Phase.CONFIRMING, deadline_mono_ms=event.deadline_mono_ms))


@apply.register
def _(event: ev.UnlockFailed, box: Box, at: Moment) -> Box:
    return change_compartment(box, event.compartment, lambda c: replace(c, rest_until_mono_ms=event.rest_until_mono_ms))


@apply.register
def _(event: ev.DoorLeftOpen, box: Box, at: Moment) -> Box:
    box = change_opening(box, lambda o: replace(o, reminders=o.reminders + 1))
    if event.stage == "alarm":
        box = change_session(box, lambda s: replace(s, phase=Phase.LEFT_OPEN))
    return box


@apply.register
def _(event: ev.OpeningEnded, box: Box, at: Moment) -> Box:
    if box.opening is not None and box.opening.authorisation == event.authorisation:
        box = change_staff_session(replace(box, opening=None), lambda s: replace(s, reporting=""))
    return replace(box, unsettled=without_entry(box.unsettled, event.compartment))


@apply.register
def _(event: ev.OpeningSuspended, box: Box, at: Moment) -> Box:
    opening = box.opening
    if opening is None:
        return box
    return replace(box, opening=None, unsettled=with_entry(box.unsettled, event.compartment, opening))


@apply.register
def _(event: ev.CompartmentQuarantined, box: Box, at: Moment) -> Box:
    return change_compartment(
        box,
        event.compartment,
        lambda c: replace(c, quarantine=tuple(dict.fromkeys((*c.quarantine, event.reason)))),
    )


@apply.register
def _(event: ev.CompartmentReleased, box: Box, at: Moment) -> Box:
    return change_compartment(
        box,
        event.compartment,
        lambda c: replace(
            c,
            quarantine=(),
            contents=Contents(event.contents),
            old_document=event.old_document == "yes",
            remapped=False,
        ),
    )
