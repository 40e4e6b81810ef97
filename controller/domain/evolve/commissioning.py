"""What rounds before the front and corrected maps mean for the state."""

from __future__ import annotations

from collections.abc import Callable
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


def _change(box: Box, change: Callable[[Commissioning], Commissioning]) -> Box:
    return box if box.commissioning is None else replace(box, commissioning=change(box.commissioning))


@apply.register
def _(event: ev.CommissioningResumed, box: Box, at: Moment) -> Box:
    return _change(
        box, lambda it: replace(it, session=event.session, staff=event.staff, state=RoundState.RUNNING, paused="")
    )


@apply.register
def _(event: ev.CommissioningPaused, box: Box, at: Moment) -> Box:
    return _change(box, lambda it: replace(it, state=RoundState.PAUSED, paused=event.reason, ended_wall_ms=at.wall_ms))


@apply.register
def _(event: ev.CommissioningDone, box: Box, at: Moment) -> Box:
    return _change(box, lambda it: replace(it, state=RoundState.DONE, paused="", ended_wall_ms=at.wall_ms))


@apply.register
def _(event: ev.LockExamined, box: Box, at: Moment) -> Box:
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

    def noted(it: Commissioning) -> Commissioning:
        kept = (each for each in it.results if each.compartment != event.compartment)
        return replace(it, results=(*kept, seen))

    return _change(box, noted)


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
