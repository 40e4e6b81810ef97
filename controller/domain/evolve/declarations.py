"""What follows from what a resident declared, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply, change_session
from controller.domain.model import Box, Session
from controller.domain.moment import Moment


@apply.register
def _(event: ev.DeclarationAdded, box: Box, at: Moment) -> Box:
    def added(session: Session) -> Session:
        later = session.declarations[len(session.declared) :]
        return replace(
            session,
            declarations=(*session.declared, event.declaration, *later),
            return_until_wall_ms=event.until_wall_ms,
        )

    return change_session(box, added)


@apply.register
def _(event: ev.ReturnMissing, box: Box, at: Moment) -> Box:
    return box
