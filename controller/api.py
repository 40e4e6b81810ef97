"""The control API: typed requests, views and a small client. Standard library and msgspec only.

JSON-RPC 2.0, one message a line, over a unix socket for each role. A request is a `Request` struct: its class names the
method and the type of the result. The controller sends one kind of notification, `ViewChanged`: the named view has a
new revision; whoever shows that view fetches it. Models that carry a secret show ``…`` instead of their fields.

Everything a person can do here is checked again in the controller, which wants a badge, an order or a pickup code to
have come from a reader: nothing that this API can say opens a door by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

LINE_LIMIT = 65_536

ResultT = TypeVar("ResultT")


class Nothing(msgspec.Struct, frozen=True):
    """The result of a request that only does something."""


class Request(msgspec.Struct, Generic[ResultT], frozen=True, forbid_unknown_fields=True):
    """Base of all requests."""

    METHOD: ClassVar[str] = ""
    RESULT: ClassVar[type] = Nothing


# --- views
# -------------------------------------------------------------------------------------------------------------------


class CompartmentView(msgspec.Struct, frozen=True):
    """One compartment for a plan of the front. ``state``: vacant, occupied, presumed_empty, returned, unknown,
    clarification, out_of_service. ``door``: open, closed, unknown. ``lit``: it is the one that the page is about.
    ``reasons``: codes.
    """

    label: str
    column: int
    row: int
    size: str
    height_mm: int
    state: str
    door: str
    lit: bool = False
    reasons: tuple[str, ...] = ()


class KioskView(msgspec.Struct, frozen=True):
    """What a resident's page shows now. No name, no document type: only compartments.

    ``page`` is a key of the pages (start, code_unknown, opening, take, …). ``session`` is the token that actions carry;
    empty on pages without a session. ``ends_in_ms`` is how long the page lasts, counted at the moment of the answer (0:
    it does not end by itself). ``number`` of ``total``: which of several envelopes. ``actions`` are the requests the
    page may offer, by name.
    """

    revision: int
    page: str
    session: str = ""
    language: str = "de"
    compartment: str = ""
    number: int = 0
    total: int = 0
    reference: str = ""
    tries_left: int = 0
    wait_s: int = 0
    date_wall_ms: int = 0
    ends_in_ms: int = 0
    warns_in_ms: int = 0
    declaration: str = ""
    actions: tuple[str, ...] = ()
    front: tuple[CompartmentView, ...] = ()
    simulated: bool = False


class LoadingQuestion(msgspec.Struct, frozen=True):
    """After an interrupted loading: is the envelope of ``order`` in ``compartment``?"""

    deposit: str
    order: str
    compartment: str


class DoubtfulCompartment(msgspec.Struct, frozen=True):
    """A compartment under clarification, with what is known of it."""

    label: str
    reasons: tuple[str, ...]
    orders: tuple[str, ...]
    contents: str
    door: str


class StaffNotice(msgspec.Struct, frozen=True):
    """The last thing that happened at the front, for the staff page: ``code`` (load_booked, load_unknown, …) and
    where.
    """

    code: str
    compartment: str = ""
    order: str = ""
    tries_left: int = 0


class StaffView(msgspec.Struct, frozen=True):
    """What the staff page at the box shows now.

    ``page``: badge (show your badge), pin, load_ready, load_open, show_badge (an opening waits for its badge), report
    (what lies inside?), busy (a resident is served), out_of_order.
    """

    revision: int
    page: str
    session: str = ""
    staff: str = ""
    roles: tuple[str, ...] = ()
    compartment: str = ""
    purpose: str = ""
    reason: str = ""
    badges_needed: int = 0
    badges_seen: int = 0
    look_inside: bool = False
    notice: StaffNotice | None = None
    questions: tuple[LoadingQuestion, ...] = ()
    doubtful: tuple[DoubtfulCompartment, ...] = ()
    expected: int = 0
    occupied: int = 0
    vacant: int = 0
    stored_now: int = 0
    front: tuple[CompartmentView, ...] = ()
    simulated: bool = False


class FaultView(msgspec.Struct, frozen=True):
    code: str
    subject: str
    since_wall_ms: int


class DeviceView(msgspec.Struct, frozen=True):
    """A device and how it is: ``state`` is ok, fault or unknown."""

    name: str
    state: str
    detail: str = ""


class TechnicianView(msgspec.Struct, frozen=True):
    """The state of the box for a technician. ``light``: green, yellow or red."""

    revision: int
    box: str
    light: str
    software: str
    kind: str
    boot: str
    starts: int
    clock_trusted: bool
    wall_ms: int
    faults: tuple[FaultView, ...]
    devices: tuple[DeviceView, ...]
    front: tuple[CompartmentView, ...]
    log_seq: int
    log_hash: str
    log_verified_seq: int
    central_acknowledged_seq: int
    lease: str
    out_of_order: str = ""


# --- requests of the pages
# ---------------------------------------------------------------------------------------------------


class GetKiosk(Request[KioskView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.kiosk"
    RESULT = KioskView


class GetStaff(Request[StaffView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.staff"
    RESULT = StaffView


class GetTechnician(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.technician"
    RESULT = TechnicianView


class ChooseLanguage(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``language`` is a BCP 47 tag such as ``de`` or ``en``. The page returns to German with the next person."""

    METHOD = "resident.language"
    revision: int
    language: str


