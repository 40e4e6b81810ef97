"""What a technician sees."""

from __future__ import annotations

import msgspec

from controller.api.views.commissioning import CommissioningView
from controller.api.views.front import CompartmentView


class FaultView(msgspec.Struct, frozen=True):
    code: str
    subject: str
    since_wall_ms: int


class DeviceView(msgspec.Struct, frozen=True):
    """A device and how it is: ``state`` is ok, fault or unknown. ``name``: locks, contacts, clock, disk, log,
    temperature, memory, certificate, ``scanner SOURCE``, ``card reader SOURCE`` or ``central system``. ``value`` is its
    number, where it has one: free bytes of disk and memory, thousandths of a degree, the wall time at which a
    certificate ends.
    """

    name: str
    state: str
    detail: str = ""
    value: int = 0


class InputView(msgspec.Struct, frozen=True):
    """A door as its sensor says, live. ``edges``: how often it moved since the controller was started; ``since``: the
    last time (0: not since then). ``lock``: ready, firing, resting, unlatched or fault. ``blocked``: the code of what
    is against testing it, empty if it may be tested.
    """

    label: str
    door: str
    since_wall_ms: int
    edges: int
    item: str
    lock: str
    blocked: str


class ReaderView(msgspec.Struct, frozen=True):
    """A scanner's own account. ``tenths``: frames per second, in tenths; ``decoded`` since its process was started.
    ``light``: how a camera's pictures are lit: dark, glaring or fine; empty where there are none. ``hint``: why a code
    could not be read the last time (too_dark, too_bright, glare, blurred, too_small, distorted, unclear), when, and
    ``hints`` how often each of them, while this reader was connected.
    """

    source: str
    state: str
    frames: int
    decoded: int
    tenths: int
    light: str = ""
    hint: str = ""
    hint_wall_ms: int = 0
    hints: dict[str, int] = {}


class CardReaderView(msgspec.Struct, frozen=True):
    """A card reader's own account. ``state``: ok, starting, no_reader, no_card_stack or silent; ``card``: something
    lies in the field; ``trust_anchors``: pinned certificates loaded; ``factors``: what it can verify. Of its last
    answer, as codes: ``outcome``, ``reason``, ``issuing_state`` and when (0: none yet).
    """

    source: str
    state: str
    card: bool
    trust_anchors: int
    factors: tuple[str, ...]
    outcome: str = ""
    reason: str = ""
    issuing_state: str = ""
    answered_wall_ms: int = 0


class LockTestView(msgspec.Struct, frozen=True):
    """The last test of a lock. ``outcome``: opened, failed, left_open, other_door, or the code for which it was not
    fired. ``opened_ms`` is the time from the authorisation to the edge (0: none was seen), ``attempts`` how often it
    was fired. ``others``: other doors that opened at its pulse.
    """

    label: str
    outcome: str
    opened_ms: int
    attempts: int
    wall_ms: int
    others: tuple[str, ...] = ()


class SelfTestView(msgspec.Struct, frozen=True):
    """``state``: running, done, cancelled or ended (the session was over). ``compartment`` is tested now; ``waiting``
    for it to ``open`` or for the person to ``close`` it.
    """

    state: str
    total: int
    done: int
    compartment: str
    waiting: str
    results: tuple[LockTestView, ...]


class TrendView(msgspec.Struct, frozen=True):
    """24 hours of one figure, the oldest first; ``None`` where nothing is known. ``every_ms``: between two points."""

    name: str
    unit: str
    every_ms: int
    points: tuple[int | None, ...]


class ChainCheckView(msgspec.Struct, frozen=True):
    """A verification of the whole log: ``state`` is never, running, whole, damaged or failed; ``seq`` of ``of``."""

    state: str
    seq: int
    of: int


class LinkView(msgspec.Struct, frozen=True):
    """The line to the central system. ``state``: off (the box works alone), connected or broken."""

    state: str
    detail: str = ""
    acknowledged_wall_ms: int = 0
    tls: bool = False


class OfferedLanguage(msgspec.Struct, frozen=True):
    tag: str
    offered: bool


class TechnicianView(msgspec.Struct, frozen=True):
    """The state of the box for a technician. ``light``: green, yellow or red. ``restart_blocked``: the code of what is
    against restarting the controller now.
    """

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
    inputs: tuple[InputView, ...] = ()
    readers: tuple[ReaderView, ...] = ()
    tests: tuple[LockTestView, ...] = ()
    self_test: SelfTestView | None = None
    trends: tuple[TrendView, ...] = ()
    chain: ChainCheckView = ChainCheckView("never", 0, 0)
    link: LinkView = LinkView("off")
    languages: tuple[OfferedLanguage, ...] = ()
    log_level: str = ""
    restart_blocked: str = ""
    scan_mode: str = ""
    card_readers: tuple[CardReaderView, ...] = ()
    commissioning: CommissioningView | None = None


class LogPosition(msgspec.Struct, frozen=True):
    seq: int
    hash: str


class EventLine(msgspec.Struct, frozen=True):
    """An entry of the log for eyes. ``details``: its data as ``name=value`` words."""

    seq: int
    wall_ms: int
    clock_trusted: bool
    type: str
    group: str
    compartment: str
    details: str


class EventPage(msgspec.Struct, frozen=True):
    """Events from the newest. ``before``: where the next page begins (0: there is none); ``searched`` entries were
    looked through for this one.
    """

    lines: tuple[EventLine, ...]
    before: int
    searched: int


class ExportLine(msgspec.Struct, frozen=True):
    """An entry as it is stored. ``hash`` is hex, the SHA-256 of ``body`` in UTF-8."""

    seq: int
    hash: str
    body: str


class EventExport(msgspec.Struct, frozen=True):
    """A piece of an export, the oldest first. ``after``: where the next piece begins (0: this was the last)."""

    lines: tuple[ExportLine, ...]
    after: int


class Bundle(msgspec.Struct, frozen=True):
    """A support bundle: a ZIP file and what to call it."""

    name: str
    content: bytes
