"""A round before the front in which every vacant lock is fired, and the map that it proves."""

from __future__ import annotations

import msgspec


class LockResultView(msgspec.Struct, frozen=True):
    """One lock. ``opened``: doors that stood open, as somebody ``said`` or as the contacts told; ``moved``:
    compartments whose contacts changed; ``stuck``: contacts that did not come back. ``opened_ms`` (0: not measured) is
    to be at most ``limit_ms``. ``fault``: the driver's code, or why it was not fired (then ``attempts`` is 0).
    """

    compartment: str
    opened: tuple[str, ...]
    moved: tuple[str, ...]
    stuck: tuple[str, ...]
    opened_ms: int
    limit_ms: int
    attempts: int
    fault: str
    said: bool
    wall_ms: int


class LockFindingView(msgspec.Struct, frozen=True):
    """Something to mend. ``other``: what else it is about."""

    code: str
    compartment: str
    other: str


class WireChangeView(msgspec.Struct, frozen=True):
    """``what``: lock or contact."""

    compartment: str
    what: str
    before: str
    after: str


class ExaminationView(msgspec.Struct, frozen=True):
    """The lock in hand. ``stage``: open, question, close or close_first; ``doors`` want closing. ``answers``: how often
    somebody has said what is open.
    """

    compartment: str
    stage: str
    moved: tuple[str, ...]
    doors: tuple[str, ...]
    attempts: int
    answers: int = 0


class MapCorrectionView(msgspec.Struct, frozen=True):
    """The map as it would be, or will be. ``state``: proved (nobody has asked for it yet), badge, second_badge or
    accepted. ``rule``: what it takes now, board_empty or two_badges. ``wires``: what changes.
    """

    sha256: str
    state: str
    rule: str
    wires: tuple[WireChangeView, ...]


class CommissioningView(msgspec.Struct, frozen=True):
    """``state``: running, paused or done. ``paused``: why; ``resumable``: the map is still the one that it was about.
    ``left_out``: compartments that may hold something, and are not touched.
    """

    round: str
    state: str
    paused: str
    resumable: bool
    staff: str
    began_wall_ms: int
    ended_wall_ms: int
    total: int
    left_out: tuple[str, ...]
    results: tuple[LockResultView, ...]
    findings: tuple[LockFindingView, ...]
    examination: ExaminationView | None = None
    correction: MapCorrectionView | None = None


class LockWires(msgspec.Struct, frozen=True):
    """A compartment in the front, its wires and the length of its pulse in ms."""

    label: str
    column: int
    row: int
    lock: str
    contact: str
    pulse_ms: int


class CommissioningSheet(msgspec.Struct, frozen=True):
    """What the protocol of the last round says. ``map_sha256`` is the map that it was about, ``log_seq`` and
    ``log_hash`` where the log stood when this was asked for.
    """

    box: str
    kind: str
    cabinet: str
    map_sha256: str
    log_seq: int
    log_hash: str
    round: CommissioningView
    locks: tuple[LockWires, ...]
