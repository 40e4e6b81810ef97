"""What the controller answers: views of its state, made for people to look at."""

from __future__ import annotations

import msgspec


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


class LogPosition(msgspec.Struct, frozen=True):
    seq: int
    hash: str
