"""What rounds before the front and corrected maps mean for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.commissioning import Commissioning, Examined, MapCorrection, RoundState
from controller.domain.evolve.changes import apply
from controller.domain.model import Box
from controller.domain.moment import Moment


@apply.register
def _(event: ev.CommissioningStarted, box: Box, at: Moment) -> Box:
    return replace(
        box,
        commissioning=Commissioning(
            event.round,
            event.staff,
            event.session,
            event.profile_sha256,
            event.compartments,
            event.left_out,
            at.wall_ms,
        ),
    )


def _change(box: Box, **changes: object) -> Box:
    if box.commissioning is None:
        return box
    return replace(box, commissioning=replace(box.commissioning, **changes))  # type: ignore[arg-type]


@apply.register
def _(event: ev.CommissioningResumed, box: Box, at: Moment) -> Box:
    return _change(box, session=event.session, staff=event.staff, state=RoundState.RUNNING, paused="")


@apply.register
def _(event: ev.CommissioningPaused, box: Box, at: Moment) -> Box:
    return _change(box, state=RoundState.PAUSED, paused=event.reason, ended_wall_ms=at.wall_ms)


@apply.register
def _(event: ev.CommissioningDone, box: Box, at: Moment) -> Box:
    return _change(box, state=RoundState.DONE, paused="", ended_wall_ms=at.wall_ms)


@apply.register
def _(event: ev.LockExamined, box: Box, at: Moment) -> Box:
    if box.commissioning is None:
        return box
    kept = tuple(each for each in box.commissioning.results if each.compartment != event.compartment)
    seen = Examined(
        event.compartment,
        event.opened,
        event.moved,
        event.stuck,
        event.opened_ms,
        event.attempts,
        event.fault,
        bool(event.said_by),
        at.wall_ms,
    )
    return _change(box, results=(*kept, seen))


@apply.register
def _(event: ev.MapCorrectionProposed, box: Box, at: Moment) -> Box:
    correction = MapCorrection(event.session, event.sha256, event.compartments, at.mono_ms)
    return replace(box, map_correction=correction)


@apply.register
def _(event: ev.MapBadgeAccepted, box: Box, at: Moment) -> Box:
    if box.map_correction is None:
        return box
    badges = (*box.map_correction.badges, event.staff)
    return replace(
        box, map_correction=replace(box.map_correction, badges=badges, first_badge_mono_ms=at.mono_ms), badge=None
    )


@apply.register
def _(event: ev.MapCorrectionAccepted, box: Box, at: Moment) -> Box:
    if box.map_correction is None:
        return box
    return replace(box, map_correction=replace(box.map_correction, badges=event.by, rule=event.rule), badge=None)


@apply.register
def _(event: ev.MapCorrectionDropped, box: Box, at: Moment) -> Box:
    return replace(box, map_correction=None)


@apply.register
def _(event: ev.WiresMoved, box: Box, at: Moment) -> Box:
    remapped = set(event.remapped)
    compartments = {label: replace(each, remapped=label in remapped) for label, each in box.compartments.items()}
    return replace(box, compartments=compartments, map_correction=None)
