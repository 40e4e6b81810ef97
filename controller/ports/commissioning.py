"""What a round before the front needs of the cabinet's map, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.domain.commissioning import Examined


@dataclass(frozen=True, slots=True)
class Examination:
    """The lock in hand. ``stage``: ``open`` (fired, something is to move), ``question`` (a person has to say which door
    stands open), ``close`` (``doors`` want closing) or ``close_first`` (it is open before anything was fired).
    ``moved``: contacts that changed, in their order. ``answers``: how often a person has said what is open.
    """

    label: str
    stage: str
    moved: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    attempts: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class LockFinding:
    """Something to mend (`hal.wiring.judgement.Code`); ``other`` is what else it is about."""

    code: str
    label: str
    other: str


@dataclass(frozen=True, slots=True)
class WireChange:
    """``what``: ``lock`` or ``contact``; ``before`` and ``after`` name a bank's channel."""

    label: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.what} {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class MapProposal:
    """A map that a round proves. ``compartments`` are those whose wires change, ``boards`` every compartment with a
    wire on a board that is touched.
    """

    sha256: str
    compartments: tuple[str, ...]
    boards: tuple[str, ...]
    wires: tuple[WireChange, ...]


class MapNotWritten(Exception):
    """The corrected map could not be put where the next start reads it."""


class CabinetMap(Protocol):
    """Which wire is whose, as the controller was started with it."""

    @property
    def name(self) -> str:
        """The cabinet's."""
        ...

    def wires(self, label: str) -> tuple[str, str]:
        """Of its lock and of its contact."""
        ...

    def pulse_ms(self, label: str) -> int: ...

    def findings(self, results: Sequence[Examined]) -> tuple[LockFinding, ...]: ...

    def proposal(self, results: Sequence[Examined]) -> MapProposal | None:
        """None where nothing is proved to be elsewhere, or the box would not start with what is proved."""
        ...

    def write(self, sha256: str) -> None:
        """Puts the proposed map with this hash where the next start reads it, the one before kept beside it. Slow.
        Raises `MapNotWritten`.
        """
        ...


@dataclass(frozen=True, slots=True)
class RoundLook:
    """What is not in the folded state: the lock in hand, what is to be mended, the map that is proved."""

    examination: Examination | None
    findings: tuple[LockFinding, ...]
    proposal: MapProposal | None
