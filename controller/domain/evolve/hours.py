"""What hours, outages and pauses mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply, change_right, change_staff_session
from controller.domain.hours import Calendar
from controller.domain.model import Box, Outage
from controller.domain.moment import Moment


@apply.register
def _(event: ev.CalendarActivated, box: Box, at: Moment) -> Box:
    return replace(box, calendar=Calendar(event.zone, event.box, event.staff), calendar_sha256=event.sha256)


@apply.register
def _(event: ev.CalendarWithdrawn, box: Box, at: Moment) -> Box:
    return replace(box, calendar=None, calendar_sha256="")


@apply.register
def _(event: ev.OutageBegan, box: Box, at: Moment) -> Box:
    return replace(box, outage=Outage(event.reason, event.by, event.since_wall_ms))


@apply.register
def _(event: ev.OutageEnded, box: Box, at: Moment) -> Box:
    return replace(box, outage=None)


@apply.register
def _(event: ev.DowntimeCounted, box: Box, at: Moment) -> Box:
    return replace(box, downtime=None)


@apply.register
def _(event: ev.HoldingPeriodPaused, box: Box, at: Moment) -> Box:
    return change_right(
        box,
        event.right,
        lambda r: replace(r, paused_since_wall_ms=event.since_wall_ms, paused_reason=event.reason),
    )


@apply.register
def _(event: ev.HoldingPeriodResumed, box: Box, at: Moment) -> Box:
    return change_right(box, event.right, lambda r: replace(r, paused_since_wall_ms=0, paused_reason=""))


@apply.register
def _(event: ev.HoldingPeriodExtended, box: Box, at: Moment) -> Box:
    right = box.rights[event.right]
    if event.reason != right.paused_reason:
        return change_right(box, event.right, lambda r: replace(r, expires_wall_ms=event.expires_wall_ms))
    running = replace(right, expires_wall_ms=event.expires_wall_ms, paused_since_wall_ms=0, paused_reason="")
    return change_right(box, event.right, lambda _: running)


@apply.register
def _(event: ev.BackAtSet, box: Box, at: Moment) -> Box:
    return change_staff_session(box, lambda s: replace(s, back_wall_ms=event.back_wall_ms))
