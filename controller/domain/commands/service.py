"""Compartments taken out of service and put back, and a session that goes on."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class SetService(Command):
    """``reason`` is a code and only needed when taking out. What is inside stays where it is."""

    session: str
    compartment: str
    in_service: bool
    reason: str


@dataclass(frozen=True, slots=True)
class KeepStaffSession(Command):
    """Somebody is still there: the idle time begins anew."""

    session: str
