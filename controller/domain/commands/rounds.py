"""Walks from compartment to compartment."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.model import Purpose


@dataclass(frozen=True, slots=True)
class StartRound(Command):
    """Begins a walk over every compartment that ``purpose`` (recall, returns, clarification, stocktake, emergency)
    is about. ``reason`` is needed for an emergency.
    """

    session: str
    purpose: Purpose
    reason: str


@dataclass(frozen=True, slots=True)
class GoOnWithRound(Command):
    """Shows the next compartment of the walk and waits for its badge, after a pause or when nobody showed one."""

    session: str


@dataclass(frozen=True, slots=True)
class SkipInRound(Command):
    session: str


@dataclass(frozen=True, slots=True)
class LeaveRound(Command):
    """Something else comes first; the walk waits, over a logout too."""

    session: str


@dataclass(frozen=True, slots=True)
class StopRound(Command):
    session: str
