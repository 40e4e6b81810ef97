"""A resident at the front: credential, second factor, declarations, door, confirmation, end."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain import timing
from controller.domain.decision import Draft, Refused, RefusedAndNoted
from controller.domain.in_use import check_in_use
from controller.domain.model import (
    Contents,
    DepositEnd,
    Factor,
    Item,
    Opening,
    OpeningStage,
    Phase,
    Purpose,
    Right,
    RightEnd,
    RightStatus,
    Session,
    SessionEnd,
)
from controller.domain.openings import POWER_FAIL, authorise, doubt_deposits, end_opening, quarantine
from controller.domain.rights import expire_if_due, leave_right, let_rights_follow
from controller.domain.staff_check import ask_staff, staff_can_check

#: The declaration that several envelopes come one after the other.
SEVERAL = "several"
OLD_DOCUMENTS = "old_documents"
#: Asked after a "no" to `OLD_DOCUMENTS` where the policy lets the person collect all the same: bring them by a date.
OLD_DOCUMENTS_NONE = "old_documents_none"
PIN_LETTER = "pin_letter"

#: Factors that are typed and compared.
COMPARABLE_FACTORS = (Factor.BIRTH_DATE, Factor.PIN)
#: Factors that a document's chip proves; where it cannot, a person looks at the document.
CHIP_FACTORS = (Factor.EMRTD, Factor.EID)

#: What a policy says when the old document was not brought.
ALLOW, STOP = "allow", "stop"

#: The code of everything that is not done because the page may not show what stands.
SCREEN_STALE = "screen_stale"

PROBLEMS = ("missing", "foreign", "error")
#: A good document that is somebody else's.
HOLDER_DIFFERENT = "holder_different"


def present_credential(draft: Draft, command: cmd.PresentCredential) -> None:
    """Claims the right and, where nothing is to be asked, authorises the first door in the same commit."""
    box = draft.box
    if box.staff_session is not None or box.session is not None or box.opening is not None:
        raise Refused("busy", holder=box.lease.value)
    if box.map_accepted:
        raise Refused("busy", holder=box.lease.value)  # The box is about to restart: no door would open.
    if not draft.at.screen_fresh:
        raise Refused(SCREEN_STALE)
    if POWER_FAIL in box.faults:
        raise Refused(POWER_FAIL)
    check_in_use(draft)
    right = box.rights.get(command.right)
    if right is None:
        raise Refused("code_unknown")
    _check_presentable(draft, right)
    deposits = _reachable(draft, right)
    factor, declarations = _conditions(draft, right, len({draft.box.deposits[name].compartment for name in deposits}))
    unchecked = _why_a_person(draft, factor, command)
    if unchecked and not (factor.strictness >= Factor.EMRTD.strictness and staff_can_check(draft.box, draft.at)):
        raise Refused("counter")
    phase = Phase.VERIFYING if factor is not Factor.NONE else Phase.DECLARING if declarations else Phase.UNLOCKING
    session = draft.next_id("S")
    draft.emit(
        ev.SessionStarted(
            session=session,
            right=right.id,
            via=command.via,
            deposits=deposits,
            factor=factor.value,
            declarations=declarations,
            phase=phase.value,
            deadline_mono_ms=draft.after(timing.CHIP_ENTRY if factor in CHIP_FACTORS else timing.ENTRY),
        )
    )
    if unchecked:
        ask_staff(draft, unchecked)
    if phase is Phase.UNLOCKING:
        _open_next(draft)


def _why_a_person(draft: Draft, factor: Factor, command: cmd.PresentCredential) -> str:
    """Why nothing but a person can check ``factor`` for this credential now; empty where it can be checked here."""
    if factor is Factor.NONE:
        return ""
    if factor is Factor.STAFF:
        return "policy"
    if factor.value not in command.verifiers:
        return "no_verifier"
    if factor not in CHIP_FACTORS:
        return ""
    if not draft.at.clock_trusted:
        return "clock_untrusted"  # Whether a document or certificate is still valid, nobody can say.
    return "" if factor.value in command.checkable else "card_reader_down"


def _check_presentable(draft: Draft, right: Right) -> None:
    if right.status is RightStatus.BLOCKED:
        raise Refused("factor_blocked")
    if right.failed_factors >= timing.FACTORS_PER_RIGHT:
        # The process died between counting the last try and blocking the right.
        draft.emit(ev.RightBlocked(right.id))
        raise RefusedAndNoted("factor_blocked")
    if right.status is RightStatus.PREPARED:
        raise Refused("not_yet")
    if expire_if_due(draft, right.id):
        raise RefusedAndNoted("expired")
    if right.not_before_wall_ms:
        if draft.at.clock_trusted and draft.at.wall_ms < right.not_before_wall_ms:
            raise Refused("not_yet")
        if not draft.at.clock_trusted and right.not_before_wall_ms > draft.box.high_water_wall_ms:
            raise Refused("counter")


def _reachable(draft: Draft, right: Right) -> tuple[str, ...]:
    """The right's deposits that can be handed over now; those whose coil rests after a jam come last or make the person
    wait.
    """
    collectable = draft.box.collectable(right)
    if not collectable:
        raise Refused("counter")
    waits = {name: _rest_ms(draft, name) for name in collectable}
    ready = tuple(name for name in collectable if waits[name] <= 0)
    if not ready:
        raise Refused("resting", wait_ms=min(waits.values()))
    return ready


def _rest_ms(draft: Draft, deposit: str) -> int:
    compartment = draft.box.compartments[draft.box.deposits[deposit].compartment]
    return compartment.rest_until_mono_ms - draft.at.mono_ms


def _conditions(draft: Draft, right: Right, reachable: int) -> tuple[Factor, tuple[str, ...]]:
    """The strictest factor and the union of the declarations that the document types of *all* the right's deposits ask
    for, so that a strict one that is held back today does not make the others easier to get.
    """
    factor = Factor.NONE
    declarations: list[str] = [SEVERAL] if reachable > 1 else []
    for name in right.deposits:
        for document_type in draft.box.deposits[name].document_types:
            policy = draft.box.policies.get(document_type)
            if policy is None:
                # The policy was withdrawn after the deposit was announced: people decide, not a default.
                raise Refused("counter")
            factor = max(factor, policy.factor, key=lambda f: f.strictness)
            declarations += [d for d in policy.declarations if d not in declarations]
    if right.proxy:
        # The code alone never is enough to collect for somebody else.
        factor = max(factor, Factor.PIN, key=lambda f: f.strictness)
    return factor, tuple(declarations)


def _session(draft: Draft, name: str, *phases: Phase) -> Session:
    session = draft.box.session
    if session is None or session.id != name:
        raise Refused("no_session")
    if session.phase not in phases:
        raise Refused("wrong_phase", phase=session.phase.value)
    return session


def try_factor(draft: Draft, command: cmd.TryFactor) -> None:
    session = _session(draft, command.session, Phase.VERIFYING)
    _check_comparable(session)
    if session.failed_factors >= timing.FACTORS_PER_SESSION:
        raise Refused("wrong_phase", phase=session.phase.value)
    if draft.box.rights[session.right].failed_factors >= timing.FACTORS_PER_RIGHT:
        # The last try was counted and its comparison never told.
        draft.emit(ev.RightBlocked(session.right))
        end_session(draft, SessionEnd.DENIED, "factor_blocked")
        raise RefusedAndNoted("factor_blocked")
    draft.emit(ev.FactorTried(session.id, session.right))


def _check_comparable(session: Session) -> None:
    """Nothing is compared while a person is to look, nor what no card reader was asked for."""
    unasked = session.factor in CHIP_FACTORS and not session.checking
    if session.handed_over or session.factor is Factor.STAFF or unasked:
        raise Refused("wrong_phase", phase=session.phase.value)


def factor_compared(draft: Draft, command: cmd.FactorCompared) -> None:
    session = _session(draft, command.session, Phase.VERIFYING)
    _check_comparable(session)
    if not session.failed_factors:
        raise Refused("wrong_phase", phase=session.phase.value)  # Nothing is compared that was not counted before.
    if session.factor in CHIP_FACTORS:
        _note_chip(draft, session, command)
    if command.matched:
        verified(draft, session.factor)
        return
    if draft.box.rights[session.right].failed_factors >= timing.FACTORS_PER_RIGHT:
        draft.emit(ev.RightBlocked(session.right))
        end_session(draft, SessionEnd.DENIED, "factor_blocked")
        raise RefusedAndNoted("factor_blocked")
    if session.failed_factors >= timing.FACTORS_PER_SESSION:
        end_session(draft, SessionEnd.DENIED, "factor_wrong")
        raise RefusedAndNoted("factor_denied")
    raise RefusedAndNoted("factor_wrong", tries_left=timing.FACTORS_PER_SESSION - session.failed_factors)


def _note_chip(draft: Draft, session: Session, command: cmd.FactorCompared) -> None:
    """The chip is genuine; whether it is this person's was compared here and nowhere else."""
    outcome, reason = ("verified", "") if command.matched else ("refused", HOLDER_DIFFERENT)
    after = draft.after(timing.CHIP_ENTRY)
    draft.emit(
        ev.ChipChecked(
            session.id,
            session.right,
            session.factor.value,
            outcome,
            reason,
            command.issuing_state,
            after,
            command.excused,
        )
    )


