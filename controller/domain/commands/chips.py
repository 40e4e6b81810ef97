"""Checking a document: by its chip, or by a person who looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class BeginChipCheck(Command):
    """The card reader is about to be asked."""

    session: str


@dataclass(frozen=True, slots=True)
class NoteChip(Command):
    """What the card reader answered, but for ``verified``: then the try is counted and compared (`TryFactor`).

    ``outcome``: refused, retry or unsupported. ``tries_left`` is that of an eID-PIN, and counts only for one.
    """

    session: str
    outcome: str
    reason: str
    issuing_state: str = ""
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class GiveUpChip(Command):
    """The chip cannot be checked in this session any more: ``reason`` is why."""

    session: str
    reason: str


@dataclass(frozen=True, slots=True)
class AskStaffCheck(Command):
    """The resident asks for a person instead of the card reader."""

    session: str
