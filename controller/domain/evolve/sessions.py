"""What a resident's session means for the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_right,
    change_session,
    with_entry,
)
from controller.domain.model import (
    Box,
    Factor,
    Phase,
    RightStatus,
    Session,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.SessionStarted, box: Box, at: Moment) -> Box:
    session = Session(
        id=event.session,
        right=event.right,
        phase=Phase(event.phase),
        queue=event.deposits,
        deposit="",
        total=len(event.deposits),
        factor=Factor(event.factor),
        declarations=event.declarations,
        declared=(),
        deadline_mono_ms=event.deadline_mono_ms,
    )
    claimed = replace(box.rights[event.right], status=RightStatus.CLAIMED)
    return replace(box, session=session, rights=with_entry(box.rights, event.right, claimed))


@apply.register
def _(event: ev.FactorTried, box: Box, at: Moment) -> Box:
    box = change_session(box, lambda s: replace(s, failed_factors=s.failed_factors + 1))
    return change_right(box, event.right, lambda r: replace(r, failed_factors=r.failed_factors + 1))


@apply.register
def _(event: ev.FactorVerified, box: Box, at: Moment) -> Box:
    box = change_session(
        box,
        lambda s: replace(s, phase=Phase(event.phase), deadline_mono_ms=event.deadline_mono_ms, failed_factors=0),
    )
    return change_right(box, event.right, lambda r: replace(r, failed_factors=0))


@apply.register
def _(event: ev.DeclarationMade, box: Box, at: Moment) -> Box:
    return change_session(
        box,
        lambda s: replace(
            s,
            declared=(*s.declared, event.declaration),
            returning=s.returning or (event.declaration == "old_documents" and event.answer == "yes"),
            deadline_mono_ms=event.deadline_mono_ms,
        ),
    )


@apply.register
def _(event: ev.SessionExtended, box: Box, at: Moment) -> Box:
    return change_session(
        box, lambda s: replace(s, deadline_mono_ms=event.deadline_mono_ms, extensions=s.extensions + 1)
    )


@apply.register
def _(event: ev.ConfirmationAsked, box: Box, at: Moment) -> Box:
    return change_session(box, lambda s: replace(s, phase=Phase.CONFIRMING, deadline_mono_ms=event.deadline_mono_ms))


@apply.register
def _(event: ev.ProblemReported, box: Box, at: Moment) -> Box:
    return change_session(box, lambda s: replace(s, problem=event.problem))


@apply.register
def _(event: ev.SessionAdvanced, box: Box, at: Moment) -> Box:
    return change_session(box, lambda s: replace(s, deposit="", reopened=0, problem="", deadline_mono_ms=0))


@apply.register
def _(event: ev.SessionJammed, box: Box, at: Moment) -> Box:
    return change_session(
        box,
        lambda s: replace(
            s,
            phase=Phase.UNLOCK_FAILED,
            deadline_mono_ms=event.deadline_mono_ms,
            jammed=(*s.jammed, event.deposit),
        ),
    )


@apply.register
def _(event: ev.SessionEnded, box: Box, at: Moment) -> Box:
    return replace(box, session=None)