def verified(draft: Draft, factor: Factor) -> None:
    """The session's second factor is verified, by ``factor`` or by a person in its place."""
    session = draft.session
    phase = Phase.DECLARING if session.declarations else Phase.UNLOCKING
    draft.emit(ev.FactorVerified(session.id, session.right, factor.value, phase.value, draft.after(timing.ENTRY)))
    if phase is Phase.UNLOCKING:
        _open_next(draft)


def declare(draft: Draft, command: cmd.Declare) -> None:
    session = _session(draft, command.session, Phase.DECLARING)
    asked = session.declarations[len(session.declared)]
    if command.declaration != asked or command.answer not in ("yes", "no"):
        raise Refused("wrong_phase", phase=session.phase.value)
    if asked == OLD_DOCUMENTS_NONE and command.answer == "no":
        raise Refused("wrong_choice")  # It is read and gone on from, or the session is left.
    draft.emit(ev.DeclarationMade(session.id, asked, command.answer, draft.after(timing.ENTRY)))
    if asked == PIN_LETTER and command.answer == "no":
        end_session(draft, SessionEnd.DENIED, PIN_LETTER)
        raise RefusedAndNoted(PIN_LETTER)
    if asked == OLD_DOCUMENTS and command.answer == "no":
        _without_old_documents(draft, draft.box.rights[session.right])
    elif asked == OLD_DOCUMENTS_NONE:
        draft.emit(ev.ReturnMissing(session.id, session.right, session.return_until_wall_ms))
    if len(draft.session.declared) == len(draft.session.declarations):
        _open_next(draft)


