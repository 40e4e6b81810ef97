"""The things of the box and their states, as frozen dataclasses. The words are those of docs/domain.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from controller.domain.commissioning import Commissioning, MapCorrection
from controller.domain.hours import Calendar
from controller.domain.tasks import Task


class Door(StrEnum):
    """A door is what its sensor says."""

    UNKNOWN = "unknown"
    OPEN = "open"
    CLOSED = "closed"


class Item(StrEnum):
    """What an item sensor says about the inside of a compartment. Most cabinets have none."""

    NO_SENSOR = "no_sensor"
    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


class Contents(StrEnum):
    """What is believed to be in a compartment. ``EMPTY`` was seen; ``PRESUMED_EMPTY`` was collected without a word."""

    EMPTY = "empty"
    PRESUMED_EMPTY = "presumed_empty"
    HOLDS = "holds"
    UNKNOWN = "unknown"


class Size(StrEnum):
    """Size class of a compartment, and the smallest one that an envelope fits into."""

    S = "S"
    M = "M"
    L = "L"

    @property
    def rank(self) -> int:
        return "SML".index(self.value)


SERVICE_REASONS = ("lock", "door", "sensor", "damaged", "dirty", "other")
"""Why people take a compartment out of service: codes, so that nothing about a person is typed into the log."""


@dataclass(frozen=True, slots=True)
class Compartment:
    """One lockable compartment.

    ``height_mm`` is the height of its lower edge above the floor. ``quarantine`` and ``out_of_service`` hold reasons;
    empty means in service. ``possibly_unlatched``: a pulse was sent and the door has not been seen open and closed
    since. ``rest_until_mono_ms`` is the instant before which its coil is not fired again. ``openings`` counts
    authorised openings, for wear levelling. ``remapped``: the cabinet's plan was changed and nobody has looked inside
    since, so that another door may be behind the label.
    """

    label: str
    size: Size
    height_mm: int
    column: int
    row: int
    pulse_ms: int = 400
    contents: Contents = Contents.UNKNOWN
    deposits: tuple[str, ...] = ()
    old_document: bool = False
    quarantine: tuple[str, ...] = ()
    out_of_service: tuple[str, ...] = ()
    door: Door = Door.UNKNOWN
    item: Item = Item.NO_SENSOR
    possibly_unlatched: bool = False
    rest_until_mono_ms: int = 0
    openings: int = 0
    remapped: bool = False

    @property
    def in_service(self) -> bool:
        return not self.quarantine and not self.out_of_service

    @property
    def cut_off(self) -> bool:
        """Out of service by itself: the profile does not know it any more, or the board that it is on has a fault."""
        return any(reason not in SERVICE_REASONS for reason in self.out_of_service)

    @property
    def allottable(self) -> bool:
        """Whether a deposit may be put here (invariant 4)."""
        return (
            self.in_service
            and self.contents in (Contents.EMPTY, Contents.PRESUMED_EMPTY)
            and not self.deposits
            and not self.old_document
        )


class DepositStatus(StrEnum):
    EXPECTED = "expected"
    STORED = "stored"
    UNVERIFIED = "unverified"
    MISSING = "missing"


class DepositEnd(StrEnum):
    """How a deposit left the box's books; it then leaves the state."""

    COLLECTED_CONFIRMED = "collected_confirmed"
    COLLECTED_UNCONFIRMED = "collected_unconfirmed"
    RECALLED = "recalled"
    HANDED_OVER_AT_COUNTER = "handed_over_at_counter"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Deposit:
    """An envelope, announced or inside. ``reason`` says why it is ``UNVERIFIED``; ``tries_left`` how often its holder
    may still try then. ``stored_wall_ms`` is when it was put in; ``overdue`` that a right over it has expired and no
    other was issued since. ``hold_reason`` is why staff hold it, ``hold_seq`` the entry in the log that says so.
    """

    id: str
    orders: tuple[str, ...]
    document_types: tuple[str, ...]
    size: Size
    language: str
    low: bool
    group: str
    status: DepositStatus = DepositStatus.EXPECTED
    compartment: str = ""
    held: bool = False
    reason: str = ""
    tries_left: int = 0
    stored_wall_ms: int = 0
    overdue: bool = False
    hold_reason: str = ""
    hold_seq: int = 0

    @property
    def collectable(self) -> bool:
        """Whether a right may open its compartment now."""
        if self.held or not self.compartment:
            return False
        return self.status is DepositStatus.STORED or (self.status is DepositStatus.UNVERIFIED and self.tries_left > 0)


