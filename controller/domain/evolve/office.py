"""What the office does, in the state."""

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
from controller.domain.model import Box, RightStatus, Size
from controller.domain.moment import Moment
from controller.domain.tasks import Task, TaskKind


@apply.register
def _(event: ev.OfficePasswordSet, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.OfficeLoggedIn, box: Box, at: Moment) -> Box:
    return box


@apply.register
def _(event: ev.TaskQueued, box: Box, at: Moment) -> Box:
    task = Task(
        id=event.task,
        kind=TaskKind(event.kind),
        compartment=event.compartment,
        deposit=event.deposit,
        reason=event.reason,
        by=event.by,
        since_wall_ms=at.wall_ms,
    )
    return replace(box, tasks=with_entry(box.tasks, task.id, task))


@apply.register
def _(event: ev.TaskDone, box: Box, at: Moment) -> Box:
    return replace(box, tasks=without_entry(box.tasks, event.task))


@apply.register
def _(event: ev.TaskDropped, box: Box, at: Moment) -> Box:
    return replace(box, tasks=without_entry(box.tasks, event.task))


@apply.register
def _(event: ev.DepositHoldChanged, box: Box, at: Moment) -> Box:
    held = event.state == "held"
    return change_deposit(
        box,
        event.deposit,
        lambda d: replace(d, held=held, hold_reason=event.reason if held else "", hold_seq=box.seq + 1),
    )


@apply.register
def _(event: ev.DepositAmended, box: Box, at: Moment) -> Box:
    return change_deposit(
        box,
        event.deposit,
        lambda d: replace(
            d,
            document_types=event.document_types,
            size=Size(event.size),
            language=event.language,
            low=event.low == "yes",
        ),
    )


@apply.register
def _(event: ev.RightExtended, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, lambda r: replace(r, expires_wall_ms=event.expires_wall_ms, dated=True))


@apply.register
def _(event: ev.CredentialReplaced, box: Box, at: Moment) -> Box:
    return change_right(
        box,
        event.right,
        lambda r: replace(
            r, failed_factors=0, status=RightStatus.ISSUED if r.status is RightStatus.BLOCKED else r.status
        ),
    )
