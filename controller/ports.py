"""What the services need from the world, as Protocols and plain values.

Standard library and the domain's words only. Adapters implement these; tests and the simulator may wrap them. Nothing
here knows SQLite, MQTT or a pin.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from controller.domain.commands import Command
from controller.domain.decision import Refusal
from controller.domain.model import Box, Role
from controller.domain.moment import Moment

#: A value that may stand in an event: strings, integers (within ±2^53), lists and objects of these. No floats, booleans
#: or nulls.
JsonValue = str | int | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that `decide` produced, in the form in which it will be written.

    ``type`` is the event's name (``UnlockAuthorised``), ``version`` the version of its shape, starting at 1.
    """

    type: str
    version: int
    data: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was appended: wall clock and monotonic clock in milliseconds, the boot's id, and whether the wall
    clock was trusted.
    """

    wall_ms: int
    mono_ms: int
    boot: str
    clock_trusted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log as it is stored. ``hash`` is SHA-256 of ``body``; ``body`` holds the hash of the entry
    before.
    """

    seq: int
    hash: bytes
    previous: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An entry read back: the newest version of its shape (upcasters applied) and where it stands."""

    seq: int
    type: str
    version: int
    data: Mapping[str, JsonValue]
    stamp: Stamp


# --- derived rows, written in the same transaction as the events
# ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PutCredential:
    """A pickup credential of a right: the SHA-256 of a QR token, or the keyed hash of an Abholnummer.

    ``kind`` is ``qr`` or ``number``. ``verifiers`` maps a second factor's name (``birth_date``, ``pin``) to its
    verifier (mqtt.md), hex.
    """

    digest: bytes = field(repr=False)
    kind: str
    right: str
    verifiers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndCredentials:
    """The right has ended: its verifiers are deleted at once, its digests stay with the reason until
    ``forget_wall_ms``.
    """

    right: str
    reason: str
    ended_wall_ms: int
    forget_wall_ms: int


#: The reason under which a credential is kept that belongs to another site.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class PutElsewhere:
    """A credential whose envelope lies at another site, in the words of ``place``. It opens nothing here, and is
    remembered like an ended one; it replaces what was remembered of it before.
    """

    digest: bytes
    kind: str
    right: str
    place: str
    noted_wall_ms: int
    forget_wall_ms: int


@dataclass(frozen=True, slots=True)
class ForgetCredentials:
    """Ended credentials whose ``forget_wall_ms`` lies before ``before_wall_ms`` are deleted: their digests leave the
    box.
    """

    before_wall_ms: int


@dataclass(frozen=True, slots=True)
class PutStaffCredential:
    """A staff member's badge (SHA-256 of its text) and PIN (argon2id PHC string). Replaces an earlier one."""

    staff: str
    badge_digest: bytes = field(repr=False)
    pin_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutOfficePassword:
    """The password of a member of staff for the office pages (argon2id PHC string). Replaces an earlier one."""

    staff: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutCommandResult:
    """The result of a command from the central system, kept under the command's id so that a repeated id gets the same
    answer.
    """

    issuer: str
    command: str
    result: str
    received_wall_ms: int


@dataclass(frozen=True, slots=True)
class MoveCursor:
    """A consumer of the log has acknowledged everything up to ``seq`` (inclusive). A cursor never moves back."""

    consumer: str
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class PutSnapshot:
    """The folded state as of the last event of this append (canonical bytes), which carries the same hash in its
    ``CheckpointSealed``.
    """

    state: bytes
    fold_version: int


