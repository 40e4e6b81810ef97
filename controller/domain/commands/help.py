"""Calls for help."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.commands.central import CentralCommand


@dataclass(frozen=True, slots=True)
class CallHelp(Command):
    """Somebody at the box asks for a person. ``session`` is the resident's session, empty without one. Asking again
    while the call stands changes nothing.
    """

    session: str


@dataclass(frozen=True, slots=True)
class AcknowledgeHelp(Command):
    """Somebody is coming: only after this may the page say so. ``by`` is a staff or office id."""

    call: str
    by: str


@dataclass(frozen=True, slots=True)
class EndHelp(Command):
    """The call is answered."""

    call: str
    by: str


@dataclass(frozen=True, slots=True)
class CentralAcknowledgeHelp(CentralCommand):
    call: str
