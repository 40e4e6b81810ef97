"""What can have happened to the box. Events are the log; their names and fields are for ever (old shapes get
upcasters).

Fields are strings, integers and lists or objects of these (RFC 8785 without floats). Deadlines are monotonic
milliseconds of the boot in which the event was decided; everything that `evolve` needs is written here by `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. ``VERSION`` is the version of the shape that is written today."""

    VERSION: ClassVar[int] = 1


# --- the box itself
# ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogOpened(Event):
    """The first entry of a log: which box this is, and whether its hardware is ``real`` or ``simulated``."""

    box: str
    kind: str


@dataclass(frozen=True, slots=True)
class CompartmentPlan:
    """A compartment as the cabinet profile describes it (part of `ProfileActivated`). ``pulse_ms``: how long its lock
    is energised. ``item_sensor``: ``yes`` or ``no``.
    """

    label: str
    size: str
    height_mm: int
    column: int
    row: int
    pulse_ms: int
    item_sensor: str


@dataclass(frozen=True, slots=True)
class ProfileActivated(Event):
    """The cabinet's plan and its lock rules are in force. Compartments not listed any more are out of service, not
    forgotten.
    """

    sha256: str
    compartments: tuple[CompartmentPlan, ...]
    open_within_ms: int
    attempts: int
    last_attempt_extra_ms: int
    rest_ms: int


@dataclass(frozen=True, slots=True)
class CabinetSeenEmpty(Event):
    """Somebody looked into every compartment at commissioning and found them empty."""

    by: str


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A document type's policy (part of `PoliciesActivated`)."""

    document_type: str
    factor: str
    declarations: tuple[str, ...]
    holding_days: int


@dataclass(frozen=True, slots=True)
class PoliciesActivated(Event):
    sha256: str
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True, slots=True)
class BoxStarted(Event):
    """A controller process took over the box. What was in progress before is settled by the events that follow in the
    same append.
    """

    boot: str
    software: str


@dataclass(frozen=True, slots=True)
class BoxStopped(Event):
    """The controller was stopped in an orderly way."""

    reason: str


@dataclass(frozen=True, slots=True)
class ClockTrustChanged(Event):
    """``state`` is ``trusted`` or ``untrusted``."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckpointSealed(Event):
    """The state folded up to the entry before this one has this SHA-256; a snapshot of it is stored beside the log."""

    state_sha256: str
    fold_version: int


@dataclass(frozen=True, slots=True)
class FaultRaised(Event):
    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class FaultCleared(Event):
    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class RefusalsNoted(Event):
    """Requests that were refused with ``code``: the first of its kind alone, later ones counted over ten minutes."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class CommandSettled(Event):
    """A command from the central system had its effect (``done``) or was ``rejected`` with ``code``, in this same
    append.
    """

    issuer: str
    command: str
    name: str
    result: str
    code: str


# --- doors and openings
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnlockAuthorised(Event):
    """A pulse on this compartment's lock is authorised. The pulse follows this commit, once, and never because of a
    restart.

    ``attempt`` counts from 1; ``door_before`` is the sensor's word at the first attempt; ``badges`` are the persons
    whose badges authorised it (staff openings), comma-free ids.
    """

    authorisation: str
    compartment: str
    purpose: str
    deposit: str
    right: str
    session: str
    door_before: str
    attempt: int
    pulse_ms: int
    deadline_mono_ms: int
    badges: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PulseSent(Event):
    """The coil was energised and is off again. Pulse sent is not opened."""

    authorisation: str
    compartment: str


@dataclass(frozen=True, slots=True)
class PulseFailed(Event):
    """The lock's driver could not fire. ``code`` is the driver's."""

    authorisation: str
    compartment: str
    code: str


@dataclass(frozen=True, slots=True)
class DoorOpened(Event):
    """``cause``: ``authorised`` (the edge after an authorisation), ``unexpected``, ``late`` (after a failed unlock),
    ``downtime`` or ``settled``. ``seen_mono_ms`` is stamped at the edge.
    """

    compartment: str
    cause: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorClosed(Event):
    compartment: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorUnreadable(Event):
    compartment: str


@dataclass(frozen=True, slots=True)
class DoorRead(Event):
    """A door was read without anything having happened (at start, or readable again): ``level`` is open or closed."""

    compartment: str
    level: str


@dataclass(frozen=True, slots=True)
class ItemSeen(Event):
    """An item sensor changed: ``level`` is ``present``, ``absent`` or ``unknown``."""

    compartment: str
    level: str


@dataclass(frozen=True, slots=True)
class OpeningUnwitnessed(Event):
    """The door was not known to be closed before the pulse, so no edge could be seen. The session goes on without
    evidence.
    """

    authorisation: str
    compartment: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class UnlockFailed(Event):
    """All attempts were made and the door was not seen open."""

    authorisation: str
    compartment: str
    rest_until_mono_ms: int


@dataclass(frozen=True, slots=True)
class DoorLeftOpen(Event):
    """An authorised door stands open. ``stage``: ``reminder`` (30 s), ``staff`` (60 s), ``alarm`` (180 s)."""

    compartment: str
    stage: str