class Declare(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Answers the declaration on the page; ``answer`` is yes or no. ``several`` is answered by its Continue button."""

    METHOD = "resident.declare"
    session: str
    revision: int
    declaration: str
    answer: str


class EnterFactor(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A birth date (YYYYMMDD) or PIN."""

    METHOD = "resident.factor"
    session: str
    revision: int
    value: str

    def __repr__(self) -> str:
        return "EnterFactor(…)"


class Confirm(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``choice``: everything, open_again, missing, foreign, error."""

    METHOD = "resident.confirm"
    session: str
    revision: int
    choice: str


class MoreTime(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.more_time"
    session: str
    revision: int


class Cancel(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.cancel"
    session: str
    revision: int


class Dismiss(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Leaves a page that only says something (code unknown, done …) before its time is over."""

    METHOD = "resident.dismiss"
    revision: int


class StaffLogin(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The PIN for the badge that was read at the box in the last 30 s."""

    METHOD = "staff.login"
    pin: str

    def __repr__(self) -> str:
        return "StaffLogin(…)"


class StaffLogout(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.logout"
    session: str


class StaffObstructed(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "The compartment is not empty.\""""

    METHOD = "staff.obstructed"
    session: str


class StaffAnswerLoading(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.answer_loading"
    session: str
    deposit: str
    answer: str


class StaffRequestOpening(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``purpose``: recall, returns, stocktake, clarification or emergency. It opens when a badge is shown at the box
    after this.
    """

    METHOD = "staff.request_opening"
    session: str
    compartment: str
    purpose: str
    reason: str = ""


class StaffDropRequest(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.drop_request"
    session: str


class StaffReport(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``contents``: empty, envelope or old_document; ``deposit_end``: what became of the envelope if it is gone
    (recalled, collected_unconfirmed, handed_over_at_counter, expected, missing).
    """

    METHOD = "staff.report"
    session: str
    contents: str
    deposit_end: str = ""


class TestCompartment(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "technician.test"
    session: str
    compartment: str


# --- requests of the administrator's command line
# ------------------------------------------------------------------------------


class RegisterStaff(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Registers or replaces a staff member. ``badge_sha256`` is hex, ``pin_hash`` an argon2id PHC string."""

    METHOD = "admin.register_staff"
    staff: str
    roles: tuple[str, ...]
    badge_sha256: str
    pin_hash: str

    def __repr__(self) -> str:
        return "RegisterStaff(…)"


class UnlockStaff(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.unlock_staff"
    staff: str


class LogPosition(msgspec.Struct, frozen=True):
    seq: int
    hash: str


class VerifyLog(Request[LogPosition], frozen=True, forbid_unknown_fields=True):
    """Verifies the whole chain now and answers with its end."""

    METHOD = "admin.verify_log"
    RESULT = LogPosition


class GetStatus(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.status"
    RESULT = TechnicianView


UI_REQUESTS: tuple[type[Request[Any]], ...] = (
    GetKiosk,
    GetStaff,
    GetTechnician,
    ChooseLanguage,
    Declare,
    EnterFactor,
    Confirm,
    MoreTime,
    Cancel,
    Dismiss,
    StaffLogin,
    StaffLogout,
    StaffObstructed,
    StaffAnswerLoading,
    StaffRequestOpening,
    StaffDropRequest,
    StaffReport,
    TestCompartment,
)
ADMIN_REQUESTS: tuple[type[Request[Any]], ...] = (GetStatus, RegisterStaff, UnlockStaff, VerifyLog)


# --- messages on the line
# ------------------------------------------------------------------------------------------------------


class ViewChanged(msgspec.Struct, frozen=True):
    """The controller's notification: the view (``kiosk``, ``staff``, ``technician``) has this revision now."""

    METHOD: ClassVar[str] = "view.changed"
    view: str
    revision: int


class ErrorObject(msgspec.Struct, frozen=True):
    """JSON-RPC error. ``data`` holds ``reason`` (a stable code) and details."""

    code: int
    message: str
    data: dict[str, str | int] = {}


PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
#: The request was understood and refused; ``data.reason`` says why.
REFUSED = -32000
#: The page that asked was stale: fetch the view and let the person look again (HTTP 409).
STALE = -32001
#: The box is out of order and refuses everything.
OUT_OF_ORDER = -32002


class _Incoming(msgspec.Struct, frozen=True):
    id: int | None = None
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"")
    result: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorObject | None = None


class ControlError(Exception):
    """The controller refused. ``reason`` is a stable code, ``details`` what a page needs to say it."""

    def __init__(self, error: ErrorObject) -> None:
        details = dict(error.data)
        self.code = error.code
        self.reason = str(details.pop("reason", "error"))
        self.details = details
        super().__init__(f"{self.reason}: {error.message}")

    @property
    def stale(self) -> bool:
        return self.code == STALE


class Disconnected(ConnectionError):
    """The controller is not there, or went away while it was asked. Whether the request had an effect is shown by the
    view.
    """


class ControlClient:
    """A connection to one control socket, for one event loop. It does not reconnect: make a new one when `Disconnected`
    was raised.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[_Incoming]] = {}
        self._listeners: list[Callable[[ViewChanged], None]] = []
        self._incoming = msgspec.json.Decoder(_Incoming)
        self._encoder = msgspec.json.Encoder()
        self.closed = asyncio.Event()
        self._task = asyncio.create_task(self._receive())

    @classmethod
    async def connect(cls, path: str) -> ControlClient:
        """Raises `Disconnected` when nobody listens at ``path``."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT * 16)
        except OSError as error:
            raise Disconnected(f"no controller at {path}: {error.strerror or error}") from error
        return cls(reader, writer)

    def on_change(self, listener: Callable[[ViewChanged], None]) -> None:
        """``listener`` is called on the event loop for every new revision; it must not raise."""
        self._listeners.append(listener)

    async def call(self, request: Request[ResultT]) -> ResultT:
        """Sends a request and waits for its answer. Raises `ControlError` when refused and `Disconnected` when the line
        breaks.
        """
        if self.closed.is_set():
            raise Disconnected("the controller has closed the connection")
        self._next_id += 1
        number = self._next_id
        future: asyncio.Future[_Incoming] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        message = {"jsonrpc": "2.0", "id": number, "method": request.METHOD, "params": request}
        try:
            self._writer.write(self._encoder.encode(message) + b"\n")
            await self._writer.drain()
            answer = await future
        except OSError as error:
            raise Disconnected("the line to the controller broke") from error
        finally:
            self._waiting.pop(number, None)
        if answer.error is not None:
            raise ControlError(answer.error)
        result: ResultT = msgspec.json.decode(answer.result, type=request.RESULT)
        return result

    async def _receive(self) -> None:
        try:
            while line := await self._reader.readline():
                message = self._incoming.decode(line)
                if message.method == ViewChanged.METHOD:
                    changed = msgspec.json.decode(message.params, type=ViewChanged)
                    for listener in self._listeners:
                        listener(changed)
                elif message.id is not None and (future := self._waiting.get(message.id)) and not future.done():
                    future.set_result(message)
        except (OSError, ValueError, msgspec.DecodeError):
            # A line that cannot be read is treated like one that broke: whoever waits is told below.
            self._writer.close()
        finally:
            self.closed.set()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Disconnected("the controller has closed the connection"))

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


@contextlib.asynccontextmanager
async def connected(path: str) -> AsyncIterator[ControlClient]:
    """A client for the time of a ``with`` block."""
    client = await ControlClient.connect(path)
    try:
        yield client
    finally:
        await client.close()
