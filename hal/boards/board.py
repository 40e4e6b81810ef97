"""What a driver gives back when it has opened the boards of its kind, and how it finds what is theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hal.interfaces import DoorLevel, DoorSensors, LockBank
from hal.profile import ClosedLevel, Profile


class Switch(Protocol):
    """One output that is no lock's: a lamp, a light, the buzzer. Any thread."""

    def switch(self, on: bool) -> None:
        """Raises whatever a pin's library raises. Trouble with a board is a fault of the board and no exception: it is
        told when it hears again.
        """
        ...

    def close(self) -> None:
        """Off; give the device back. Idempotent."""
        ...


class BoardContacts(Protocol):
    """Contacts on a board that are no door's. Any thread."""

    def contact(self, name: str) -> DoorLevel:
        """What the last poll said, as of a door's contact; ``UNKNOWN`` when that was long ago."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What is on the boards of one kind; all empty when the profile has no such board."""

    locks: Sequence[LockBank] = ()
    doors: Sequence[DoorSensors] = ()
    switches: Mapping[str, Switch] = field(default_factory=dict)
    """By what `Profile.outputs` calls them."""
    contacts: Mapping[str, BoardContacts] = field(default_factory=dict)
    """By what `Profile.contacts` calls them: where each is."""


def locks_on(profile: Profile, bank: str) -> dict[str, int]:
    """Compartment → channel, of the locks that ``bank`` (by its name) drives, in the profile's order."""
    return {item.label: item.lock for item in profile.compartments if item.bank == bank}


def sensors_on(profile: Profile, place: str) -> dict[str, int]:
    """Compartment → channel, of the door contacts that end at a bank, or at the header."""
    wires = {item.label: profile.sensor_wire(item) for item in profile.compartments}
    return {label: wire.channel for label, wire in wires.items() if wire.bank == place}


def switches_on(profile: Profile, place: str) -> dict[str, int]:
    """Name → channel, of the outputs that are no locks at a bank, or at the header."""
    return {name: wire.channel for name, wire in profile.outputs().items() if wire.bank == place}


def contacts_on(profile: Profile, place: str) -> dict[str, int]:
    """Name → channel, of the contacts that are no door's at a bank, or at the header."""
    return {name: wire.channel for name, wire in profile.contacts().items() if wire.bank == place}


def is_high(level: DoorLevel, closed_level: ClosedLevel) -> bool | None:
    """The level of an input of which a board says what a door's contact would mean there; ``None``: not known."""
    if level is DoorLevel.UNKNOWN:
        return None
    return (level is DoorLevel.CLOSED) is (closed_level is ClosedLevel.HIGH)
