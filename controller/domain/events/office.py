"""What the office does, and the tasks that it leaves for the box."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class OfficePasswordSet(Event):
    """This member of staff has a (new) password for the office pages."""

    staff: str


@dataclass(frozen=True, slots=True)
class OfficeLoggedIn(Event):
    staff: str


@dataclass(frozen=True, slots=True)
class TaskQueued(Event):
    """``kind``: ``recall``, ``counter``, ``clarification``, ``returns`` or ``stocktake``. It waits to be done at the
    box.
    """

    task: str
    kind: str
    compartment: str
    deposit: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskDone(Event):
    """The compartment was opened at the box and its contents were reported by ``by``."""

    task: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskDropped(Event):
    task: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositHoldChanged(Event):
    """``state`` is ``held`` or ``released``, by a member of staff and for a reason (`DepositHeld`: by the central
    system).
    """

    deposit: str
    state: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositAmended(Event):
    """What was announced is corrected; the fields are those of `DepositAnnounced`."""

    deposit: str
    document_types: tuple[str, ...]
    size: str
    language: str
    low: str
    by: str


@dataclass(frozen=True, slots=True)
class RightExtended(Event):
    right: str
    expires_wall_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class CredentialReplaced(Event):
    """The codes that the right had are over; it has a new one, and wrong second factors are forgotten."""

    right: str
    by: str
