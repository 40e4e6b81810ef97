"""What follows from what a resident declared."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class DeclarationAdded(Event):
    """An answer made one more declaration necessary; it is asked next. ``until_wall_ms`` is the date in it (0: none can
    be named, the clock is not trusted).
    """

    session: str
    declaration: str
    until_wall_ms: int


@dataclass(frozen=True, slots=True)
class ReturnMissing(Event):
    """The holder of the right goes on without the old documents and has read until when they are to be handed in at the
    counter (0: no date was named). It counts once deposits of the right are collected.
    """

    session: str
    right: str
    until_wall_ms: int
