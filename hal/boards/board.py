"""What a driver gives back when it has opened the boards of its kind, and how it finds what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hal.interfaces import DoorSensors, LockBank
from hal.profile import Profile


class BoardLamps(Protocol):
    """Lamps of compartments on a board. Any thread. Trouble with the board is a fault of the board, never an
    exception.
    """

    @property
    def compartments(self) -> Sequence[str]:
        """Labels that have a lamp there."""
        ...

    def lamp(self, compartment: str, on: bool) -> None:
        """Light or darken it. Without effect for others."""
        ...

    def close(self) -> None:
        """All dark; give the device back. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """Lock banks, door sensors and lamps; all empty when the profile has no such board."""

    locks: Sequence[LockBank] = ()
    doors: Sequence[DoorSensors] = ()
    lamps: Sequence[BoardLamps] = ()


def locks_on(profile: Profile, bank: str) -> dict[str, int]:
    """Compartment → channel, of the locks that ``bank`` (by its name) drives, in the profile's order."""
    return {item.label: item.lock for item in profile.compartments if item.bank == bank}


def sensors_on(profile: Profile, place: str) -> dict[str, int]:
    """Compartment → channel, of the door contacts that end at a bank, or at the header."""
    wires = {item.label: profile.sensor_wire(item) for item in profile.compartments}
    return {label: wire.channel for label, wire in wires.items() if wire.bank == place}


def lamps_on(profile: Profile, place: str) -> dict[str, int]:
    """Compartment → channel, of the lamps at a bank, or at the header."""
    wires = {item.label: profile.lamp_wire(item) for item in profile.compartments}
    return {label: wire.channel for label, wire in wires.items() if wire is not None and wire.bank == place}