class RightStatus(StrEnum):
    PREPARED = "prepared"
    ISSUED = "issued"
    CLAIMED = "claimed"
    BLOCKED = "blocked"


class RightEnd(StrEnum):
    """How a pickup right ended; it then leaves the state, and its credential says so for thirty days."""

    SPENT = "spent"
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Factor(StrEnum):
    """Second factors in ascending strictness."""

    NONE = "none"
    BIRTH_DATE = "birth_date"
    PIN = "pin"
    EMRTD = "emrtd"
    EID = "eid"
    STAFF = "staff"

    @property
    def strictness(self) -> int:
        return _STRICTNESS[self]


_STRICTNESS = {factor: rank for rank, factor in enumerate(Factor)}


@dataclass(frozen=True, slots=True)
class Right:
    """Who presents its credential may collect ``deposits`` (those not yet ended). Times are wall clock; 0 means none.
    ``proxy``: it is the right of somebody who collects for somebody else, and always asks for the PIN on their slip.
    ``paused_since_wall_ms``: its period stands still since then, because of ``paused_reason``. ``dated``: somebody set
    its date; otherwise its period begins when the last of its envelopes is stored.
    """

    id: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int
    issuer: str
    status: RightStatus = RightStatus.PREPARED
    failed_factors: int = 0
    opened: bool = False
    paused_since_wall_ms: int = 0
    paused_reason: str = ""
    proxy: bool = False
    dated: bool = False


class Purpose(StrEnum):
    """Why a door is opened."""

    PICKUP = "pickup"
    LOADING = "loading"
    RECALL = "recall"
    RETURNS = "returns"
    STOCKTAKE = "stocktake"
    CLARIFICATION = "clarification"
    EMERGENCY = "emergency"
    TEST = "test"
    UNDO = "undo"
    HANDOVER = "handover"


class OpeningStage(StrEnum):
    AUTHORISED = "authorised"
    PULSED = "pulsed"
    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Opening:
    """The one authorised opening in progress (at most one at any moment, invariant 1).

    ``door_before`` is what the sensor said at the first authorisation. ``witnessed`` is true once an edge CLOSED → OPEN
    was seen after it. ``authorisation`` names the latest attempt; every retry is an authorisation of its own.
    ``obstructed`` is set when a loader found the compartment not empty, ``too_small`` when the envelope does not fit.
    ``authorised_mono_ms`` is the instant of the first attempt: an edge before it is no evidence. ``others`` are other
    doors that opened when a lock was tested.
    """

    authorisation: str
    compartment: str
    purpose: Purpose
    deposit: str
    right: str
    session: str
    door_before: Door
    attempt: int
    deadline_mono_ms: int
    stage: OpeningStage = OpeningStage.AUTHORISED
    witnessed: bool = False
    opened_mono_ms: int = 0
    reminders: int = 0
    obstructed: bool = False
    reason: str = ""
    authorised_mono_ms: int = 0
    too_small: bool = False
    others: tuple[str, ...] = ()


class Phase(StrEnum):
    """Where a resident's session stands."""

    IDENTIFYING = "identifying"
    VERIFYING = "verifying"
    DECLARING = "declaring"
    UNLOCKING = "unlocking"
    DOOR_OPEN = "door_open"
    CONFIRMING = "confirming"
    UNLOCK_FAILED = "unlock_failed"
    LEFT_OPEN = "left_open"


class SessionEnd(StrEnum):
    DONE = "done"
    DENIED = "denied"
    ABORTED = "aborted"
    UNLOCK_FAILED = "unlock_failed"
    LEFT_OPEN = "left_open"


