"""What happens to pickup rights, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_deposit,
    change_right,
    with_entry,
    without_entry,
)
from controller.domain.model import (
    Box,
    Right,
    RightEnd,
    RightStatus,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.RightPrepared, box: Box, at: Moment) -> Box:
    right = Right(
        id=event.right,
        deposits=event.deposits,
        language=event.language,
        not_before_wall_ms=event.not_before_wall_ms,
        expires_wall_ms=event.expires_wall_ms,
        issuer=event.issuer,
        proxy=event.proxy == "yes",
        dated=event.expires_wall_ms > 0,
    )
    box = replace(box, rights=with_entry(box.rights, event.right, right))
    return _overdue(box, event.deposits, False)


def _overdue(box: Box, deposits: tuple[str, ...], overdue: bool) -> Box:
    """Whether the holding period of these is over, for as many as are still in the box."""
    for name in deposits:
        if name in box.deposits and box.deposits[name].overdue is not overdue:
            box = change_deposit(box, name, lambda d: replace(d, overdue=overdue))
    return box


@apply.register
def _(event: ev.RightElsewhere, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.RightIssued, box: Box, at: Moment) -> Box:
    return change_right(
        box,
        event.right,
        lambda r: replace(r, status=RightStatus.ISSUED, expires_wall_ms=event.expires_wall_ms),
    )


@apply.register
def _(event: ev.RightReleased, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, lambda r: replace(r, status=RightStatus.ISSUED))


@apply.register
def _(event: ev.RightWaits, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, _waits)


def _waits(right: Right) -> Right:
    """Stored again, its envelopes lie there for a whole period, unless its date was set."""
    return replace(right, status=RightStatus.PREPARED, expires_wall_ms=right.expires_wall_ms if right.dated else 0)


@apply.register
def _(event: ev.RightBlocked, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, lambda r: replace(r, status=RightStatus.BLOCKED))


@apply.register
def _(event: ev.RightEnded, box: Box, at: Moment) -> Box:
    ended = box.rights.get(event.right)
    box = replace(box, rights=without_entry(box.rights, event.right))
    if ended is None or event.end != RightEnd.EXPIRED:
        return box
    alone = tuple(name for name in ended.deposits if not box.rights_over(name))
    return _overdue(box, alone, True)
