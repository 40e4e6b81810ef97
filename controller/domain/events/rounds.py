"""Walks from compartment to compartment."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class RoundStarted(Event):
    """``compartments`` in the order in which they are opened, each by a badge of its own."""

    session: str
    purpose: str
    compartments: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class RoundAdvanced(Event):
    """``outcome``: ``done``, ``skipped``, ``jam`` (the door did not open) or ``settled`` (nothing to do there any
    more).
    """

    session: str
    compartment: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RoundLeft(Event):
    """Staff do something else; the walk waits."""

    session: str


@dataclass(frozen=True, slots=True)
class RoundResumed(Event):
    session: str


@dataclass(frozen=True, slots=True)
class RoundEnded(Event):
    """``outcome``: ``finished`` or ``stopped``."""

    session: str
    outcome: str