@dataclass(frozen=True, slots=True)
class Session:
    """One resident at the front. ``queue`` are the deposits not yet reached, ``deposit`` the one in hand.
    ``return_until_wall_ms``: until when old documents that were not brought are to be handed in (0: nothing was asked
    for, or the clock is not trusted and no date can be named).

    ``chip_checks`` counts how often the card reader was asked, ``access_tries`` how often the digits or the photo page
    that were given did not open the chip; ``checking``: it is asked and has not answered. ``handed_over`` is why a
    person is to look at the document, asked for at ``handed_over_mono_ms``; ``inspected_by`` who has.
    """

    id: str
    right: str
    phase: Phase
    queue: tuple[str, ...]
    deposit: str
    total: int
    factor: Factor
    declarations: tuple[str, ...]
    declared: tuple[str, ...]
    deadline_mono_ms: int
    failed_factors: int = 0
    reopened: int = 0
    extensions: int = 0
    problem: str = ""
    returning: bool = False
    collected: int = 0
    jammed: tuple[str, ...] = ()
    return_until_wall_ms: int = 0
    chip_checks: int = 0
    access_tries: int = 0
    checking: bool = False
    handed_over: str = ""
    handed_over_mono_ms: int = 0
    inspected_by: str = ""
    inspected_mono_ms: int = 0


class Role(StrEnum):
    LOADER = "loader"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: str
    roles: tuple[Role, ...]
    failed_pins: int = 0
    locked: bool = False


@dataclass(frozen=True, slots=True)
class BadgeSeen:
    """A badge that was read at the box; one presentation is one authorisation, so it is dropped when used."""

    staff: str
    mono_ms: int