def _without_old_documents(draft: Draft, right: Right) -> None:
    """By the policies of the document types that ask for them: the strictest answer and the earliest date."""
    types = [name for deposit in right.deposits for name in draft.box.deposits[deposit].document_types]
    asking = [
        policy
        for name in types
        if (policy := draft.box.policies.get(name)) is not None and OLD_DOCUMENTS in policy.declarations
    ]
    if not asking or any(policy.missing_old_document == STOP for policy in asking):
        end_session(draft, SessionEnd.DENIED, OLD_DOCUMENTS)
        raise RefusedAndNoted(OLD_DOCUMENTS)
    days = min(policy.old_document_days for policy in asking)
    until = draft.at.wall_ms + days * timing.DAY if draft.at.clock_trusted else 0
    draft.emit(ev.DeclarationAdded(draft.session.id, OLD_DOCUMENTS_NONE, until))


def why_no_pulse(draft: Draft) -> str:
    """Why no door may be authorised for a resident whatever was asked, empty when one may."""
    if not draft.at.screen_fresh:
        return SCREEN_STALE
    return POWER_FAIL if POWER_FAIL in draft.box.faults else ""


def _open_next(draft: Draft) -> None:
    """Authorises the next deposit of the session that can be reached, or ends the session."""
    session = draft.session
    right = draft.box.rights[session.right]
    forbidden = why_no_pulse(draft)
    if forbidden:
        end_session(draft, SessionEnd.DONE if session.collected else SessionEnd.ABORTED, forbidden)
        return
    collectable = draft.box.collectable(right)
    for name in session.queue:
        if name in collectable and _rest_ms(draft, name) <= 0:
            authorise(
                draft,
                compartment=draft.box.deposits[name].compartment,
                purpose=Purpose.PICKUP,
                session=session.id,
                deposit=name,
                right=session.right,
            )
            return
    if session.collected:
        end_session(draft, SessionEnd.DONE, "collected")
    elif session.jammed:
        end_session(draft, SessionEnd.UNLOCK_FAILED, "jam")
    else:
        end_session(draft, SessionEnd.ABORTED, "nothing_collected")


