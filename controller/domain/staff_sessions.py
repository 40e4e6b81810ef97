"""What every rule about staff at the front begins and ends with: whose session it is, and that it goes on."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decision import Draft, Refused
from controller.domain.model import Role, StaffSession


def staff_session(draft: Draft, name: str | None, *roles: Role) -> StaffSession:
    """The staff session, if it is the one named and its member has one of the roles."""
    session = draft.box.staff_session
    if session is None or (name is not None and session.id != name):
        raise Refused("no_staff_session")
    if roles and not set(roles) & set(session.roles):
        raise Refused("role_missing")
    return session


def keep_active(draft: Draft, session: StaffSession) -> None:
    draft.emit(ev.StaffActive(session.id, draft.after(timing.STAFF_IDLE)))
