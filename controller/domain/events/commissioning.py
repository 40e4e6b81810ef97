"""Rounds in which every vacant lock is fired, and maps that are corrected after them."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class CommissioningStarted(Event):
    """``compartments`` are to be fired, along the front; ``left_out`` may hold something. The map is the one in force,
    ``profile_sha256``.
    """

    round: str
    session: str
    staff: str
    profile_sha256: str
    compartments: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommissioningResumed(Event):
    round: str
    session: str
    staff: str


@dataclass(frozen=True, slots=True)
class CommissioningPaused(Event):
    """Nothing more is fired until somebody goes on. ``reason``: ``asked``, ``session_over``, ``left_open``,
    ``not_vacant`` (a door opened behind which something may be) or ``power_fail``.
    """

    round: str
    reason: str


@dataclass(frozen=True, slots=True)
class CommissioningDone(Event):
    """Every lock of the round was examined."""

    round: str


@dataclass(frozen=True, slots=True)
class LockExamined(Event):
    """What was seen when the lock of ``compartment`` was fired (`controller.domain.commissioning.Examined`).
    ``said_by`` is who said which doors stood open; empty: the contacts did.
    """

    round: str
    compartment: str
    opened: tuple[str, ...]
    moved: tuple[str, ...]
    stuck: tuple[str, ...]
    opened_ms: int
    attempts: int
    fault: str
    said_by: str


@dataclass(frozen=True, slots=True)
class MapCorrectionProposed(Event):
    """A map that a round has proved. ``wires`` are its changes as people read them, ``sha256`` is what it would be."""

    session: str
    staff: str
    sha256: str
    compartments: tuple[str, ...]
    wires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapBadgeAccepted(Event):
    """The first of two persons agrees."""

    session: str
    staff: str


@dataclass(frozen=True, slots=True)
class MapCorrectionAccepted(Event):
    """From the next start on the map is ``sha256``. ``rule``: ``board_empty`` (every compartment of the boards was seen
    empty) or ``two_badges``.
    """

    sha256: str
    by: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class MapCorrectionDropped(Event):
    """``reason``: ``dropped``, ``timeout``, ``session_over``, ``not_written`` or ``another_map``."""

    sha256: str
    reason: str


@dataclass(frozen=True, slots=True)
class WiresMoved(Event):
    """The corrected map is in force. Behind the labels in ``remapped`` may be what nobody has seen."""

    sha256: str
    compartments: tuple[str, ...]
    remapped: tuple[str, ...]
