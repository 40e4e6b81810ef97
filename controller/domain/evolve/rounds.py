"""Walks from compartment to compartment, and compartments out of service, in the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply, change_compartment, change_staff_session
from controller.domain.model import SERVICE_REASONS, Box, Purpose, Round
from controller.domain.moment import Moment


def _change_round(box: Box, change: Callable[[Round], Round]) -> Box:
    return change_staff_session(box, lambda s: replace(s, round=change(s.round)) if s.round is not None else s)


@apply.register
def _(event: ev.RoundStarted, box: Box, at: Moment) -> Box:
    walk = Round(Purpose(event.purpose), event.compartments, len(event.compartments), event.reason)
    return change_staff_session(box, lambda s: replace(s, round=walk))


@apply.register
def _(event: ev.RoundAdvanced, box: Box, at: Moment) -> Box:
    return _change_round(
        box, lambda r: replace(r, waiting=tuple(label for label in r.waiting if label != event.compartment))
    )


@apply.register
def _(event: ev.RoundLeft, box: Box, at: Moment) -> Box:
    return _change_round(box, lambda r: replace(r, paused=True))


@apply.register
def _(event: ev.RoundResumed, box: Box, at: Moment) -> Box:
    return _change_round(box, lambda r: replace(r, paused=False))


@apply.register
def _(event: ev.RoundEnded, box: Box, at: Moment) -> Box:
    return change_staff_session(box, lambda s: replace(s, round=None))


@apply.register
def _(event: ev.CompartmentServiceChanged, box: Box, at: Moment) -> Box:
    there = box.compartments[event.compartment].out_of_service
    if event.by:
        # What the profile does not know any more, or a board cannot drive, stays out whatever people say.
        kept = tuple(reason for reason in there if reason not in SERVICE_REASONS)
    else:
        kept = tuple(reason for reason in there if reason != event.reason)
    reasons = (*kept, event.reason) if event.state == "out_of_service" else kept
    return change_compartment(box, event.compartment, lambda c: replace(c, out_of_service=reasons))
