"""What the technician's page can ask of the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from controller.domain.decision import Refusal
from controller.ports.commissioning import CabinetMap, RoundLook


@dataclass(frozen=True, slots=True)
class DoorInput:
    """How often a door moved since this process began to listen, and when it last did (0: never)."""

    edges: int = 0
    since_wall_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """What a reader process says of itself. ``tenths``: frames per second between its last two words, in tenths.
    ``light``: how a camera's pictures are lit (`hal.wire.SeenLight`), empty where there are none. ``hints``: how often
    a code could not be read, by why (`hal.wire.ScanHint`), since the controller began to listen; ``hint`` the last of
    them and when.
    """

    state: str
    frames: int
    decoded: int
    tenths: int
    light: str = ""
    hint: str = ""
    hint_wall_ms: int = 0
    hints: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LockTest:
    """How a test of a lock ended: ``opened``, ``failed``, ``left_open``, ``other_door``, or the code for which it was
    not fired. ``others``: other doors that opened at its pulse.
    """

    label: str
    outcome: str
    opened_ms: int
    attempts: int
    wall_ms: int
    others: tuple[str, ...] = ()


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
    round: RoundLook = field(default_factory=lambda: RoundLook(None, (), None))


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

    @property
    def cabinet(self) -> CabinetMap: ...

    def doors_seen_open(self, label: str, opened: tuple[str, ...]) -> Refusal | None:
        """In a round, somebody says which doors stand open after the lock of ``label`` was fired."""
        ...

    def doors_closed(self, label: str) -> Refusal | None:
        """In a round, somebody says that all doors are closed, whatever the contacts say."""
        ...

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

    def reader_said(self, source: str, state: str, frames: int, decoded: int, light: str = "") -> None: ...

    def reader_hinted(self, source: str, hint: str) -> None: ...

    def reader_gone(self, source: str) -> None: ...
