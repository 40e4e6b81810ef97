"""What happens to envelopes."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class DepositAnnounced(Event):
    """``low`` is ``yes`` or ``no``: a wish for a compartment within reach of a wheelchair."""

    deposit: str
    orders: tuple[str, ...]
    document_types: tuple[str, ...]
    size: str
    language: str
    low: str
    group: str
    issuer: str


@dataclass(frozen=True, slots=True)
class DepositStored(Event):
    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositUnverified(Event):
    """The document is in doubt. ``tries_left``: how often its holder may still try."""

    deposit: str
    compartment: str
    reason: str
    tries_left: int


@dataclass(frozen=True, slots=True)
class DepositReturnedToExpected(Event):
    """Staff said that the envelope is not in the compartment: it waits to be loaded again."""

    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositMissing(Event):
    """Staff looked and the envelope is not there although nobody is known to have taken it: an alarm."""

    deposit: str
    compartment: str
    by: str


@dataclass(frozen=True, slots=True)
class DepositEnded(Event):
    """``end`` is a `DepositEnd` value. ``left`` is what the compartment holds now, a `Contents` value."""

    deposit: str
    compartment: str
    end: str
    left: str


@dataclass(frozen=True, slots=True)
class DepositHeld(Event):
    """``state`` is ``held`` or ``released``."""

    deposit: str
    state: str
