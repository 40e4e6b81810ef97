"""What is asked from the office, in a browser on its network. Nothing of it opens a door."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class NoteOfficePassword(Command):
    """A password for the office pages was set; its hash is written beside the event."""

    staff: str


@dataclass(frozen=True, slots=True)
class NoteOfficeLogin(Command):
    staff: str


@dataclass(frozen=True, slots=True)
class QueueTask(Command):
    """``kind`` is a `TaskKind` value. About the envelope ``deposit``, or about ``compartment`` when that is empty."""

    kind: str
    deposit: str
    compartment: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class DropTask(Command):
    task: str
    by: str


@dataclass(frozen=True, slots=True)
class HoldByStaff(Command):
    """Do not hand out, for ``reason``; or hand out again."""

    deposit: str
    held: bool
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ExtendPeriod(Command):
    """The envelopes of ``right`` may be collected until ``expires_wall_ms``, later than so far."""

    right: str
    expires_wall_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class ReplaceCredential(Command):
    """The codes of ``right`` are over from now on; a new one is written beside the event."""

    right: str
    by: str


@dataclass(frozen=True, slots=True)
class AmendDeposit(Command):
    """An order that is not loaded yet was announced wrongly."""

    deposit: str
    document_types: tuple[str, ...]
    size: str
    language: str
    low: bool
    by: str
