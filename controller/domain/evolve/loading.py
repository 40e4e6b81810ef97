"""What loading means for the state, beside the booking."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_compartment,
    change_deposit,
    change_opening,
    change_staff_session,
)
from controller.domain.model import Box, Contents, Purpose, RequestedOpening, Size
from controller.domain.moment import Moment


@apply.register
def _(event: ev.DepositOpeningRequested, box: Box, at: Moment) -> Box:
    # A badge shown before the page showed compartment and reason must not count (architecture.md, authorisation c).
    requested = RequestedOpening(
        event.compartment, Purpose(event.purpose), event.reason, at.mono_ms, deposit=event.deposit
    )
    return replace(change_staff_session(box, lambda s: replace(s, requested=requested)), badge=None)


@apply.register
def _(event: ev.LoadingTooSmall, box: Box, at: Moment) -> Box:
    box = change_deposit(box, event.deposit, lambda d: replace(d, size=Size(event.size), group=event.group))
    return change_opening(box, lambda o: replace(o, too_small=True))


@apply.register
def _(event: ev.CompartmentLeftEmpty, box: Box, at: Moment) -> Box:
    return change_compartment(box, event.compartment, lambda c: replace(c, contents=Contents.PRESUMED_EMPTY))


@apply.register
def _(event: ev.SwapBegun, box: Box, at: Moment) -> Box:
    return change_opening(box, lambda o: replace(o, purpose=Purpose.LOADING, deposit=event.deposit))


def _old_document_gone(box: Box, compartment: str) -> Box:
    return change_compartment(
        box,
        compartment,
        lambda c: replace(c, old_document=False, contents=Contents.HOLDS if c.deposits else Contents.EMPTY),
    )


@apply.register
def _(event: ev.OldDocumentTaken, box: Box, at: Moment) -> Box:
    return _old_document_gone(box, event.compartment)


@apply.register
def _(event: ev.OldDocumentMissing, box: Box, at: Moment) -> Box:
    return _old_document_gone(box, event.compartment)
