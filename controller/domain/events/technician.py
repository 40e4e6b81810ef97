"""What technicians decide about the box."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class LanguagesOffered(Event):
    """The residents' pages offer these languages from now on, German always among them. ``by`` switched them."""

    tags: tuple[str, ...]
    by: str
