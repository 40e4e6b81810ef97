"""What an event means for the state. Pure, total over all events ever written, and free of rules: `decide` has
decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from typing import TypeVar

from controller.domain import events as ev
from controller.domain.model import (
    BadgeSeen,
    Box,
    Compartment,
    Contents,
    Deposit,
    DepositStatus,
    DocumentPolicy,
    Door,
    Factor,
    Fault,
    Item,
    LockRules,
    Opening,
    OpeningStage,
    Phase,
    Purpose,
    RequestedOpening,
    Right,
    RightStatus,
    Role,
    Session,
    Size,
    StaffMember,
    StaffSession,
    fault_key,
)
from controller.domain.moment import Moment

#: Changes whenever the same events would fold into a different state: older snapshots are then not used.
FOLD_VERSION = 1

Value = TypeVar("Value")


def evolve(box: Box, event: ev.Event, at: Moment) -> Box:
    """The state after ``event``, which was appended at ``at``."""
    if isinstance(event, ev.CheckpointSealed):
        # The snapshot it seals is the state before it, and only the count moves on: so a start needs the snapshot
        # alone.
        return replace(box, seq=box.seq + 1)
    after = _apply(event, box, at)
    high_water = max(box.high_water_wall_ms, at.wall_ms) if at.clock_trusted else box.high_water_wall_ms
    return replace(after, seq=box.seq + 1, high_water_wall_ms=high_water)


def _with(mapping: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    return {**mapping, key: value}


def _without(mapping: dict[str, Value], key: str) -> dict[str, Value]:
    return {name: value for name, value in mapping.items() if name != key}


def _compartment(box: Box, label: str, change: Callable[[Compartment], Compartment]) -> Box:
    return replace(box, compartments=_with(box.compartments, label, change(box.compartments[label])))


def _deposit(box: Box, name: str, change: Callable[[Deposit], Deposit]) -> Box:
    return replace(box, deposits=_with(box.deposits, name, change(box.deposits[name])))


def _right(box: Box, name: str, change: Callable[[Right], Right]) -> Box:
    return replace(box, rights=_with(box.rights, name, change(box.rights[name])))


def _session(box: Box, change: Callable[[Session], Session]) -> Box:
    return replace(box, session=change(box.session) if box.session is not None else None)


def _staff_session(box: Box, change: Callable[[StaffSession], StaffSession]) -> Box:
    return replace(box, staff_session=change(box.staff_session) if box.staff_session is not None else None)


def _opening(box: Box, change: Callable[[Opening], Opening]) -> Box:
    return replace(box, opening=change(box.opening) if box.opening is not None else None)


@singledispatch
def _apply(event: ev.Event, box: Box, at: Moment) -> Box:
    raise TypeError(f"no rule to evolve {type(event).__name__}")


# --- the box itself
# ----------------------------------------------------------------------------------------------------------


@_apply.register
def _(event: ev.LogOpened, box: Box, at: Moment) -> Box:
    return replace(box, box=event.box, kind=event.kind)


@_apply.register
def _(event: ev.ProfileActivated, box: Box, at: Moment) -> Box:
    compartments: dict[str, Compartment] = {}
    for plan in event.compartments:
        known = box.compartments.get(plan.label) or Compartment(
            label=plan.label, size=Size.M, height_mm=0, column=0, row=0
        )
        item = Item.NO_SENSOR if plan.item_sensor == "no" else Item.UNKNOWN
        compartments[plan.label] = replace(
            known,
            size=Size(plan.size),
            height_mm=plan.height_mm,
            column=plan.column,
            row=plan.row,
            pulse_ms=plan.pulse_ms,
            item=item,
            out_of_service=tuple(reason for reason in known.out_of_service if reason != "not_in_profile"),
        )
    for label, known in box.compartments.items():
        if label not in compartments:
            reasons = tuple(dict.fromkeys((*known.out_of_service, "not_in_profile")))
            compartments[label] = replace(known, out_of_service=reasons, door=Door.UNKNOWN)
    rules = LockRules(
        open_within_ms=event.open_within_ms,
        attempts=event.attempts,
        last_attempt_extra_ms=event.last_attempt_extra_ms,
        rest_ms=event.rest_ms,
    )
    return replace(box, profile_sha256=event.sha256, compartments=compartments, lock_rules=rules)


@_apply.register
def _(event: ev.CabinetSeenEmpty, box: Box, at: Moment) -> Box:
    compartments = {
        label: replace(compartment, contents=Contents.EMPTY) for label, compartment in box.compartments.items()
    }
    return replace(box, compartments=compartments)


@_apply.register
def _(event: ev.PoliciesActivated, box: Box, at: Moment) -> Box:
    policies = {
        rule.document_type: DocumentPolicy(
            rule.document_type, Factor(rule.factor), rule.declarations, rule.holding_days
        )
        for rule in event.rules
    }
    return replace(box, policies=policies, policies_sha256=event.sha256)


@_apply.register
def _(event: ev.BoxStarted, box: Box, at: Moment) -> Box:
    # Monotonic deadlines belong to the boot that is over: resting coils are taken as rested only by a new boot's own
    # clock.
    compartments = {
        label: replace(compartment, rest_until_mono_ms=0) if event.boot != box.boot else compartment
        for label, compartment in box.compartments.items()
    }
    return replace(box, boot=event.boot, starts=box.starts + 1, badge=None, compartments=compartments)


@_apply.register
def _(event: ev.BoxStopped, box: Box, at: Moment) -> Box:
    return box


@_apply.register
def _(event: ev.ClockTrustChanged, box: Box, at: Moment) -> Box:
    return replace(box, clock_trusted=event.state == "trusted")


@_apply.register
def _(event: ev.FaultRaised, box: Box, at: Moment) -> Box:
    fault = Fault(event.code, event.subject, at.wall_ms)
    return replace(box, faults=_with(box.faults, fault_key(event.code, event.subject), fault))


@_apply.register
def _(event: ev.FaultCleared, box: Box, at: Moment) -> Box:
    return replace(box, faults=_without(box.faults, fault_key(event.code, event.subject)))


@_apply.register
def _(event: ev.RefusalsNoted, box: Box, at: Moment) -> Box:
    return box


@_apply.register
def _(event: ev.CommandSettled, box: Box, at: Moment) -> Box:
    return box


# --- doors and openings
# ------------------------------------------------------------------------------------------------------


@_apply.register
def _(event: ev.UnlockAuthorised, box: Box, at: Moment) -> Box:
    opening = Opening(
        authorisation=event.authorisation,
        compartment=event.compartment,
        purpose=Purpose(event.purpose),
        deposit=event.deposit,
        right=event.right,
        session=event.session,
        door_before=Door(event.door_before),
        attempt=event.attempt,
        deadline_mono_ms=event.deadline_mono_ms,
        reason=event.reason,
        authorised_mono_ms=box.opening.authorised_mono_ms if event.attempt > 1 and box.opening else at.mono_ms,
    )
    target = box.compartments[event.compartment]
    fired = replace(target, possibly_unlatched=True, openings=target.openings + (event.attempt == 1))
    session, staff_session, deposits = box.session, box.staff_session, box.deposits
    if event.purpose != Purpose.PICKUP:
        if staff_session is not None:
            staff_session = replace(staff_session, requested=None, reporting="")
    elif session is not None:
        deposit = deposits[event.deposit]
        if event.attempt == 1 and deposit.status is DepositStatus.UNVERIFIED:
            deposits = _with(deposits, event.deposit, replace(deposit, tries_left=max(0, deposit.tries_left - 1)))
        session = replace(
            session,
            phase=Phase.UNLOCKING,
            reopened=session.reopened + (event.attempt == 1 and session.deposit == event.deposit),
            deposit=event.deposit,
            queue=tuple(name for name in session.queue if name != event.deposit),
        )
    # One copy of the box: this event stands between a token and its pulse.
    return replace(
        box,
        opening=opening,
        unsettled=_without(box.unsettled, event.compartment),
        compartments=_with(box.compartments, event.compartment, fired),
        session=session,
        staff_session=staff_session,
        deposits=deposits,
        badge=None,
    )


@_apply.register
def _(event: ev.PulseSent, box: Box, at: Moment) -> Box:
    def pulsed(opening: Opening) -> Opening:
        if opening.authorisation != event.authorisation or opening.stage is not OpeningStage.AUTHORISED:
            return opening
        return replace(opening, stage=OpeningStage.PULSED)

    return _opening(box, pulsed)


@_apply.register
def _(event: ev.PulseFailed, box: Box, at: Moment) -> Box:
    return box


@_apply.register
def _(event: ev.DoorOpened, box: Box, at: Moment) -> Box:
    box = _compartment(box, event.compartment, lambda c: replace(c, door=Door.OPEN))
    if event.cause not in ("authorised", "settled"):
        return box
    suspended = box.unsettled.get(event.compartment)
    if suspended is not None:
        witnessed = replace(suspended, stage=OpeningStage.OPENED, witnessed=True, opened_mono_ms=event.seen_mono_ms)
        box = replace(box, unsettled=_with(box.unsettled, event.compartment, witnessed))
        return _opened_by_right(box, suspended.right)
    opened = box.opening
    if opened is not None and opened.compartment == event.compartment:
        box = _opening(
            box,
            lambda o: replace(o, stage=OpeningStage.OPENED, witnessed=True, opened_mono_ms=event.seen_mono_ms),
        )
        if opened.purpose is Purpose.PICKUP:
            box = _session(box, lambda s: replace(s, phase=Phase.DOOR_OPEN, deadline_mono_ms=0))
            box = _opened_by_right(box, opened.right)
    return box


def _opened_by_right(box: Box, right: str) -> Box:
    """The evidence without which a right is never spent (invariant 3)."""
    return _right(box, right, lambda r: replace(r, opened=True)) if right in box.rights else box


@_apply.register
def _(event: ev.DoorClosed, box: Box, at: Moment) -> Box:
    box = _compartment(box, event.compartment, lambda c: replace(c, door=Door.CLOSED, possibly_unlatched=False))
    if box.opening is not None and box.opening.compartment == event.compartment and box.opening.witnessed:
        box = _opening(box, lambda o: replace(o, stage=OpeningStage.CLOSED))
    return box


@_apply.register
def _(event: ev.DoorUnreadable, box: Box, at: Moment) -> Box:
    return _compartment(box, event.compartment, lambda c: replace(c, door=Door.UNKNOWN))


@_apply.register
def _(event: ev.DoorRead, box: Box, at: Moment) -> Box:
    return _compartment(box, event.compartment, lambda c: replace(c, door=Door(event.level)))


@_apply.register
def _(event: ev.ItemSeen, box: Box, at: Moment) -> Box:
    return _compartment(box, event.compartment, lambda c: replace(c, item=Item(event.level)))


@_apply.register
def _(event: ev.OpeningUnwitnessed, box: Box, at: Moment) -> Box:
    box = _opening(box, lambda o: replace(o, stage=OpeningStage.CLOSED))
    return _session(box, lambda s: replace(s, phase=Phase.CONFIRMING, deadline_mono_ms=event.deadline_mono_ms))


@_apply.register
def _(event: ev.UnlockFailed, box: Box, at: Moment) -> Box:
    return _compartment(box, event.compartment, lambda c: replace(c, rest_until_mono_ms=event.rest_until_mono_ms))


@_apply.register
def _(event: ev.DoorLeftOpen, box: Box, at: Moment) -> Box:
    box = _opening(box, lambda o: replace(o, reminders=o.reminders + 1))
    if event.stage == "alarm":
        box = _session(box, lambda s: replace(s, phase=Phase.LEFT_OPEN))
    return box


@_apply.register
def _(event: ev.OpeningEnded, box: Box, at: Moment) -> Box:
    if box.opening is not None and box.opening.authorisation == event.authorisation:
        box = _staff_session(replace(box, opening=None), lambda s: replace(s, reporting=""))
    return replace(box, unsettled=_without(box.unsettled, event.compartment))


@_apply.register
def _(event: ev.OpeningSuspended, box: Box, at: Moment) -> Box:
    opening = box.opening
    if opening is None:
        return box
    return replace(box, opening=None, unsettled=_with(box.unsettled, event.compartment, opening))


@_apply.register
def _(event: ev.CompartmentQuarantined, box: Box, at: Moment) -> Box:
    return _compartment(
        box,
        event.compartment,
        lambda c: replace(c, quarantine=tuple(dict.fromkeys((*c.quarantine, event.reason)))),
    )


@_apply.register
def _(event: ev.CompartmentReleased, box: Box, at: Moment) -> Box:
    return _compartment(
        box,
        event.compartment,
        lambda c: replace(
            c, quarantine=(), contents=Contents(event.contents), old_document=event.old_document == "yes"
        ),
    )


# --- deposits
# ----------------------------------------------------------------------------------------------------------------


@_apply.register
def _(event: ev.DepositAnnounced, box: Box, at: Moment) -> Box:
    deposit = Deposit(
        id=event.deposit,
        orders=event.orders,
        document_types=event.document_types,
        size=Size(event.size),
        language=event.language,
        low=event.low == "yes",
        group=event.group,
    )
    return replace(box, deposits=_with(box.deposits, event.deposit, deposit))


@_apply.register
def _(event: ev.DepositStored, box: Box, at: Moment) -> Box:
    box = _deposit(
        box,
        event.deposit,
        lambda d: replace(d, status=DepositStatus.STORED, compartment=event.compartment, reason="", tries_left=0),
    )
    box = _compartment(
        box,
        event.compartment,
        lambda c: replace(c, contents=Contents.HOLDS, deposits=tuple(dict.fromkeys((*c.deposits, event.deposit)))),
    )
    return _staff_session(box, lambda s: replace(s, stored=s.stored + 1))


@_apply.register
def _(event: ev.DepositUnverified, box: Box, at: Moment) -> Box:
    box = _deposit(
        box,
        event.deposit,
        lambda d: replace(
            d,
            status=DepositStatus.UNVERIFIED,
            reason=event.reason,
            tries_left=event.tries_left,
            compartment=event.compartment,
        ),
    )
    return _compartment(
        box,
        event.compartment,
        lambda c: replace(c, contents=Contents.UNKNOWN, deposits=tuple(dict.fromkeys((*c.deposits, event.deposit)))),
    )


def _deposit_leaves(box: Box, deposit: str, compartment: str) -> Box:
    if compartment not in box.compartments:
        return box
    return _compartment(
        box, compartment, lambda c: replace(c, deposits=tuple(name for name in c.deposits if name != deposit))
    )


@_apply.register
def _(event: ev.DepositReturnedToExpected, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    return _deposit(
        box,
        event.deposit,
        lambda d: replace(d, status=DepositStatus.EXPECTED, compartment="", reason="", tries_left=0),
    )


@_apply.register
def _(event: ev.DepositMissing, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    return _deposit(
        box,
        event.deposit,
        lambda d: replace(d, status=DepositStatus.MISSING, compartment="", reason="missing", tries_left=0),
    )


@_apply.register
def _(event: ev.DepositEnded, box: Box, at: Moment) -> Box:
    box = _deposit_leaves(box, event.deposit, event.compartment)
    box = replace(
        box,
        deposits=_without(box.deposits, event.deposit),
        rights={
            name: replace(right, deposits=tuple(d for d in right.deposits if d != event.deposit))
            if event.deposit in right.deposits
            else right
            for name, right in box.rights.items()
        },
    )
    if event.compartment in box.compartments:
        left = Contents(event.left)
        # What is held once the envelope is gone is the old document that its holder put in.
        box = _compartment(
            box, event.compartment, lambda c: replace(c, contents=left, old_document=left is Contents.HOLDS)
        )
    if event.end.startswith("collected"):
        box = _session(box, lambda s: replace(s, collected=s.collected + 1))
    return box


@_apply.register
def _(event: ev.DepositHeld, box: Box, at: Moment) -> Box:
    return _deposit(box, event.deposit, lambda d: replace(d, held=event.state == "held"))


# --- rights
# ------------------------------------------------------------------------------------------------------------------


@_apply.register
def _(event: ev.RightPrepared, box: Box, at: Moment) -> Box:
    right = Right(
        id=event.right,
        deposits=event.deposits,
        language=event.language,
        not_before_wall_ms=event.not_before_wall_ms,
        expires_wall_ms=event.expires_wall_ms,
        issuer=event.issuer,
    )
    return replace(box, rights=_with(box.rights, event.right, right))


@_apply.register
def _(event: ev.RightIssued, box: Box, at: Moment) -> Box:
    return _right(
        box,
        event.right,
        lambda r: replace(r, status=RightStatus.ISSUED, expires_wall_ms=event.expires_wall_ms),
    )


@_apply.register
def _(event: ev.RightReleased, box: Box, at: Moment) -> Box:
    return _right(box, event.right, lambda r: replace(r, status=RightStatus.ISSUED))


@_apply.register
def _(event: ev.RightBlocked, box: Box, at: Moment) -> Box:
    return _right(box, event.right, lambda r: replace(r, status=RightStatus.BLOCKED))


@_apply.register
def _(event: ev.RightEnded, box: Box, at: Moment) -> Box:
    return replace(box, rights=_without(box.rights, event.right))


# --- sessions
# ----------------------------------------------------------------------------------------------------------------


@_apply.register
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
    return replace(box, session=session, rights=_with(box.rights, event.right, claimed))


@_apply.register
def _(event: ev.FactorTried, box: Box, at: Moment) -> Box:
    box = _session(box, lambda s: replace(s, failed_factors=s.failed_factors + 1))
    return _right(box, event.right, lambda r: replace(r, failed_factors=r.failed_factors + 1))


@_apply.register
def _(event: ev.FactorVerified, box: Box, at: Moment) -> Box:
    box = _session(
        box,
        lambda s: replace(s, phase=Phase(event.phase), deadline_mono_ms=event.deadline_mono_ms, failed_factors=0),
    )
    return _right(box, event.right, lambda r: replace(r, failed_factors=0))


@_apply.register
def _(event: ev.DeclarationMade, box: Box, at: Moment) -> Box:
    return _session(
        box,
        lambda s: replace(
            s,
            declared=(*s.declared, event.declaration),
            returning=s.returning or (event.declaration == "old_documents" and event.answer == "yes"),
            deadline_mono_ms=event.deadline_mono_ms,
        ),
    )


@_apply.register
def _(event: ev.SessionExtended, box: Box, at: Moment) -> Box:
    return _session(box, lambda s: replace(s, deadline_mono_ms=event.deadline_mono_ms, extensions=s.extensions + 1))


@_apply.register
def _(event: ev.ConfirmationAsked, box: Box, at: Moment) -> Box:
    return _session(box, lambda s: replace(s, phase=Phase.CONFIRMING, deadline_mono_ms=event.deadline_mono_ms))


@_apply.register
def _(event: ev.ProblemReported, box: Box, at: Moment) -> Box:
    return _session(box, lambda s: replace(s, problem=event.problem))


@_apply.register
def _(event: ev.SessionAdvanced, box: Box, at: Moment) -> Box:
    return _session(box, lambda s: replace(s, deposit="", reopened=0, problem="", deadline_mono_ms=0))


@_apply.register
def _(event: ev.SessionJammed, box: Box, at: Moment) -> Box:
    return _session(
        box,
        lambda s: replace(
            s,
            phase=Phase.UNLOCK_FAILED,
            deadline_mono_ms=event.deadline_mono_ms,
            jammed=(*s.jammed, event.deposit),
        ),
    )


@_apply.register
def _(event: ev.SessionEnded, box: Box, at: Moment) -> Box:
    return replace(box, session=None)


# --- staff
# -------------------------------------------------------------------------------------------------------------------


@_apply.register
def _(event: ev.StaffRegistered, box: Box, at: Moment) -> Box:
    roles = tuple(Role(role) for role in event.roles)
    known = box.staff.get(event.staff)
    # New roles do not forgive wrong PINs.
    member = replace(known, roles=roles) if known is not None else StaffMember(event.staff, roles)
    return replace(box, staff=_with(box.staff, event.staff, member))


@_apply.register
def _(event: ev.BadgePresented, box: Box, at: Moment) -> Box:
    return replace(box, badge=BadgeSeen(event.staff, event.seen_mono_ms))


def _member(box: Box, name: str, change: Callable[[StaffMember], StaffMember]) -> Box:
    return replace(box, staff=_with(box.staff, name, change(box.staff[name])))


@_apply.register
def _(event: ev.StaffPinTried, box: Box, at: Moment) -> Box:
    return _member(box, event.staff, lambda m: replace(m, failed_pins=m.failed_pins + 1))


@_apply.register
def _(event: ev.StaffLocked, box: Box, at: Moment) -> Box:
    return replace(_member(box, event.staff, lambda m: replace(m, locked=True)), badge=None)


@_apply.register
def _(event: ev.StaffUnlocked, box: Box, at: Moment) -> Box:
    return _member(box, event.staff, lambda m: replace(m, locked=False, failed_pins=0))


@_apply.register
def _(event: ev.StaffLoggedIn, box: Box, at: Moment) -> Box:
    box = _member(box, event.staff, lambda m: replace(m, failed_pins=0))
    session = StaffSession(event.session, event.staff, box.staff[event.staff].roles, event.deadline_mono_ms)
    return replace(box, staff_session=session, badge=None)


@_apply.register
def _(event: ev.StaffActive, box: Box, at: Moment) -> Box:
    return _staff_session(box, lambda s: replace(s, deadline_mono_ms=event.deadline_mono_ms))


@_apply.register
def _(event: ev.StaffLoggedOut, box: Box, at: Moment) -> Box:
    return replace(box, staff_session=None, badge=None)


@_apply.register
def _(event: ev.OpeningRequested, box: Box, at: Moment) -> Box:
    # A badge shown before the page showed compartment and reason must not count (architecture.md, authorisation c).
    requested = RequestedOpening(event.compartment, Purpose(event.purpose), event.reason, at.mono_ms)
    return replace(_staff_session(box, lambda s: replace(s, requested=requested)), badge=None)


@_apply.register
def _(event: ev.OpeningRequestDropped, box: Box, at: Moment) -> Box:
    return _staff_session(box, lambda s: replace(s, requested=None))


@_apply.register
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

    return replace(_staff_session(box, accepted), badge=None)


@_apply.register
def _(event: ev.ReportAsked, box: Box, at: Moment) -> Box:
    return _staff_session(box, lambda s: replace(s, reporting=event.compartment))


@_apply.register
def _(event: ev.LoadingObstructed, box: Box, at: Moment) -> Box:
    return _opening(box, lambda o: replace(o, obstructed=True))
