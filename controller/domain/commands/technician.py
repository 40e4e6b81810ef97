"""What technicians and supervisors decide about the box."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command


@dataclass(frozen=True, slots=True)
class OfferLanguages(Command):
    """The residents' pages are to offer ``tags`` and no other language."""

    session: str
    tags: tuple[str, ...]
