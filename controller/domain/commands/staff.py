"""What staff and technicians ask for."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.model import Purpose


@dataclass(frozen=True, slots=True)
class RegisterStaff(Command):
    staff: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnlockStaff(Command):
    staff: str
    by: str


@dataclass(frozen=True, slots=True)
class PresentBadge(Command):
    staff: str
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class TryStaffPin(Command):
    """A PIN was typed for the badge seen last; counted before the comparison."""


@dataclass(frozen=True, slots=True)
class StaffPinCompared(Command):
    staff: str
    matched: bool


@dataclass(frozen=True, slots=True)
class LogOut(Command):
    session: str


@dataclass(frozen=True, slots=True)
class SuspendStaff(Command):
    """Staff let a resident go first."""

    session: str


@dataclass(frozen=True, slots=True)
class PresentOrder(Command):
    """A loader scanned the barcode of an order or document."""

    order: str


@dataclass(frozen=True, slots=True)
class ReportObstructed(Command):
    session: str


@dataclass(frozen=True, slots=True)
class AnswerLoading(Command):
    """ "Is the envelope in A07?" after an interrupted loading. ``answer`` is ``yes`` or ``no``."""

    session: str
    deposit: str
    answer: str


@dataclass(frozen=True, slots=True)
class RequestOpening(Command):
    session: str
    compartment: str
    purpose: Purpose
    reason: str


@dataclass(frozen=True, slots=True)
class DropRequest(Command):
    session: str


@dataclass(frozen=True, slots=True)
class ReportContents(Command):
    """What lies in the compartment after a guided opening: ``empty``, ``envelope`` or ``old_document``.

    ``deposit_end`` says what became of the envelope when the compartment is empty: a `DepositEnd` value, ``expected``
    (it was never put in) or ``missing``.
    """

    session: str
    contents: str
    deposit_end: str


@dataclass(frozen=True, slots=True)
class TestCompartment(Command):
    session: str
    compartment: str