RowChange = (
    PutCredential
    | PutElsewhere
    | EndCredentials
    | ForgetCredentials
    | PutStaffCredential
    | PutOfficePassword
    | PutCommandResult
    | MoveCursor
    | PutSnapshot
)


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A stored credential as it is read at start. ``ended_reason`` is empty while the right is alive; with `ELSEWHERE`
    comes ``place``.
    """

    digest: bytes = field(repr=False)
    kind: str
    right: str
    verifiers: Mapping[str, str] = field(repr=False)
    ended_reason: str
    ended_wall_ms: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class StaffCredentialRow:
    """``office_hash`` is empty for whoever has no password for the office pages."""

    staff: str
    badge_digest: bytes = field(repr=False)
    pin_hash: str = field(repr=False)
    office_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an append landed: the entries as written, in order."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the store found at start: identity, last position, the sealed snapshot that matched (if any) and the tail
    after it.

    Without a snapshot of the asked fold version ``snapshot`` is ``None``, ``snapshot_seq`` is 0 and the tail is the
    whole log. The tail is read lazily, in the caller's thread, and its chain is verified while it is read: iterating it
    may raise `LogError` (``log_damaged``). ``ended_cleanly`` says that the log ends with the checkpoint, so that the
    tail is empty.
    """

    box: str
    epoch: int
    last_seq: int
    last_hash: bytes
    snapshot: bytes | None
    snapshot_seq: int
    snapshot_fold_version: int
    tail: Iterable[RecordedEvent]

    @property
    def ended_cleanly(self) -> bool:
        return self.snapshot is not None and self.snapshot_seq == self.last_seq


