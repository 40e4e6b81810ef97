"""The whole cabinet as one: locks, doors and indicators by compartment label.

The controller meets this and nothing below it. Boards, pins and addresses are the drivers'; the rules for coils are the
governor's, and no lock can be reached past it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hal.headphones import HeadphoneSocket
from hal.interfaces import (
    DoorLevel,
    DoorListener,
    DoorReading,
    DoorSensors,
    Headphones,
    Indicators,
    UnknownCompartment,
    monotonic_ms,
)
from hal.locks.governor import GovernedLocks
from hal.profile import Profile

if TYPE_CHECKING:
    from hal.inputs import InputWatch


class JoinedDoors:
    """The door sensors of several boards as one ``DoorSensors``."""

    def __init__(self, boards: Sequence[DoorSensors]) -> None:
        """Raises ``ValueError`` if two boards claim the same compartment."""
        self._boards = tuple(boards)
        self._by_compartment = {compartment: board for board in boards for compartment in board.compartments}
        if len(self._by_compartment) != sum(len(board.compartments) for board in boards):
            raise ValueError("two boards claim the door of the same compartment")

    @property
    def compartments(self) -> Sequence[str]:
        """Labels of all doors."""
        return tuple(self._by_compartment)

    def subscribe(self, listener: DoorListener) -> None:
        """See ``DoorSensors.subscribe``."""
        for board in self._boards:
            board.subscribe(listener)

    def read(self, compartment: str) -> DoorReading:
        """See ``DoorSensors.read``."""
        board = self._by_compartment.get(compartment)
        if board is None:
            raise UnknownCompartment(compartment)
        return board.read(compartment)

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        """See ``DoorSensors.watch_closely``."""
        board = self._by_compartment.get(compartment)
        if board is not None:
            board.watch_closely(compartment, until_mono_ms)

    @property
    def progress_ms(self) -> int:
        """See ``DoorSensors.progress_ms``."""
        return min((board.progress_ms for board in self._boards), default=monotonic_ms())

    def close(self) -> None:
        """See ``DoorSensors.close``."""
        for board in self._boards:
            board.close()


@dataclass(frozen=True, slots=True)
class Cabinet:
    """What ``hal.factory.build_cabinet`` made of a profile. Close it once, at the end."""

    profile: Profile
    locks: GovernedLocks
    doors: DoorSensors
    indicators: Indicators
    inputs: InputWatch | None = None
    """What else the box notices, where the profile names anything."""

    def __post_init__(self) -> None:
        # A door that opens ends its row of tries, and only a sensor knows.
        self.doors.subscribe(self._note)

    def _note(self, reading: DoorReading) -> None:
        if reading.level is DoorLevel.OPEN:
            self.locks.note_open(reading.compartment)

    @property
    def headphones(self) -> Headphones:
        """Whether they are in."""
        return HeadphoneSocket(None) if self.inputs is None else self.inputs.headphones

    @property
    def measured(self) -> Mapping[str, int]:
        """What the gauges said last, by name, in their files' units."""
        return {} if self.inputs is None else self.inputs.values

    def close(self) -> None:
        """Drain a running pulse (at most 1.2 s), everything inactive, devices given back. Locks first."""
        try:
            self.locks.close()
        finally:
            try:
                self.doors.close()
            finally:
                try:
                    self.indicators.close()
                finally:
                    if self.inputs is not None:
                        self.inputs.close()
