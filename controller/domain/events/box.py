"""What happens to the box itself: its life, its plan, its clock, its faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class LogOpened(Event):
    """The first entry of a log: which box this is, and whether its hardware is ``real`` or ``simulated``."""

    box: str
    kind: str


@dataclass(frozen=True, slots=True)
class CompartmentPlan:
    """A compartment as the cabinet profile describes it (part of `ProfileActivated`). ``pulse_ms``: how long its lock
    is energised. ``item_sensor``: ``yes`` or ``no``.
    """

    label: str
    size: str
    height_mm: int
    column: int
    row: int
    pulse_ms: int
    item_sensor: str


@dataclass(frozen=True, slots=True)
class ProfileActivated(Event):
    """The cabinet's plan and its lock rules are in force. Compartments not listed any more are out of service, not
    forgotten.
    """

    sha256: str
    compartments: tuple[CompartmentPlan, ...]
    open_within_ms: int
    attempts: int
    last_attempt_extra_ms: int
    rest_ms: int


@dataclass(frozen=True, slots=True)
class CabinetSeenEmpty(Event):
    """Somebody looked into every compartment at commissioning and found them empty."""

    by: str


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A document type's policy (part of `PoliciesActivated`). ``missing_old_document`` is ``allow`` or ``stop``;
    ``clone_proof`` and ``revocation`` are ``required`` or ``optional``.
    """

    document_type: str
    factor: str
    declarations: tuple[str, ...]
    holding_days: int
    missing_old_document: str = "allow"
    old_document_days: int = 14
    clone_proof: str = "required"
    revocation: str = "required"


@dataclass(frozen=True, slots=True)
class PoliciesActivated(Event):
    VERSION: ClassVar[int] = 3
    sha256: str
    rules: tuple[PolicyRule, ...]


@dataclass(frozen=True, slots=True)
class BoxStarted(Event):
    """A controller process took over the box. What was in progress before is settled by the events that follow in the
    same append.
    """

    boot: str
    software: str


@dataclass(frozen=True, slots=True)
class BoxStopped(Event):
    """The controller was stopped in an orderly way."""

    reason: str


@dataclass(frozen=True, slots=True)
class ClockTrustChanged(Event):
    """``state`` is ``trusted`` or ``untrusted``."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckpointSealed(Event):
    """The state folded up to the entry before this one has this SHA-256; a snapshot of it is stored beside the log."""

    state_sha256: str
    fold_version: int


@dataclass(frozen=True, slots=True)
class FaultRaised(Event):
    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class FaultCleared(Event):
    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class RefusalsNoted(Event):
    """Requests that were refused with ``code``: the first of its kind alone, later ones counted over ten minutes."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class CommandSettled(Event):
    """A command from the central system had its effect (``done``) or was ``rejected`` with ``code``, in this same
    append.
    """

    issuer: str
    command: str
    name: str
    result: str
    code: str