@dataclass(frozen=True, slots=True)
class OpeningEnded(Event):
    """The opening is over. ``outcome``: ``closed``, ``failed``, ``abandoned`` (left open, the box serves on) or
    ``settled``.
    """

    authorisation: str
    compartment: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OpeningSuspended(Event):
    """After a restart the door is open or unreadable: the opening is settled when the door is next seen closed."""

    authorisation: str
    compartment: str


@dataclass(frozen=True, slots=True)
class CompartmentQuarantined(Event):
    """Nothing is allotted here until staff have looked."""

    compartment: str
    reason: str


@dataclass(frozen=True, slots=True)
class CompartmentReleased(Event):
    """Somebody looked and said what is inside: the quarantine is over. ``contents`` is a `Contents` value."""

    compartment: str
    contents: str
    old_document: str
    by: str


# --- deposits
# ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DepositAnnounced(Event):
    """``low`` is ``yes`` or ``no``: a wish for a compartment within reach of a wheelchair."""

    deposit: str
    orders: tuple[str, ...]
    document_types: tuple[str, ...]
    size: str
    language: str
    low: str
    group: str
    issuer: str


@dataclass(frozen=True, slots=True)
class DepositStored(Event):
    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositUnverified(Event):
    """The document is in doubt. ``tries_left``: how often its holder may still try."""

    deposit: str
    compartment: str
    reason: str
    tries_left: int


@dataclass(frozen=True, slots=True)
class DepositReturnedToExpected(Event):
    """Staff said that the envelope is not in the compartment: it waits to be loaded again."""

    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositMissing(Event):
    """Staff looked and the envelope is not there although nobody is known to have taken it: an alarm."""

    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositEnded(Event):
    """``end`` is a `DepositEnd` value. ``left`` is what the compartment holds now, a `Contents` value."""

    deposit: str
    compartment: str
    end: str
    left: str


@dataclass(frozen=True, slots=True)
class DepositHeld(Event):
    """``state`` is ``held`` or ``released``."""

    deposit: str
    state: str


# --- rights
# ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RightPrepared(Event):
    right: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int
    issuer: str


@dataclass(frozen=True, slots=True)
class RightIssued(Event):
    """Every deposit of the right is stored. The expiry is fixed now (0: none)."""

    right: str
    expires_wall_ms: int


@dataclass(frozen=True, slots=True)
class RightReleased(Event):
    """The session ended and deposits remain: the right may be presented again."""

    right: str


@dataclass(frozen=True, slots=True)
class RightBlocked(Event):
    """Too many wrong second factors."""

    right: str


@dataclass(frozen=True, slots=True)
class RightEnded(Event):
    """``end`` is a `RightEnd` value."""

    right: str
    end: str


# --- sessions
# ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """A right was presented and claimed. ``via`` is ``qr`` or ``number``."""

    session: str
    right: str
    via: str
    deposits: tuple[str, ...]
    factor: str
    declarations: tuple[str, ...]
    phase: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class FactorTried(Event):
    """A second factor is about to be compared: counted before the comparison."""

    session: str
    right: str


@dataclass(frozen=True, slots=True)
class FactorVerified(Event):
    session: str
    right: str
    factor: str
    phase: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class DeclarationMade(Event):
    session: str
    declaration: str
    answer: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class SessionExtended(Event):
    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class ConfirmationAsked(Event):
    """The door is closed again: the person is asked whether everything is there."""

    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class ProblemReported(Event):
    """``problem`` is ``missing``, ``foreign`` or ``error``."""

    session: str
    deposit: str
    problem: str


@dataclass(frozen=True, slots=True)
class SessionAdvanced(Event):
    """Done with one deposit, on to the next."""

    session: str
    deposit: str


@dataclass(frozen=True, slots=True)
class SessionJammed(Event):
    """The deposit in hand cannot be reached: the jam page stands until ``deadline_mono_ms``, then the next deposit is
    served.
    """

    session: str
    deposit: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """``outcome`` is a `SessionEnd` value, ``reason`` a code for the handbook."""

    session: str
    right: str
    outcome: str
    reason: str


# --- staff
# -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffRegistered(Event):
    staff: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadgePresented(Event):
    staff: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffPinTried(Event):
    """A PIN is about to be compared: counted before the comparison."""

    staff: str


@dataclass(frozen=True, slots=True)
class StaffLocked(Event):
    staff: str


@dataclass(frozen=True, slots=True)
class StaffUnlocked(Event):
    staff: str
    by: str


@dataclass(frozen=True, slots=True)
class StaffLoggedIn(Event):
    session: str
    staff: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffActive(Event):
    """The staff session goes on: its idle deadline moves. Written with other events of the session only."""

    session: str
    deadline_mono_ms: int


@dataclass(frozen=True, slots=True)
class StaffLoggedOut(Event):
    session: str
    staff: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningRequested(Event):
    """The page shows compartment and reason; a badge presented from now on authorises it."""

    session: str
    compartment: str
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningRequestDropped(Event):
    session: str
    compartment: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpeningBadgeAccepted(Event):
    """The first of two persons agreed."""

    session: str
    staff: str


@dataclass(frozen=True, slots=True)
class ReportAsked(Event):
    """A guided opening is closed again: staff are asked what lies inside."""

    session: str
    compartment: str


@dataclass(frozen=True, slots=True)
class LoadingObstructed(Event):
    """The loader found something in the compartment that should have been empty."""

    session: str
    compartment: str