class LogError(Exception):
    """Something is wrong with the log. ``code`` is stable; ``seq`` names the entry at fault where there is one (else
    0).
    """

    def __init__(self, code: str, message: str, seq: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.seq = seq


class EventLog(Protocol):
    """The one log. All methods are called from the controller's event loop.

    `append` is atomic: either every event and every row is durable (fsync) when it returns, or the process must end:
    any exception from `append` means *the outcome is unknown* and must not be retried. A caller that is cancelled or
    times out does not cancel the write.
    """

    async def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange] = (),
        then: Callable[[], None] | None = None,
    ) -> Appended:
        """``then`` is called on the writer's thread as soon as the commit is durable and before anybody is told: a
        pulse must not wait for a busy loop. What it raises is raised here, though everything is written.
        """
        ...

    async def read(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """Entries after ``after_seq``, at most ``limit``, oldest first; on a read-only connection, never blocking the
        writer.
        """
        ...

    async def command_result(self, issuer: str, command: str) -> str | None: ...

    async def cursor(self, consumer: str) -> int: ...

    async def credentials(self) -> tuple[CredentialRow, ...]: ...

    async def staff_credentials(self) -> tuple[StaffCredentialRow, ...]: ...

    def verify_in_idle(self) -> AsyncIterator[int]:
        """Verifies the whole chain in chunks from the beginning; yields the sequence number reached. Raises
        `LogError`.
        """
        ...

    def free_bytes(self) -> int:
        """Free space of the file system that holds the log, in bytes."""
        ...

    def progress(self) -> Mapping[str, int]:
        """For the watchdog: ``queued`` (jobs waiting), ``busy_since_mono_ms`` (CLOCK_MONOTONIC, 0 when idle),
        ``failed`` (1 after a failed commit or checkpoint: every later append is refused) and ``to_scrub`` (1 while
        deleted secrets are still in the write-ahead log).
        """
        ...

    async def close(self) -> None: ...


class Clock(Protocol):
    """The two clocks and what is known of them. Pure reads; any thread."""

    def wall_ms(self) -> int: ...

    def mono_ms(self) -> int: ...

    def boot_id(self) -> str: ...

    def synchronised(self) -> bool:
        """Whether the operating system says that the wall clock is synchronised (adjtimex)."""
        ...


class Tone(StrEnum):
    """What the buzzer or loudspeaker says."""

    ACCEPTED = "accepted"
    BOOKED = "booked"
    REFUSED = "refused"
    FULL = "full"
    REMINDER = "reminder"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What became of a command from the central system: ``done`` or ``rejected`` with a code. ``repeated``: it was
    stored before.
    """

    result: str
    code: str
    repeated: bool


class CentralFeed(Protocol):
    """What the link to the central system (MQTT) needs from the box. Called on the controller's event loop."""

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """The log after ``after_seq``."""
        ...

    def last_seq(self) -> int: ...

    async def wait_for_entry_after(self, seq: int) -> None:
        """Returns as soon as the log is longer than ``seq``."""
        ...

    async def cursor(self, consumer: str) -> int:
        """The last sequence number that ``consumer`` has acknowledged, 0 if none."""
        ...

    async def acknowledge(self, consumer: str, epoch: int, upto: int, hash_hex: str) -> bool:
        """Moves the consumer's cursor durably, if the hash is the box's at ``upto`` and it moves forward. False
        otherwise.
        """
        ...

    async def execute(self, issuer: str, command: str, name: str, body: Mapping[str, object]) -> CommandAnswer:
        """Decides and carries out a durable command; effect and result are one commit. A repeated id gets the stored
        answer.

        ``body`` is what the central system sent, not yet validated: anything wrong with it is a ``rejected`` answer
        with a code.
        """
        ...

    def state(self, topic: str) -> Mapping[str, object]:
        """The payload of ``connection``, ``health``, ``compartments``, ``faults`` or ``config`` now."""
        ...

    def subscribe_state(self, listener: Callable[[str], None]) -> None:
        """``listener(topic)`` is called on the loop when that state's payload has changed."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a page says for a while: its key, what it needs to say it, and until when (monotonic ms)."""

    page: str
    until_mono_ms: int
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftItem:
    """An order in a shift's report. ``what``: stored, recalled, handed_over_at_counter, or why it was put aside."""

    order: str
    compartment: str
    what: str


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """What was done between a login and a logout; whose they were is not in it."""

    ended_wall_ms: int
    until_mono_ms: int
    stored: tuple[ShiftItem, ...]
    taken: tuple[ShiftItem, ...]
    aside: tuple[ShiftItem, ...]


@dataclass(frozen=True, slots=True)
class FrontState:
    """What the pages need besides the folded state: transient, never in the log, gone with the process.

    ``kiosk_token`` and ``staff_token`` are what actions of the running session must carry. ``halted`` is why the box is
    out of order. ``comparing``: a second factor was counted and is not compared yet, so that nothing is wrong yet.
    ``numbers``: pickup numbers are in use here, so that the pages offer to type one. ``waiting``: a resident has
    ``knocked`` while staff are at work, or was told ``soon``, until the instant beside it. Until
    ``to_staff_until_mono_ms`` the screen is being handed over to staff who came back. ``shift`` is what the staff
    session that has just ended did.
    """

    language: str = "de"
    notice: Notice | None = None
    staff_notice: Notice | None = None
    kiosk_token: str = field(default="", repr=False)
    staff_token: str = field(default="", repr=False)
    halted: str = ""
    comparing: bool = False
    numbers: bool = False
    waiting: str = ""
    waiting_until_mono_ms: int = 0
    to_staff_until_mono_ms: int = 0
    shift: ShiftReport | None = None
    devices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    log_verified_seq: int = 0
    acknowledged_seq: int = 0
    last_hash: str = ""


class Operations(Protocol):
    """What the control sockets can ask of the services. Called on the controller's event loop.

    A refusal is an answer, not an exception: None means carried out. `OutOfOrder` is raised.
    """

    async def carry_out(self, command: Command) -> Refusal | None: ...

    async def enter_factor(self, session: str, value: str) -> Refusal | None: ...

    async def enter_number(self, number: str) -> Refusal | None:
        """A pickup number was typed."""
        ...

    def knock(self) -> Refusal | None:
        """A resident wants to collect while staff are at work."""
        ...

    def soon(self) -> None:
        """Staff answer that they are nearly done."""
        ...

    def screen_shown(self, revision: int, current: int) -> None:
        """The resident's page has painted ``revision`` while ``current`` stands."""
        ...

    async def log_in(self, pin: str) -> Refusal | None: ...

    async def register_staff(
        self, staff: str, roles: tuple[str, ...], badge_digest: bytes, pin_hash: str
    ) -> Refusal | None: ...

    async def verify_log(self) -> tuple[int, str]:
        """The last sequence number and its hash. Raises `LogError` and puts the box out of order when the chain is
        broken.
        """
        ...

    def choose_language(self, language: str) -> None: ...

    def dismiss(self) -> None: ...

    def dismiss_staff(self) -> None:
        """What the staff page says without a session has been read."""
        ...

    async def log_entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """The log after ``after_seq``, at most ``limit`` entries, the oldest first. Raises `LogError`."""
        ...

    async def pickup_code(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    async def badge(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    async def order_barcode(self, text: str, captured_mono_ms: int) -> Refusal | None: ...

    def foreign_code(self) -> None: ...

    def unreadable_code(self) -> None:
        """Somebody holds a code before the scanner that it cannot read."""
        ...

    def scanner_state(self, source: str, state: str) -> None: ...

    def box(self) -> Box: ...

    def front(self) -> FrontState: ...

    def now(self) -> Moment: ...

    def on_change(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop whenever `box` or `front` gives something else than before."""
        ...

    def scan_mode(self) -> str:
        """What readers may let out now (`hal.wire`'s ``ScanMode``)."""
        ...


# --- the office
# ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfficeMember:
    """Whose office session it is, and the roles that they have now."""

    staff: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class OrderInput:
    """An order as it was typed or stood in a file, not yet checked. ``line`` is where (0: typed). ``birth_date`` and
    ``pin`` make verifiers and are forgotten.
    """

    line: int
    order: str
    document_type: str
    language: str
    size: str
    low: bool
    birth_date: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made: the only time that it is known here. ``code`` is empty when none was made. ``pin`` is
    a proxy's. ``expires_wall_ms`` is 0 while the envelope is not inside.
    """

    orders: tuple[str, ...]
    language: str
    factor: str
    expires_wall_ms: int = 0
    proxy: bool = False
    code: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. ``problems``: line and code of each row that is left out."""

    preview: str
    new: int
    changed: int
    unchanged: int
    codes: int
    problems: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    new: int
    changed: int
    codes: tuple[NewCode, ...]
    problems: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class EnvelopeResult:
    """How an envelope came or went: ``stored``, ``expired``, ``missing`` or a `DepositEnd` value."""

    orders: tuple[str, ...]
    result: str
    at_wall_ms: int


class OfficeDesk(Protocol):
    """What the office pages can ask of the services. Called on the controller's event loop; `OutOfOrder` is raised.

    Who may ask for what is decided by whoever calls (`controller.adapters.control.office_roles`); here everything is
    carried out, and nothing of it opens a door.
    """

    @property
    def standalone(self) -> bool:
        """Whether orders and codes are made here: there is no central system."""
        ...

    async def log_in(self, staff: str, password: str) -> str | Refusal: ...

    def member(self, token: str, *, by_a_person: bool = True) -> OfficeMember | None: ...

    def log_out(self, token: str) -> None: ...

    async def set_password(self, staff: str, password_hash: str) -> Refusal | None: ...

    async def carry_out(self, command: Command) -> Refusal | None: ...

    def confirmed(self, seq: int) -> bool:
        """Whether the central system has acknowledged entry ``seq``; always so without one."""
        ...

    async def reissue(self, deposit: str, birth_date: str, pin: str, by: str) -> NewCode | Refusal:
        """A new code for whoever may collect ``deposit``. The old one is over in the same commit."""
        ...

    async def issue_proxy(self, deposit: str, by: str) -> NewCode | Refusal: ...

    async def revoke_proxies(self, deposit: str, by: str) -> Refusal | None: ...

    async def extend(self, deposit: str, until_wall_ms: int, by: str) -> Refusal | None:
        """Whoever may collect ``deposit`` may do so for longer, their proxies too."""
        ...

    async def add_order(self, order: OrderInput, by: str) -> NewCode | Refusal: ...

    async def cancel_order(self, deposit: str, by: str) -> Refusal | None: ...

    def preview_import(self, token: str, orders: Sequence[OrderInput]) -> ImportPlan | Refusal: ...

    async def apply_import(self, token: str, preview: str, by: str) -> ImportOutcome | Refusal: ...

    async def results(self, after_seq: int) -> tuple[Sequence[EnvelopeResult], int]:
        """A page of results from the log after ``after_seq``, and where to go on; 0 at the end."""
        ...


# --- the technician
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DoorInput:
    """How often a door moved since this process began to listen, and when it last did (0: never)."""

    edges: int = 0
    since_wall_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """What a reader process says of itself. ``tenths``: frames per second between its last two words, in tenths."""

    state: str
    frames: int
    decoded: int
    tenths: int


@dataclass(frozen=True, slots=True)
class LockTest:
    """How a test of a lock ended: ``opened``, ``failed``, ``left_open``, or the code for which it was not fired."""

    label: str
    outcome: str
    opened_ms: int
    attempts: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class SelfTestState:
    """``state``: running, done, cancelled or ended. ``waiting`` for ``label`` to ``open`` or ``close``."""

    state: str
    total: int
    done: int
    label: str
    waiting: str
    results: tuple[LockTest, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """24 hours of one figure, the oldest first; None where nothing is known."""

    name: str
    unit: str
    every_ms: int
    points: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """``state``: never, running, whole, damaged or failed."""

    state: str = "never"
    seq: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class LinkState:
    """The line to the central system: off, connected or broken."""

    state: str = "off"
    detail: str = ""
    acknowledged_wall_ms: int = 0
    tls: bool = False


@dataclass(frozen=True, slots=True)
class MachineState:
    """The computer itself; None what it does not tell. Temperature in thousandths of a degree, the rest in bytes."""

    temperature: int | None
    memory_available: int | None


@dataclass(frozen=True, slots=True)
class TechnicianLook:
    """Everything that a technician sees beside the folded state and the front: transient, never in the log."""

    doors: Mapping[str, DoorInput]
    readers: Mapping[str, ReaderInput]
    tests: tuple[LockTest, ...]
    self_test: SelfTestState | None
    trends: tuple[Trend, ...]
    chain: ChainCheck
    link: LinkState
    machine: MachineState
    disk_free_bytes: int
    disk_alarm_bytes: int
    certificate_ends_wall_ms: int
    log_level: str


class TechnicianDesk(Protocol):
    """What the technician's page can ask of the services. Called on the controller's event loop.

    Who may ask for what is decided by whoever calls; nothing here opens a door without the rules' consent.
    """

    def look(self) -> TechnicianLook: ...

    def on_change(self, listener: Callable[[], None]) -> None:
        """``listener`` is called on the loop whenever `look` gives something else than before."""
        ...

    def start_self_test(self, session: str) -> Refusal | None: ...

    def cancel_self_test(self) -> Refusal | None: ...

    def light_lamp(self, label: str) -> Refusal | None: ...

    def set_log_level(self, level: str) -> Refusal | None: ...

    def restart(self, by: str) -> Refusal | None:
        """The process begins to end in order, unless a door is open."""
        ...

    def verify_chain(self) -> Refusal | None:
        """Begins; how far it is stands in `look`."""
        ...

    async def bundle(self, status: object) -> tuple[str, bytes]:
        """A file name and a ZIP file for those who look after boxes; ``status`` is what the page shows. Raises
        `LogError`.
        """
        ...

    def reader_said(self, source: str, state: str, frames: int, decoded: int) -> None: ...

    def reader_gone(self, source: str) -> None: ...


class OutOfOrder(Exception):
    """The box decides nothing any more; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the box is out of order: {reason}")
        self.reason = reason
