"""Rounds in which every vacant lock is fired, and the map that they prove. Each lock is fired by `TestCompartment`."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class StartCommissioning(Command):
    """A new round over every compartment that may be tested."""

    session: str


@dataclass(frozen=True, slots=True)
class GoOnWithCommissioning(Command):
    """The paused round goes on in this session with what it has not examined yet."""

    session: str


@dataclass(frozen=True, slots=True)
class PauseCommissioning(Command):
    """``reason``: ``asked``, ``left_open`` or ``power_fail``."""

    session: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteExamination(Command):
    """What was seen when a lock of the round was fired; the fields are those of `Examined`."""

    session: str
    compartment: str
    opened: tuple[str, ...]
    moved: tuple[str, ...]
    stuck: tuple[str, ...]
    opened_ms: int
    attempts: int
    fault: str
    said: bool


@dataclass(frozen=True, slots=True)
class EndTest(Command):
    """Whoever stands there says what the contact of the lock under test does not: that its door is open, that it is
    closed again, or that it does not open.
    """

    session: str
    compartment: str


@dataclass(frozen=True, slots=True)
class ProposeMap(Command):
    """A map that the round proves: ``sha256`` is its hash, ``touched`` are those whose wires change, ``boards``
    every compartment with a wire on a board that is touched, ``wires`` the changes as people read them.
    """

    session: str
    sha256: str
    touched: tuple[str, ...]
    boards: tuple[str, ...]
    wires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DropMap(Command):
    """The map is not to be corrected. ``reason``: ``dropped`` or ``not_written``."""

    reason: str
