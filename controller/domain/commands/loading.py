"""What a loader says about the envelope in hand."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class UndoLoading(Command):
    """The last booking of this session was wrong: the compartment is to be opened again, by a fresh badge."""

    session: str


@dataclass(frozen=True, slots=True)
class ReportTooSmall(Command):
    """The envelope does not fit into the compartment that stands open for it."""

    session: str


@dataclass(frozen=True, slots=True)
class ReportNoOldDocument(Command):
    """The old document that the books know of is not in the compartment."""

    session: str
