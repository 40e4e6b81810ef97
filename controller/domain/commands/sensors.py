"""The facts that sensors and drivers report."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.commands.base import Command
from controller.domain.model import Door, Item


@dataclass(frozen=True, slots=True)
class DoorSensed(Command):
    """A debounced reading. ``seen_mono_ms`` is stamped at the first edge of the level."""

    compartment: str
    door: Door
    seen_mono_ms: int


@dataclass(frozen=True, slots=True)
class ItemSensed(Command):
    compartment: str
    item: Item


@dataclass(frozen=True, slots=True)
class PulseFinished(Command):
    """The coil is off again, or could not be fired (``code`` not empty)."""

    authorisation: str
    code: str = ""
