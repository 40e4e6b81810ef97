"""Staff at the front: badge and PIN, guided openings each by a fresh badge, what they found inside."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import decide_map, decide_rounds, timing
from controller.domain import events as ev
from controller.domain.decide_chip import inspects
from controller.domain.decide_loading import interrupted
from controller.domain.decide_pickup import check_takeover, take_over_session
from controller.domain.decide_suspension import end_suspended, resumes
from controller.domain.decision import Draft, Refused, RefusedAndNoted
from controller.domain.guided import OPENING_ROLES, REQUESTABLE, ask_badge, check_request
from controller.domain.lock_outcomes import proved
from controller.domain.model import (
    Opening,
    OpeningStage,
    Purpose,
    RequestedOpening,
    Role,
    StaffMember,
)
from controller.domain.openings import authorise, doubt_deposits, end_opening, quarantine
from controller.domain.staff_sessions import keep_active, staff_session


def register_staff(draft: Draft, command: cmd.RegisterStaff) -> None:
    if not command.staff or not command.roles or not set(command.roles) <= {role.value for role in Role}:
        raise Refused("role_unknown")
    known = draft.box.staff.get(command.staff)
    if known is None or tuple(role.value for role in known.roles) != command.roles:
        draft.emit(ev.StaffRegistered(command.staff, command.roles))


def unlock_staff(draft: Draft, command: cmd.UnlockStaff) -> None:
    if command.staff not in draft.box.staff:
        raise Refused("staff_unknown")
    draft.emit(ev.StaffUnlocked(command.staff, command.by))


def present_badge(draft: Draft, command: cmd.PresentBadge) -> None:
    """A badge was read at the box. With a requested opening on the page it authorises that opening, once; while a
    resident's document is to be looked at it says that its owner has looked; otherwise it resumes the session that its
    owner has suspended, or starts a login.
    """
    member = draft.box.staff.get(command.staff)
    if member is None:
        raise Refused("badge_unknown")
    if member.locked:
        raise Refused("staff_locked")
    if command.seen_mono_ms > draft.at.mono_ms:
        raise Refused("badge_needed")  # Stamped in the future: it would stay valid for too long.
    session = draft.box.staff_session
    if session is None:
        looked = inspects(draft, member, command.seen_mono_ms)
        if not looked and not resumes(draft, member, command.seen_mono_ms):
            draft.emit(ev.BadgePresented(member.id, command.seen_mono_ms))
        return
    requested = session.requested
    if requested is None and draft.box.map_correction is not None:
        decide_map.badge_presented(draft, session, draft.box.map_correction, member, command.seen_mono_ms)
        return
    if requested is None or command.seen_mono_ms <= requested.mono_ms:
        raise Refused("badge_not_needed")
    if not set(OPENING_ROLES[requested.purpose]) & set(member.roles):
        raise Refused("role_missing")
    if draft.at.mono_ms >= request_over_mono_ms(requested):
        draft.emit(ev.OpeningRequestDropped(session.id, requested.compartment, "timeout"))
        raise RefusedAndNoted("second_person_too_late" if requested.badges else "request_dropped")
    check_request(draft, session, requested)
    badges = requested.badges
    if requested.purpose is Purpose.EMERGENCY and not _second_person(draft, session.id, requested, member):
        return
    draft.emit(ev.BadgePresented(member.id, command.seen_mono_ms))
    if requested.compartment in draft.box.unsettled:
        # The pickup that no restart could settle ends here: whoever looks inside now says what became of it.
        doubt_deposits(draft, requested.compartment, "interrupted")
    authorise(
        draft,
        compartment=requested.compartment,
        purpose=requested.purpose,
        session=session.id,
        badges=(*badges, member.id),
        reason=requested.reason,
        deposit=requested.deposit,
    )
    keep_active(draft, session)


def request_over_mono_ms(requested: RequestedOpening) -> int:
    """When a requested opening is dropped: it waits a minute for its badge, and another one for the second of two."""
    if requested.badges:
        return requested.first_badge_mono_ms + timing.TWO_PERSONS_WITHIN
    return requested.mono_ms + timing.REQUEST_VALID


def _second_person(draft: Draft, session: str, requested: RequestedOpening, member: StaffMember) -> bool:
    """Whether ``member`` is the second of two different persons, at most a minute apart, one of them a supervisor."""
    if not requested.badges:
        draft.emit(ev.OpeningBadgeAccepted(session, member.id))
        return False
    if member.id in requested.badges:
        raise Refused("second_person_needed")
    if not any(Role.SUPERVISOR in draft.box.staff[name].roles for name in (*requested.badges, member.id)):
        raise Refused("role_missing")
    return True


def try_staff_pin(draft: Draft, command: cmd.TryStaffPin) -> None:
    badge = draft.box.badge
    if draft.box.staff_session is not None:
        raise Refused("busy", holder=draft.box.lease.value)
    if badge is None or draft.at.mono_ms - badge.mono_ms > timing.BADGE_VALID:
        raise Refused("badge_needed")
    check_takeover(draft)  # Before the count: a correct PIN that comes at a bad moment must not use up a try.
    member = draft.box.staff[badge.staff]
    if member.locked:
        raise Refused("staff_locked")
    if member.failed_pins >= timing.STAFF_PINS:
        draft.emit(ev.StaffLocked(member.id))
        raise RefusedAndNoted("staff_locked")
    draft.emit(ev.StaffPinTried(member.id))


def staff_pin_compared(draft: Draft, command: cmd.StaffPinCompared) -> None:
    badge = draft.box.badge
    if badge is None or badge.staff != command.staff or draft.box.staff_session is not None:
        raise Refused("badge_needed")
    member = draft.box.staff[command.staff]
    if member.locked:
        raise Refused("staff_locked")
    if not member.failed_pins:
        raise Refused("badge_needed")  # Nothing is compared that was not counted before.
    if not command.matched:
        if member.failed_pins >= timing.STAFF_PINS:
            draft.emit(ev.StaffLocked(member.id))
            raise RefusedAndNoted("staff_locked")
        raise Refused("pin_wrong", tries_left=timing.STAFF_PINS - member.failed_pins)
    take_over_session(draft)
    end_suspended(draft, "replaced")
    draft.emit(ev.StaffLoggedIn(draft.next_id("P"), member.id, draft.after(timing.STAFF_IDLE)))


def log_out(draft: Draft, command: cmd.LogOut) -> None:
    staff_session(draft, command.session)
    opening = draft.box.opening
    if opening is not None and opening.stage is not OpeningStage.CLOSED:
        raise Refused("load_not_closed", compartment=opening.compartment)
    end_staff_session(draft, "logout")


def end_staff_session(draft: Draft, reason: str) -> None:
    session = draft.staff_session
    if draft.box.opening is not None:
        opening_interrupted(draft, draft.box.opening, "abandoned")
    draft.emit(ev.StaffLoggedOut(session.id, session.staff, reason))


def request_opening(draft: Draft, command: cmd.RequestOpening) -> None:
    """Shows compartment and reason on the page; the badge that authorises it has to come after."""
    session = staff_session(draft, command.session)
    if command.purpose not in REQUESTABLE:
        raise Refused("purpose_unknown")
    ask_badge(draft, session, command.compartment, command.purpose, command.reason)


def drop_request(draft: Draft, command: cmd.DropRequest) -> None:
    session = staff_session(draft, command.session)
    if session.requested is not None:
        draft.emit(ev.OpeningRequestDropped(session.id, session.requested.compartment, "dropped"))


def door_closed(draft: Draft, opening: Opening) -> None:
    session = draft.box.staff_session
    if opening.purpose is Purpose.TEST:
        end_opening(draft, opening, "closed")
        if opening.witnessed and not opening.others and session is not None:
            proved(draft, opening.compartment, session.staff)
    elif session is not None:
        draft.emit(ev.ReportAsked(session.id, opening.compartment))
    if session is not None:
        keep_active(draft, session)


def unlock_failed(draft: Draft, opening: Opening) -> None:
    draft.raise_fault("jam", opening.compartment)
    # What fails in a test of an empty compartment leaves it empty: it may be tested again once it is mended.
    quarantine(draft, opening.compartment, "test_failed" if opening.purpose is Purpose.TEST else "jam")
    end_opening(draft, opening, "failed")
    decide_rounds.passed(draft, opening.compartment, "jam")


def unwitnessed(draft: Draft, opening: Opening) -> None:
    """A guided opening whose door cannot be read: staff stand before it and say what is inside. Were they not asked, a
    compartment with a broken sensor could never be cleared.
    """
    session = draft.box.staff_session
    if opening.purpose is Purpose.TEST or session is None:
        quarantine(draft, opening.compartment, "test_failed" if opening.purpose is Purpose.TEST else "jam")
        end_opening(draft, opening, "failed")
        return
    draft.emit(ev.OpeningUnwitnessed(opening.authorisation, opening.compartment, 0))
    draft.emit(ev.ReportAsked(session.id, opening.compartment))
    keep_active(draft, session)


def opening_interrupted(draft: Draft, opening: Opening, outcome: str) -> None:
    """A staff opening ended without its booking: what is inside is in doubt."""
    if opening.purpose is Purpose.LOADING:
        interrupted(draft, opening, outcome)
        return
    doubt_deposits(draft, opening.compartment, opening.purpose.value)
    end_opening(draft, opening, outcome)