@dataclass(frozen=True, slots=True)
class RequestedOpening:
    """A staff opening that the page shows and that waits for its badge (two persons' badges for an emergency).

    ``deposit`` is set when the opening is about one envelope: loaded to its group, or in place of an old document, or
    taken out again.
    """

    compartment: str
    purpose: Purpose
    reason: str
    mono_ms: int
    badges: tuple[str, ...] = ()
    first_badge_mono_ms: int = 0
    deposit: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """A walk from compartment to compartment for one ``purpose``. ``waiting`` begins with the one in hand; ``total``
    is how many there were. ``paused``: staff do something else meanwhile.
    """

    purpose: Purpose
    waiting: tuple[str, ...]
    total: int
    reason: str = ""
    paused: bool = False

    @property
    def number(self) -> int:
        """Which of ``total`` is in hand, from 1."""
        return self.total - len(self.waiting) + 1


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A staff member at the front, holding the front lease. ``stored`` counts the envelopes loaded in this session,
    ``last_stored`` is the last of them, as long as its booking may be undone. ``round`` is the walk in progress.
    ``back_wall_ms``: when they expect to be done (0: not said).
    """

    id: str
    staff: str
    roles: tuple[Role, ...]
    deadline_mono_ms: int
    requested: RequestedOpening | None = None
    reporting: str = ""
    stored: int = 0
    last_stored: str = ""
    round: Round | None = None
    back_wall_ms: int = 0


@dataclass(frozen=True, slots=True)
class SuspendedStaff:
    """A staff session that let a resident go first. It holds no lease; until ``until_mono_ms`` the badge of its member
    alone resumes it.
    """

    session: StaffSession
    since_mono_ms: int
    until_mono_ms: int


class Holder(StrEnum):
    """Who holds the front lease."""

    NOBODY = "nobody"
    RESIDENT = "resident"
    STAFF = "staff"
    TECHNICIAN = "technician"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Fault:
    """An active fault or alarm. ``subject`` names the compartment or device; empty for the whole box."""

    code: str
    subject: str
    since_wall_ms: int


@dataclass(frozen=True, slots=True)
class DocumentPolicy:
    """What the municipality asks for a document type. ``holding_days`` counts from the day the deposit is stored.

    ``missing_old_document`` is what follows when somebody has not brought the old document: ``allow`` (it is to be
    handed in within ``old_document_days``) or ``stop`` (come back with it). Of a chip check: ``clone_proof``, whether
    the chip must prove that it is no copy; ``revocation``, whether the revocation list must be there and fresh.
    """

    document_type: str
    factor: Factor
    declarations: tuple[str, ...]
    holding_days: int
    missing_old_document: str = "allow"
    old_document_days: int = 14
    clone_proof: bool = True
    revocation: bool = True


@dataclass(frozen=True, slots=True)
class KnownTime:
    """The last instant of the log at which the clock was trusted: wall clock, and the monotonic clock of ``boot``."""

    wall_ms: int = 0
    mono_ms: int = 0
    boot: str = ""


@dataclass(frozen=True, slots=True)
class Downtime:
    """The controller has started and the clock cannot say yet how long it was away. ``since_wall_ms`` is the last known
    time before; ``mono_ms`` is when it started, in ``boot``.
    """

    since_wall_ms: int
    mono_ms: int
    boot: str


@dataclass(frozen=True, slots=True)
class Outage:
    """The box was reported out of order: nothing opens for residents, and periods stand still."""

    reason: str
    by: str
    since_wall_ms: int


@dataclass(frozen=True, slots=True)
class HelpCall:
    """Somebody at the box needs a person. ``reason``: resident, jam, left_open or check. ``staffed`` (yes, no,
    unknown): when it was made. ``deadline_mono_ms``: until when it stands; 0 after a restart, then it stands until it
    is answered.
    """

    id: str
    reference: str
    reason: str
    compartment: str
    session: str
    staffed: str
    since_wall_ms: int
    deadline_mono_ms: int
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class LockRules:
    """Bounds of unlocking, activated with the cabinet profile. Times in ms."""

    open_within_ms: int = 2000
    attempts: int = 3
    last_attempt_extra_ms: int = 8000
    rest_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class Box:
    """The whole state, folded from the log. ``seq`` is the number of the last event in it; ``left_round`` the walk that
    staff left unfinished, for the next of them. ``languages`` are those that residents are offered; empty: all of them.
    ``commissioning`` is the last round that fired every vacant lock.
    """

    box: str = ""
    kind: str = ""
    seq: int = 0
    boot: str = ""
    starts: int = 0
    profile_sha256: str = ""
    policies_sha256: str = ""
    lock_rules: LockRules = field(default_factory=LockRules)
    policies: dict[str, DocumentPolicy] = field(default_factory=dict)
    compartments: dict[str, Compartment] = field(default_factory=dict)
    deposits: dict[str, Deposit] = field(default_factory=dict)
    rights: dict[str, Right] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    session: Session | None = None
    staff_session: StaffSession | None = None
    suspended: SuspendedStaff | None = None
    opening: Opening | None = None
    unsettled: dict[str, Opening] = field(default_factory=dict)
    badge: BadgeSeen | None = None
    left_round: Round | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    clock_trusted: bool = False
    high_water_wall_ms: int = 0
    known_time: KnownTime = field(default_factory=KnownTime)
    calendar: Calendar | None = None
    calendar_sha256: str = ""
    outage: Outage | None = None
    downtime: Downtime | None = None
    help_calls: dict[str, HelpCall] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    commissioning: Commissioning | None = None
    map_correction: MapCorrection | None = None

    @property
    def map_accepted(self) -> bool:
        """Whether a corrected map waits for the restart. Nothing is opened until then: the start reads every door by
        the new map.
        """
        return self.map_correction is not None and self.map_correction.accepted

    @property
    def lease(self) -> Holder:
        """Who may pulse: at most one holder (invariant 1)."""
        if self.staff_session is not None:
            roles = self.staff_session.roles
            return Holder.TECHNICIAN if roles == (Role.TECHNICIAN,) else Holder.STAFF
        if self.session is not None:
            return Holder.RESIDENT
        return Holder.NOBODY

    def deposit_for_order(self, order: str) -> Deposit | None:
        """The deposit that an order barcode belongs to."""
        for deposit in self.deposits.values():
            if order in deposit.orders:
                return deposit
        return None

    def rights_over(self, deposit: str) -> tuple[Right, ...]:
        return tuple(right for right in self.rights.values() if deposit in right.deposits)

    def collectable(self, right: Right) -> tuple[str, ...]:
        """The deposits of a right whose compartment may be opened now, in the right's order.

        A compartment whose last opening is not settled (its door still stands open after a restart) is not opened
        again, nor one that also holds an envelope which this right may not collect now: whoever opens a door can take
        everything behind it.
        """
        return tuple(
            name
            for name in right.deposits
            if (deposit := self.deposits.get(name)) is not None
            and deposit.collectable
            and deposit.compartment not in self.unsettled
            and all(
                other in right.deposits and self.deposits[other].collectable
                for other in self.compartments[deposit.compartment].deposits
            )
        )


def fault_key(code: str, subject: str) -> str:
    return f"{code}:{subject}" if subject else code
