"""Holding periods stand still while their holder cannot collect through no fault of their own, and get a new date.

A right is paused while the box is reported out of order, and while one of its compartments is out of service or its
envelope in doubt (a jam, a door that stood open). Nothing expires meanwhile. When the pause ends, the opening days that
were lost are given back; without a calendar, the time that was lost. Time in which the controller did not run counts
alike, as soon as the clock can say how long that was.
"""

from __future__ import annotations

from typing import Final

from controller.domain import events as ev
from controller.domain import hours
from controller.domain.decision import Draft
from controller.domain.known_time import known_wall_ms
from controller.domain.model import Box, DepositStatus, Right, RightStatus
from controller.domain.timing import DAY

OUTAGE: Final = "outage"
COMPARTMENT: Final = "compartment"
DOWNTIME: Final = "downtime"

#: Events that leave every right as reachable as it was: most of them, and all of a smooth pickup. After any other the
#: pauses are looked through.
_HARMLESS: Final = (
    ev.SessionStarted,
    ev.FactorTried,
    ev.FactorVerified,
    ev.DeclarationMade,
    ev.UnlockAuthorised,
    ev.PulseSent,
    ev.DoorOpened,
    ev.DoorClosed,
    ev.DoorRead,
    ev.DoorLeftOpen,
    ev.ItemSeen,
    ev.ConfirmationAsked,
    ev.SessionExtended,
    ev.BadgePresented,
    ev.RefusalsNoted,
    ev.HelpCalled,
    ev.CheckpointSealed,
)


def holding_until(box: Box, wall_ms: int, days: int) -> int:
    """When a period of ``days`` that begins at ``wall_ms`` is over: at the end of opening on its last opening day;
    without a calendar, so many times 24 hours later.
    """
    plain = wall_ms + days * DAY
    if box.calendar is None:
        return plain
    return hours.later_by_days(box.calendar.box, box.calendar.zone, wall_ms, days) or plain


def follow(draft: Draft) -> None:
    """Emits what the decision so far means for holding periods."""
    if all(isinstance(event, _HARMLESS) for event in draft.events):
        return
    for right in tuple(draft.box.rights.values()):
        reason = _reason(draft.box, right)
        if reason and not right.paused_reason:
            draft.emit(ev.HoldingPeriodPaused(right.id, reason, known_wall_ms(draft.box, draft.at)))
        elif right.paused_reason and not reason:
            _resume(draft, right)


def _reason(box: Box, right: Right) -> str:
    """Why the right's period stands still, empty when it runs (or has none)."""
    if not right.expires_wall_ms or right.status is RightStatus.PREPARED:
        return ""
    if box.outage is not None:
        return OUTAGE
    alone = all(box.deposits[name].status is DepositStatus.MISSING for name in right.deposits)
    for name in right.deposits:
        deposit = box.deposits[name]
        if deposit.status is DepositStatus.MISSING and not alone:
            continue  # Its holder waits for no compartment, and what lies there beside it can be collected.
        compartment = box.compartments.get(deposit.compartment)
        if deposit.status is not DepositStatus.STORED or (compartment is not None and not compartment.in_service):
            return COMPARTMENT
    return ""


def _resume(draft: Draft, right: Right) -> None:
    if not right.expires_wall_ms:
        # It waits for its envelope again and has no period to give anything back to.
        draft.emit(ev.HoldingPeriodResumed(right.id, right.paused_reason))
        return
    until = known_wall_ms(draft.box, draft.at)
    days, expires = _given_back(draft.box, right, right.paused_since_wall_ms, until)
    if not days:
        draft.emit(ev.HoldingPeriodResumed(right.id, right.paused_reason))
        return
    draft.emit(
        ev.HoldingPeriodExtended(right.id, right.paused_reason, days, right.paused_since_wall_ms, until, expires)
    )


def _given_back(box: Box, right: Right, since_wall_ms: int, until_wall_ms: int) -> tuple[int, int]:
    """The days lost between the two instants, and the date that the right has with them."""
    lost_ms = until_wall_ms - since_wall_ms
    if lost_ms < hours.LOST_TIME_COUNTS:
        return 0, right.expires_wall_ms
    if box.calendar is None:
        return -(-lost_ms // DAY), right.expires_wall_ms + lost_ms
    days = hours.opening_days_lost(box.calendar.box, box.calendar.zone, since_wall_ms, until_wall_ms)
    return days, holding_until(box, right.expires_wall_ms, days) if days else right.expires_wall_ms


def count_downtime(draft: Draft, before: Box) -> None:
    """Gives back what was lost while the controller did not run: at a start with a trusted clock, otherwise as soon as
    it is trusted after one. ``before`` is the state that the decision began with. The controller counts as away since
    its last entry in the log at a known time.
    """
    if not draft.at.clock_trusted:
        return
    down = before.downtime
    started = any(isinstance(event, ev.BoxStarted) for event in draft.events)
    if started:
        since = down.since_wall_ms if down is not None else before.known_time.wall_ms
        until = draft.at.wall_ms
    elif down is not None:
        since, until = down.since_wall_ms, draft.at.wall_ms - (draft.at.mono_ms - down.mono_ms)
    else:
        return
    extended = _extended(draft, before if started else draft.box, since, until) if since else []
    if extended or down is not None:
        draft.emit(ev.DowntimeCounted(since, until))
    for event in extended:
        draft.emit(event)


def _extended(draft: Draft, running: Box, since: int, until: int) -> list[ev.HoldingPeriodExtended]:
    """The new dates of the rights whose period ran in ``running``."""
    # What was paused before the power went is counted with its pause. After a start without the time nobody can tell
    # any more which came first, and the pause's own count reaches over the gap.
    extended = []
    for right in tuple(draft.box.rights.values()):
        known = running.rights.get(right.id)
        if not right.expires_wall_ms or right.status is RightStatus.PREPARED or known is None or known.paused_reason:
            continue
        days, expires = _given_back(draft.box, right, since, until)
        if days:
            extended.append(ev.HoldingPeriodExtended(right.id, DOWNTIME, days, since, until, expires))
    return extended
