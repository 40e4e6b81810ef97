"""What is told to the box for its monthly report."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.events import UseCount


@dataclass(frozen=True, slots=True)
class NoteDocumentsIssued(Command):
    """How many documents the office issued in ``month``. ``session`` is the supervisor's at the box; empty where the
    adapter has made sure who asks, and ``by`` says who.
    """

    session: str
    by: str
    month: str
    count: int


@dataclass(frozen=True, slots=True)
class NoteRunningCost(Command):
    """What the box cost in ``month``, in euro cents; ``session`` and ``by`` as in `NoteDocumentsIssued`."""

    session: str
    by: str
    month: str
    cents: int


@dataclass(frozen=True, slots=True)
class NotePageUse(Command):
    """How the pages were used in so many sessions that none can be told from the others. All were in ``month``."""

    month: str
    sessions: int
    languages: tuple[UseCount, ...]
    modes: tuple[UseCount, ...]
