"""Changing which wire is whose. A technician alone could otherwise map a vacant label onto a full compartment.

Either every compartment of the boards concerned was seen empty, or two persons of the staff agree, each by a badge
presented after the page has shown the change, at most a minute apart, one of them a supervisor: as for an emergency.
What is accepted is in force from the next start on; nothing is moved under a running box.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.commissioning import MapCorrection, RoundState
from controller.domain.decide_technician import SERVICE_ROLES
from controller.domain.decision import Draft, Refused, RefusedAndNoted
from controller.domain.model import Box, Contents, Door, Role, StaffMember, StaffSession
from controller.domain.openings import doubt_deposits, quarantine
from controller.domain.staff_sessions import keep_active, staff_session
from controller.domain.testable import known_empty

AGREEING = (Role.LOADER, Role.SUPERVISOR)
BOARD_EMPTY = "board_empty"
TWO_BADGES = "two_badges"


def propose(draft: Draft, command: cmd.ProposeMap) -> None:
    session = staff_session(draft, command.session, *SERVICE_ROLES)
    box = draft.box
    _at_rest(box)
    if session.requested is not None:
        raise Refused("wrong_phase")
    round_ = box.commissioning
    if round_ is None or round_.state is RoundState.RUNNING:
        raise Refused("commissioning_running" if round_ is not None else "no_commissioning")
    if round_.profile_sha256 != box.profile_sha256:
        raise Refused("map_changed")
    changed = set(command.touched)
    if not changed or not changed | set(command.boards) <= set(box.compartments) or not command.sha256:
        raise Refused("nothing_to_correct")
    if not changed <= round_.doors_seen:
        raise Refused("not_proved")
    for label in changed & set(box.unsettled):
        raise Refused("unsettled", compartment=label)  # The next start would settle it by another door's contact.
    if box.map_correction is not None:
        if box.map_correction.accepted:
            raise Refused("map_accepted")
        draft.emit(ev.MapCorrectionDropped(box.map_correction.sha256, "dropped"))
    wires = tuple(line[:120] for line in command.wires)
    draft.emit(ev.MapCorrectionProposed(session.id, session.staff, command.sha256, command.touched, wires))
    if boards_empty(box, (*command.touched, *command.boards)):
        draft.emit(ev.MapCorrectionAccepted(command.sha256, (session.staff,), BOARD_EMPTY))
    keep_active(draft, session)


def boards_empty(box: Box, labels: tuple[str, ...]) -> bool:
    """Whether somebody has seen every one of these compartments empty, behind the door that it has now."""
    return all(known_empty(box, label) for label in labels)


def _at_rest(box: Box) -> None:
    """The box is restarted at once afterwards: no door may stand open for that."""
    if box.opening is not None:
        raise Refused("load_not_closed", compartment=box.opening.compartment)
    if any(
        each.door is Door.OPEN and "not_in_profile" not in each.out_of_service for each in box.compartments.values()
    ):
        raise Refused("door_open")


def drop(draft: Draft, command: cmd.DropMap) -> None:
    correction = draft.box.map_correction
    if correction is None:
        raise Refused("nothing_to_correct")
    if correction.accepted != (command.reason == "not_written"):
        raise Refused("map_accepted" if correction.accepted else "wrong_phase")
    draft.emit(ev.MapCorrectionDropped(correction.sha256, command.reason))


def over_mono_ms(correction: MapCorrection) -> int:
    """Until when a badge is waited for."""
    if correction.badges:
        return correction.first_badge_mono_ms + timing.TWO_PERSONS_WITHIN
    return correction.proposed_mono_ms + timing.REQUEST_VALID


def due(draft: Draft) -> None:
    correction = draft.box.map_correction
    if correction is not None and not correction.accepted and draft.at.mono_ms >= over_mono_ms(correction):
        draft.emit(ev.MapCorrectionDropped(correction.sha256, "timeout"))


def follow(draft: Draft) -> None:
    """What nobody has agreed to ends with the session that asked for it."""
    correction = draft.box.map_correction
    if correction is None or correction.accepted:
        return
    session = draft.box.staff_session
    if session is None or session.id != correction.session:
        draft.emit(ev.MapCorrectionDropped(correction.sha256, "session_over"))


def badge_presented(
    draft: Draft, session: StaffSession, correction: MapCorrection, member: StaffMember, seen_mono_ms: int
) -> None:
    if correction.accepted or seen_mono_ms <= correction.proposed_mono_ms:
        raise Refused("badge_not_needed")
    if not set(AGREEING) & set(member.roles):
        raise Refused("role_missing")
    if draft.at.mono_ms >= over_mono_ms(correction):
        draft.emit(ev.MapCorrectionDropped(correction.sha256, "timeout"))
        raise RefusedAndNoted("second_person_too_late" if correction.badges else "request_dropped")
    _at_rest(draft.box)
    if not correction.badges:
        draft.emit(ev.MapBadgeAccepted(session.id, member.id))
        keep_active(draft, session)
        return
    if member.id in correction.badges:
        raise Refused("second_person_needed")
    agreed = (*correction.badges, member.id)
    if not any(Role.SUPERVISOR in draft.box.staff[name].roles for name in agreed):
        raise Refused("role_missing")
    draft.emit(ev.MapCorrectionAccepted(correction.sha256, agreed, TWO_BADGES))
    keep_active(draft, session)


def wires_moved(draft: Draft, before: Box, correction: MapCorrection) -> None:
    """The corrected map is in force. ``before`` is the box under the old one. Unless all of its doors were seen empty,
    all of them are in doubt and staff look first: what is booked under one label lies behind a door that has another
    one now, and that one may be a label under which nothing was ever booked.
    """
    moved = tuple(label for label in correction.compartments if label in before.compartments)
    doubtful = () if boards_empty(before, moved) else moved
    remapped = {label for label, each in before.compartments.items() if each.remapped} | set(doubtful)
    draft.emit(ev.WiresMoved(correction.sha256, correction.compartments, tuple(sorted(remapped))))
    for label in sorted(set(correction.compartments) - set(doubtful)):
        if "wiring" in draft.box.compartments[label].quarantine:
            # That was the old map. Whether the new one is right is for a test to prove.
            draft.emit(ev.CompartmentReleased(label, Contents.EMPTY.value, "no", correction.badges[0]))
            quarantine(draft, label, "test_failed")
    for label in doubtful:
        doubt_deposits(draft, label, "remapped")