def confirm(draft: Draft, command: cmd.Confirm) -> None:
    """What the person says after the door was closed. No answer here makes the record less cautious than what was
    seen.
    """
    session = _session(draft, command.session, Phase.CONFIRMING)
    opening = draft.box.opening
    unseen = opening is not None and not opening.witnessed
    if command.choice == "open_again":
        # A door that cannot show an edge is pulsed once: another pulse could not be told from the first.
        if session.reopened >= timing.REOPENINGS or unseen:
            raise Refused("reopened_enough")
        forbidden = why_no_pulse(draft)
        if forbidden:
            raise Refused(forbidden)
        _reopen(draft, session, "")
    elif command.choice == "foreign" and (session.problem == "foreign" or unseen or why_no_pulse(draft)):
        draft.emit(ev.ProblemReported(session.id, session.deposit, "foreign"))
        conclude_deposit(draft, "foreign")
    elif command.choice == "foreign":
        draft.emit(ev.ProblemReported(session.id, session.deposit, "foreign"))
        _reopen(draft, session, "foreign")
    elif command.choice in PROBLEMS:
        draft.emit(ev.ProblemReported(session.id, session.deposit, command.choice))
        conclude_deposit(draft, command.choice)
    elif command.choice == "everything":
        conclude_deposit(draft, "everything")
    else:
        raise Refused("wrong_choice")


def _reopen(draft: Draft, session: Session, reason: str) -> None:
    authorise(
        draft,
        compartment=draft.box.deposits[session.deposit].compartment,
        purpose=Purpose.PICKUP,
        session=session.id,
        deposit=session.deposit,
        right=session.right,
        reason=reason,
    )


def door_closed(draft: Draft, opening: Opening) -> None:
    """The person closed the door."""
    session = draft.box.session
    if session is None:
        return
    if session.problem == "foreign":
        conclude_deposit(draft, "foreign")
    else:
        draft.emit(ev.ConfirmationAsked(session.id, draft.after(timing.CONFIRMATION)))


def conclude_deposit(draft: Draft, word: str) -> None:
    """CONFIRMING ends for the deposit in hand, and the next one is served. ``word`` is what the person said, empty when
    nothing was said.
    """
    session = settle_deposit(draft, word)
    draft.emit(ev.SessionAdvanced(session.id, session.deposit))
    _open_next(draft)
    let_rights_follow(draft, RightEnd.SPENT)


def settle_deposit(draft: Draft, word: str) -> Session:
    """Books what became of the deposit in hand and ends its opening. Returns the session as it was."""
    session, opening = draft.session, draft.opening
    label, deposit = opening.compartment, session.deposit
    compartment = draft.box.compartments[label]
    if not opening.witnessed:
        doubt_deposits(draft, label, "sensor")
    elif word == "foreign" or session.problem == "foreign":
        doubt_deposits(draft, label, "foreign")
    elif opened_by_itself(draft, deposit):
        pass  # It stood open once more and nobody knows why: no button says that all is well.
    elif compartment.item is Item.PRESENT:
        pass  # The sensor still sees the envelope: it stays stored, whatever was tapped.
    elif word == "missing":
        doubt_deposits(draft, label, "reported_missing")
    else:
        confirmed = word in ("everything", "error")
        left = Contents.EMPTY if confirmed else Contents.PRESUMED_EMPTY
        end = DepositEnd.COLLECTED_CONFIRMED if confirmed else DepositEnd.COLLECTED_UNCONFIRMED
        if session.returning:
            left = Contents.HOLDS
        for name in _taken_together(draft, session, label):
            draft.emit(ev.DepositEnded(name, label, end.value, left.value))
    end_opening(draft, opening, "closed")
    return session


def _taken_together(draft: Draft, session: Session, label: str) -> tuple[str, ...]:
    """The deposit in hand, and what the same right may collect from the same compartment: one group, one opening."""
    inside = draft.box.compartments[label].deposits
    mates = [name for name in draft.box.collectable(draft.box.rights[session.right]) if name in inside]
    return (session.deposit, *(name for name in mates if name != session.deposit))


def unwitnessed(draft: Draft, opening: Opening) -> None:
    """The sensor could not show an edge: the person is asked, but the record will say that nobody saw it."""
    draft.emit(ev.OpeningUnwitnessed(opening.authorisation, opening.compartment, draft.after(timing.CONFIRMATION)))


def unlock_failed(draft: Draft, opening: Opening) -> None:
    """The door did not open: the right stays valid, the compartment is not allotted, the next deposit goes on."""
    session = draft.session
    draft.raise_fault("jam", opening.compartment)
    if session.problem == "foreign":
        doubt_deposits(draft, opening.compartment, "foreign")
    elif session.reopened and not opened_by_itself(draft, opening.deposit):
        # It had been open before: whether the envelope is still inside, nobody saw. Its holder may try once more.
        draft.emit(ev.DepositUnverified(opening.deposit, opening.compartment, "jam", 1))
    quarantine(draft, opening.compartment, "jam")
    end_opening(draft, opening, "failed")
    draft.emit(ev.SessionJammed(session.id, opening.deposit, draft.after(timing.JAM_PAGE)))


