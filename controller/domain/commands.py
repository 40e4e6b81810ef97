"""What can be asked of the box, and the facts its sensors report. Commands carry no secret: credentials are looked up
before.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events import CompartmentPlan, PolicyRule
from controller.domain.model import Door, Item, LockRules, Purpose


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""


# --- life of the process
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenLog(Command):
    box: str
    kind: str


@dataclass(frozen=True, slots=True)
class ActivateProfile(Command):
    """``seen_empty_by`` names who looked into every compartment at commissioning; only meaningful for the first
    profile.
    """

    sha256: str
    compartments: tuple[CompartmentPlan, ...]
    rules: LockRules
    seen_empty_by: str


@dataclass(frozen=True, slots=True)
class ActivatePolicies(Command):
    sha256: str
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True, slots=True)
class StartBox(Command):
    """Outputs are inactive and every door was read: settle what was open when the last process ended."""

    software: str
    doors: dict[str, Door]


@dataclass(frozen=True, slots=True)
class StopBox(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class Tick(Command):
    """Time has passed: act on what is due."""


@dataclass(frozen=True, slots=True)
class JudgeClock(Command):
    trusted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SetFault(Command):
    """A device's state as its owner sees it. Repeating it changes nothing."""

    code: str
    subject: str
    active: bool


@dataclass(frozen=True, slots=True)
class NoteRefusals(Command):
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class SealCheckpoint(Command):
    state_sha256: str
    fold_version: int


# --- sensors and drivers
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DoorSensed(Command):
    """A debounced reading. ``seen_mono_ms`` is stamped at the first edge of the level."""

    compartment: str
    door: Door
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class ItemSensed(Command):
    compartment: str
    item: Item


@dataclass(frozen=True, slots=True)
class PulseFinished(Command):
    """The coil is off again, or could not be fired (``code`` not empty)."""

    authorisation: str
    code: str = ""


# --- residents
# ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PresentCredential(Command):
    """A credential that the box knows was presented. ``verifiers`` are the second factors that can be compared for
    it.
    """

    right: str
    via: str
    verifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryFactor(Command):
    session: str


@dataclass(frozen=True, slots=True)
class FactorCompared(Command):
    session: str
    matched: bool


@dataclass(frozen=True, slots=True)
class Declare(Command):
    """``answer`` is ``yes`` or ``no``."""

    session: str
    declaration: str
    answer: str


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    """``choice``: ``everything``, ``open_again``, ``missing``, ``foreign``, ``error``."""

    session: str
    choice: str


@dataclass(frozen=True, slots=True)
class ExtendSession(Command):
    session: str


@dataclass(frozen=True, slots=True)
class CancelSession(Command):
    session: str


# --- staff
# --------------------------------------------------------------------------------------------------------------------


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


# --- the central system
# -------------------------------------------------------------------------------------------------------


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
    right: str
    deposits: tuple[str, ...]
    language: str
    not_before_wall_ms: int
    expires_wall_ms: int


@dataclass(frozen=True, slots=True)
class RevokeRight(CentralCommand):
    right: str
