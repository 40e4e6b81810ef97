"""Staff let a resident go first, in the state."""

from __future__ import annotations

from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import apply
from controller.domain.model import Box, SuspendedStaff
from controller.domain.moment import Moment


@apply.register
def _(event: ev.StaffSessionSuspended, box: Box, at: Moment) -> Box:
    session = box.staff_session
    if session is None:
        return box
    suspended = SuspendedStaff(session, at.mono_ms, event.until_mono_ms)
    return replace(box, staff_session=None, suspended=suspended, badge=None)


@apply.register
def _(event: ev.StaffSessionResumed, box: Box, at: Moment) -> Box:
    if box.suspended is None:
        return box
    # Roles may have changed meanwhile: those of now count.
    roles = box.staff[event.staff].roles
    session = replace(box.suspended.session, roles=roles, deadline_mono_ms=event.deadline_mono_ms)
    return replace(box, staff_session=session, suspended=None, badge=None)
