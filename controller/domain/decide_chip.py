"""A document is checked instead of something typed: by its chip, or by a person who looks at it.

The card reader is asked and answers once; whose document it is, `controller.domain.decide_pickup.factor_compared`
decides. Whatever cannot be settled by the chip goes to a person where one is there, else to the counter. A person
confirms with a badge that is shown *after* the page has asked: one presentation, one authorisation.
"""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decide_pickup import CHIP_FACTORS, SCREEN_STALE, end_session, verified
from controller.domain.decision import Draft, Refused
from controller.domain.model import Factor, Phase, Role, Session, SessionEnd, StaffMember
from controller.domain.staff_check import ask_staff, staff_can_check

#: Who may say that they have looked at a document.
CHECKING_ROLES = (Role.LOADER, Role.SUPERVISOR)

OUTCOMES = ("refused", "retry", "unsupported")
#: A refused document after which another one may be laid down: nothing is wrong with it but its date.
EXPIRED = "document_expired"
#: The eID-PIN is never tried down to its last try.
EID_PIN_WRONG = "eid_pin_wrong"
EID_STOP = ("eid_pin_last_try", "eid_pin_blocked")
EID_DOWN = ("eid_client_down", "eid_service_down", "eid_result_wrong")

#: Why a session ends that no chip and no person could verify; each has a page of its own.
STOPPED, DOWN, UNCHECKED = "eid_stop", "eid_down", "document_unchecked"


def _session(draft: Draft, name: str) -> Session:
    session = draft.box.session
    if session is None or session.id != name:
        raise Refused("no_session")
    if session.phase is not Phase.VERIFYING or session.factor not in CHIP_FACTORS or session.handed_over:
        raise Refused("wrong_phase", phase=session.phase.value)
    return session


def begin_chip_check(draft: Draft, command: cmd.BeginChipCheck) -> None:
    session = _session(draft, command.session)
    if session.checking:
        raise Refused("wrong_phase", phase=session.phase.value)
    if not draft.at.clock_trusted:
        _to_a_person(draft, session, "clock_untrusted")
        return
    factor = session.factor.value
    waits = timing.CHIP_ANSWER[factor] + timing.CHIP_GRACE
    draft.emit(ev.ChipCheckBegan(session.id, session.right, factor, draft.after(waits)))


def note_chip(draft: Draft, command: cmd.NoteChip) -> None:
    session = _session(draft, command.session)
    if not session.checking or command.outcome not in OUTCOMES or not command.reason:
        raise Refused("wrong_phase", phase=session.phase.value)
    draft.emit(
        ev.ChipChecked(
            session.id,
            session.right,
            session.factor.value,
            command.outcome,
            command.reason,
            command.issuing_state,
            draft.after(timing.CHIP_ENTRY),
        )
    )
    session = draft.session
    last_try = command.reason == EID_PIN_WRONG and command.tries_left <= 1
    if session.factor is Factor.EID and (command.reason in EID_STOP or last_try):
        end_session(draft, SessionEnd.DENIED, STOPPED)
    elif session.factor is Factor.EID and command.reason in EID_DOWN:
        end_session(draft, SessionEnd.DENIED, DOWN)
    elif (
        (command.outcome == "refused" and command.reason != EXPIRED)
        or session.access_tries >= timing.ACCESS_TRIES
        or session.chip_checks >= timing.CHIP_CHECKS
    ):
        _to_a_person(draft, session, command.reason)


def give_up_chip(draft: Draft, command: cmd.GiveUpChip) -> None:
    _to_a_person(draft, _session(draft, command.session), command.reason or "card_reader_down")


def ask_staff_check(draft: Draft, command: cmd.AskStaffCheck) -> None:
    _session(draft, command.session)
    if not staff_can_check(draft.box, draft.at):
        raise Refused("not_staffed")
    ask_staff(draft, "asked")


def _to_a_person(draft: Draft, session: Session, reason: str) -> None:
    """Who stands there is never told what was wrong with a document: a person looks at it."""
    if staff_can_check(draft.box, draft.at):
        ask_staff(draft, reason)
    else:
        end_session(draft, SessionEnd.DENIED, UNCHECKED)


def inspects(draft: Draft, member: StaffMember, seen_mono_ms: int) -> bool:
    """Whether a badge of ``member``, read at ``seen_mono_ms``, confirms that they have looked at the document, and if
    so does it. Nobody else's badge does, nor one from before the page had asked: that begins a login as ever.
    """
    session = draft.box.session
    if session is None or not set(CHECKING_ROLES) & set(member.roles):
        return False
    if session.inspected_by == member.id and seen_mono_ms - session.inspected_mono_ms <= timing.SAME_PRESENTATION:
        raise Refused("badge_not_needed")  # The same presentation, read once more.
    if session.phase is not Phase.VERIFYING or not session.handed_over:
        return False
    stale = draft.at.mono_ms - seen_mono_ms > timing.BADGE_VALID
    if seen_mono_ms <= session.handed_over_mono_ms or stale:
        return False
    if not draft.at.screen_fresh:
        raise Refused(SCREEN_STALE)  # Nobody confirms what the page may not have asked.
    draft.emit(ev.DocumentInspected(session.id, session.right, member.id, seen_mono_ms))
    verified(draft, Factor.STAFF)
    return True
