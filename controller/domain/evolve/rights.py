"""What happens to pickup rights, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_right,
    with_entry,
    without_entry,
)
from controller.domain.model import (
    Box,
    Right,
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
    )
    return replace(box, rights=with_entry(box.rights, event.right, right))


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
def _(event: ev.RightBlocked, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, lambda r: replace(r, status=RightStatus.BLOCKED))


@apply.register
def _(event: ev.RightEnded, box: Box, at: Moment) -> Box:
    return replace(box, rights=without_entry(box.rights, event.right))