def door_abandoned(draft: Draft, opening: Opening) -> None:
    """Left open for five minutes: the box serves on, the alarm stands, and nobody is put into this compartment."""
    if opening.reason == "foreign":
        # Opened to put somebody else's envelope back: that is no evidence of a collection.
        doubt_deposits(draft, opening.compartment, "foreign")
    elif opened_by_itself(draft, opening.deposit):
        doubt_deposits(draft, opening.compartment, "unexpected_open")
    elif draft.box.compartments[opening.compartment].item is Item.PRESENT:
        doubt_deposits(draft, opening.compartment, "left_open")
    else:
        collected = DepositEnd.COLLECTED_UNCONFIRMED.value
        for name in _taken_together(draft, draft.session, opening.compartment):
            draft.emit(ev.DepositEnded(name, opening.compartment, collected, Contents.UNKNOWN.value))
    quarantine(draft, opening.compartment, "left_open")
    end_opening(draft, opening, "abandoned")
    end_session(draft, SessionEnd.LEFT_OPEN, "left_open")
    let_rights_follow(draft, RightEnd.SPENT)


def extend_session(draft: Draft, command: cmd.ExtendSession) -> None:
    session = _session(draft, command.session, Phase.VERIFYING, Phase.DECLARING, Phase.CONFIRMING)
    if session.extensions >= timing.MAX_EXTENSIONS:
        raise Refused("extended_enough")
    draft.emit(ev.SessionExtended(session.id, draft.after(_lasting(session))))


def _lasting(session: Session) -> int:
    """How long a page of the session waits, in ms."""
    if session.phase is Phase.CONFIRMING:
        return timing.CONFIRMATION
    if session.phase is Phase.VERIFYING and session.handed_over:
        return timing.STAFF_CHECK
    if session.phase is Phase.VERIFYING and session.factor in CHIP_FACTORS:
        return timing.CHIP_ENTRY
    return timing.ENTRY


def cancel_session(draft: Draft, command: cmd.CancelSession) -> None:
    """Only before a door was authorised: afterwards doors and sensors tell the story, not a button."""
    session = _session(draft, command.session, Phase.IDENTIFYING, Phase.VERIFYING, Phase.DECLARING)
    if session.collected:
        raise Refused("wrong_phase", phase=session.phase.value)
    end_session(draft, SessionEnd.ABORTED, "cancelled")


def session_due(draft: Draft) -> None:
    """The session's deadline has passed."""
    session = draft.session
    if session.phase is Phase.CONFIRMING:
        conclude_deposit(draft, session.problem)
    elif session.phase is Phase.UNLOCK_FAILED:
        draft.emit(ev.SessionAdvanced(session.id, session.deposit))
        _open_next(draft)
    else:
        end_session(draft, SessionEnd.ABORTED, "timeout")


def check_takeover(draft: Draft) -> None:
    """Raises ``busy`` while a resident's door is authorised or within its opening time."""
    session = draft.box.session
    if session is not None and session.phase in (Phase.UNLOCKING, Phase.DOOR_OPEN):
        raise Refused("busy", holder=draft.box.lease.value)


def take_over_session(draft: Draft) -> None:
    """A badge and PIN at the front end a resident's session, unless a door is authorised and within its opening
    time.
    """
    session, opening = draft.box.session, draft.box.opening
    if session is None:
        return
    check_takeover(draft)
    if session.phase is Phase.CONFIRMING:
        # The door is closed and nothing more will open: as if the person had given no answer.
        settle_deposit(draft, session.problem)
        end_session(draft, SessionEnd.DONE if draft.session.collected else SessionEnd.ABORTED, "staff_took_over")
        let_rights_follow(draft, RightEnd.SPENT)
    elif opening is not None:
        door_abandoned(draft, opening)
    else:
        end_session(draft, SessionEnd.ABORTED, "staff_took_over")


def end_session(draft: Draft, outcome: SessionEnd, reason: str) -> None:
    session = draft.session
    draft.emit(ev.SessionEnded(session.id, session.right, outcome.value, reason))
    leave_right(draft, session.right)


def opened_by_itself(draft: Draft, deposit: str) -> bool:
    """Whether the door of a deposit stood open without an authorisation since it was last seen to."""
    return draft.box.deposits[deposit].reason == "unexpected_open"


def authorised_or_open(draft: Draft) -> bool:
    """Whether the session's door is authorised or open, so that nothing may end it from outside."""
    return draft.box.opening is not None and draft.box.opening.stage is not OpeningStage.CLOSED
