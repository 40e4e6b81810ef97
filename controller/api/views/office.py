"""What the office sees. Codes appear in one answer each, `SlipView`, and never again."""

from __future__ import annotations

import msgspec

from controller.api.views.front import CompartmentView
from controller.api.views.help import HelpCallView, OutageView


class TaskView(msgspec.Struct, frozen=True):
    """Something that the office wants done at the box. ``kind``: recall, counter, clarification, returns, stocktake;
    ``purpose`` is the opening that does it; ``orders`` are empty when it is about the compartment.
    """

    task: str
    kind: str
    purpose: str
    compartment: str
    deposit: str
    orders: tuple[str, ...]
    reason: str
    by: str
    since_wall_ms: int


class OfficeToken(msgspec.Struct, frozen=True):
    """What every further request carries. ``staff`` and ``roles``: whose it is."""

    token: str
    staff: str
    roles: tuple[str, ...]

    def __repr__(self) -> str:
        return "OfficeToken(…)"


class DocumentTypeView(msgspec.Struct, frozen=True):
    """``factor``: what its holder proves beside the code (none, birth_date, pin, emrtd, eid, staff)."""

    name: str
    factor: str


class OfficeView(msgspec.Struct, frozen=True):
    """The overview. ``mode``: ``standalone`` or ``mqtt`` (orders and codes then are the central system's). ``allowed``
    are the methods of the requests that this person may make here. ``zone`` is the calendar's (IANA), empty without
    one.
    """

    staff: str
    roles: tuple[str, ...]
    allowed: tuple[str, ...]
    box: str
    mode: str
    simulated: bool
    now_wall_ms: int
    clock_trusted: bool
    zone: str = ""
    front: tuple[CompartmentView, ...] = ()
    expected: int = 0
    occupied: int = 0
    vacant: int = 0
    clarification: int = 0
    returned: int = 0
    expiring: int = 0
    overdue: int = 0
    held: int = 0
    calls: tuple[HelpCallView, ...] = ()
    outage: OutageView | None = None
    tasks: tuple[TaskView, ...] = ()
    document_types: tuple[DocumentTypeView, ...] = ()
    languages: tuple[str, ...] = ()
    lease: str = ""
    out_of_order: str = ""


class OrderView(msgspec.Struct, frozen=True):
    """An envelope. ``status``: expected, stored, unverified or missing. ``right``: prepared, issued, claimed, blocked,
    or empty when nobody can collect it. ``factor``: what is asked beside the code. ``hold``: empty, ``held`` (the
    central system has heard of it, or there is none) or ``held_unconfirmed`` (in force here; the central system has not
    acknowledged it yet).
    """

    deposit: str
    orders: tuple[str, ...]
    document_types: tuple[str, ...]
    size: str
    language: str
    low: bool
    status: str
    compartment: str = ""
    reason: str = ""
    stored_wall_ms: int = 0
    expires_wall_ms: int = 0
    right: str = ""
    proxies: int = 0
    factor: str = ""
    hold: str = ""
    hold_reason: str = ""
    overdue: bool = False
    tasks: tuple[str, ...] = ()


class OrderList(msgspec.Struct, frozen=True):
    """``more``: there are others that are not in the list."""

    orders: tuple[OrderView, ...]
    more: bool = False


class SlipView(msgspec.Struct, frozen=True):
    """What stands on a pickup slip. It exists in this one answer only: the box keeps digests.

    ``code`` is the QR code's text, ``number`` the twelve digits below it; ``pin`` stands on a proxy's slip alone.
    ``expires_wall_ms`` is 0 while the envelope is not inside.
    """

    orders: tuple[str, ...]
    language: str
    code: str = ""
    number: str = ""
    pin: str = ""
    proxy: bool = False
    factor: str = ""
    expires_wall_ms: int = 0

    def __repr__(self) -> str:
        return "SlipView(…)"


class ImportProblem(msgspec.Struct, frozen=True):
    """A line that is not taken over, and why (a code)."""

    line: int
    code: str


class ImportPreview(msgspec.Struct, frozen=True):
    """``slips``: how many codes are made at once (a group has one); ``waiting``: new orders that get none, for want of
    what their policy asks for.
    """

    preview: str
    new: int
    changed: int
    unchanged: int
    slips: int
    problems: tuple[ImportProblem, ...] = ()
    waiting: int = 0


class ImportDone(msgspec.Struct, frozen=True):
    new: int
    changed: int
    slips: tuple[SlipView, ...] = ()
    problems: tuple[ImportProblem, ...] = ()


class ResultRow(msgspec.Struct, frozen=True):
    """``result``: stored, collected_confirmed, collected_unconfirmed, recalled, handed_over_at_counter, cancelled,
    expired, missing or held.
    """

    order: str
    result: str
    at_wall_ms: int


class ProofLineView(msgspec.Struct, frozen=True):
    """One thing that happened. ``what`` and ``detail`` as in `controller.ports.ProofLine`."""

    at_wall_ms: int
    clock_trusted: bool
    what: str
    detail: str = ""
    who: str = ""


class ProofView(msgspec.Struct, frozen=True):
    """How an envelope was handed over, as the log of ``box`` has it. ``seq`` and ``hash`` are of the entry that ended
    it.
    """

    order: str
    document_types: tuple[str, ...]
    lines: tuple[ProofLineView, ...]
    end: str
    seq: int
    hash: str


class ResultList(msgspec.Struct, frozen=True):
    """``next_seq``: ask on from here; 0 at the end."""

    rows: tuple[ResultRow, ...]
    next_seq: int = 0
