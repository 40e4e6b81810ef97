"""A resident comes while staff load: one button serves them, and loading goes on with a badge."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide_loading import LOADING_ROLES
from controller.domain.decision import Draft, Refused
from controller.domain.model import StaffMember
from controller.domain.staff_sessions import staff_session


def suspend_staff(draft: Draft, command: cmd.SuspendStaff) -> None:
    """Frees the front. Never while a door is authorised or open, nor while staff still have to say what lies inside."""
    session = staff_session(draft, command.session, *LOADING_ROLES)
    if draft.box.opening is not None:
        raise Refused("load_not_closed", compartment=draft.box.opening.compartment)
    if session.requested is not None:
        draft.emit(ev.OpeningRequestDropped(session.id, session.requested.compartment, "suspended"))
    draft.emit(ev.StaffSessionSuspended(session.id, session.staff, draft.after(timing.SUSPENDED)))


def resumes(draft: Draft, member: StaffMember, seen_mono_ms: int) -> bool:
    """Whether a badge of ``member`` that was read at ``seen_mono_ms`` resumes the suspended session, and if so does it.

    Only the same person, by a presentation after the suspension, while nobody is being served. In any other case the
    badge begins a login, as always.
    """
    suspended = draft.box.suspended
    if (
        suspended is None
        or suspended.session.staff != member.id
        or draft.box.session is not None
        or not set(LOADING_ROLES) & set(member.roles)
        or draft.at.mono_ms >= suspended.until_mono_ms
        or seen_mono_ms <= suspended.since_mono_ms
        or draft.at.mono_ms - seen_mono_ms > timing.BADGE_VALID
    ):
        return False
    draft.emit(ev.StaffSessionResumed(suspended.session.id, member.id, draft.after(timing.STAFF_IDLE)))
    return True


def end_suspended(draft: Draft, reason: str) -> None:
    """The suspended session, if there is one, is over."""
    if draft.box.suspended is not None:
        session = draft.box.suspended.session
        draft.emit(ev.StaffLoggedOut(session.id, session.staff, reason))
