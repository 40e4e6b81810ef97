"""What the central system asks for durably."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class CentralCommand(Command):
    """Base of durable commands. ``issuer`` and ``command`` make them idempotent."""

    issuer: str
    command: str


@dataclass(frozen=True, slots=True)
class AnnounceOrder(CentralCommand):
    deposit: str
    orders: tuple[str, ...]
    document_types: tuple[str, ...]
    size: str
    language: str
    low: bool
    group: str


@dataclass(frozen=True, slots=True)
class CancelOrder(CentralCommand):
    deposit: str


@dataclass(frozen=True, slots=True)
class HoldDeposit(CentralCommand):
    deposit: str
    held: bool


@dataclass(frozen=True, slots=True)
class IssueRight(CentralCommand):
    """``proxy``: for somebody who collects for somebody else; ``checked_by`` is then who checked it (an opaque id)."""

    right: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int
    proxy: bool = False
    checked_by: str = ""


@dataclass(frozen=True, slots=True)
class RevokeRight(CentralCommand):
    right: str


@dataclass(frozen=True, slots=True)
class NoteElsewhere(CentralCommand):
    """What the right is for lies at another site, which ``place`` names for its holder."""

    right: str
    place: str
