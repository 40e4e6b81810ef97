"""What staff do, in the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from controller.domain import events as ev
from controller.domain.evolve.changes import (
    apply,
    change_opening,
    change_staff_session,
    with_entry,
)
from controller.domain.model import (
    BadgeSeen,
    Box,
    Purpose,
    RequestedOpening,
    Role,
    StaffMember,
    StaffSession,
)
from controller.domain.moment import Moment


@apply.register
def _(event: ev.StaffRegistered, box: Box, at: Moment) -> Box:
    roles = tuple(Role(role) for role in event.roles)
    known = box.staff.get(event.staff)
    # New roles do not forgive wrong PINs.
    member = replace(known, roles=roles) if known is not None else StaffMember(event.staff, roles)
    return replace(box, staff=with_entry(box.staff, event.staff, member))


@apply.register
def _(event: ev.BadgePresented, box: Box, at: Moment) -> Box:
    return replace(box, badge=BadgeSeen(event.staff, event.seen_mono_ms))


def _member(box: Box, name: str, change: Callable[[StaffMember], StaffMember]) -> Box:
    return replace(box, staff=with_entry(box.staff, name, change(box.staff[name])))


@apply.register
def _(event: ev.StaffPinTried, box: Box, at: Moment) -> Box:
    return _member(box, event.staff, lambda m: replace(m, failed_pins=m.failed_pins + 1))


@apply.register
def _(event: ev.StaffLocked, box: Box, at: Moment) -> Box:
    return replace(_member(box, event.staff, lambda m: replace(m, locked=True)), badge=None)


@apply.register
def _(event: ev.StaffUnlocked, box: Box, at: Moment) -> Box:
    return _member(box, event.staff, lambda m: replace(m, locked=False, failed_pins=0))


@apply.register
def _(event: ev.StaffLoggedIn, box: Box, at: Moment) -> Box:
    box = _member(box, event.staff, lambda m: replace(m, failed_pins=0))
    roles = box.staff[event.staff].roles
    session = StaffSession(event.session, event.staff, roles, event.deadline_mono_ms)
    if {Role.LOADER, Role.SUPERVISOR} & set(roles):
        return replace(box, staff_session=replace(session, round=box.left_round), badge=None, left_round=None)
    return replace(box, staff_session=session, badge=None)


@apply.register
def _(event: ev.StaffActive, box: Box, at: Moment) -> Box:
    return change_staff_session(box, lambda s: replace(s, deadline_mono_ms=event.deadline_mono_ms))


@apply.register
def _(event: ev.StaffLoggedOut, box: Box, at: Moment) -> Box:
    suspended = box.suspended
    waited = suspended is not None and suspended.session.id == event.session
    session = suspended.session if waited and suspended is not None else box.staff_session
    walk = session.round if session is not None else None
    if walk is not None and walk.purpose is not Purpose.EMERGENCY:
        box = replace(box, left_round=replace(walk, paused=True))
    if waited:
        return replace(box, suspended=None)
    return replace(box, staff_session=None, badge=None)


@apply.register
def _(event: ev.OpeningRequested, box: Box, at: Moment) -> Box:
    # A badge shown before the page showed compartment and reason must not count (architecture.md, authorisation c).
    requested = RequestedOpening(event.compartment, Purpose(event.purpose), event.reason, at.mono_ms)
    return replace(change_staff_session(box, lambda s: replace(s, requested=requested)), badge=None)


@apply.register
def _(event: ev.OpeningRequestDropped, box: Box, at: Moment) -> Box:
    return change_staff_session(box, lambda s: replace(s, requested=None))


@apply.register
def _(event: ev.OpeningBadgeAccepted, box: Box, at: Moment) -> Box:
    def accepted(session: StaffSession) -> StaffSession:
        if session.requested is None:
            return session
        requested = replace(
            session.requested,
            badges=(*session.requested.badges, event.staff),
            first_badge_mono_ms=session.requested.first_badge_mono_ms or at.mono_ms,
        )
        return replace(session, requested=requested)

    return replace(change_staff_session(box, accepted), badge=None)


@apply.register
def _(event: ev.ReportAsked, box: Box, at: Moment) -> Box:
    return change_staff_session(box, lambda s: replace(s, reporting=event.compartment))


@apply.register
def _(event: ev.LoadingObstructed, box: Box, at: Moment) -> Box:
    return change_opening(box, lambda o: replace(o, obstructed=True))
