"""What is kept of a round before the front in which every vacant lock is fired, and of the map that it proves.

The words: *opened* are doors that somebody saw standing open, *moved* are compartments whose contacts changed. Both are
needed, for two plugs that were exchanged together agree with each other and not with the labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RoundState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Examined:
    """One lock, as the map names it.

    ``stuck``: contacts that went on saying open behind a closed door. ``opened_ms``: from the pulse to the first edge
    of the one contact that moved (0: not measured). ``fault``: the driver's code, or why the lock was not fired.
    ``said``: whether a person said what ``opened``, or the sensors alone.
    """

    compartment: str
    opened: tuple[str, ...]
    moved: tuple[str, ...]
    stuck: tuple[str, ...]
    opened_ms: int
    attempts: int
    fault: str
    said: bool
    wall_ms: int

    @property
    def as_it_should(self) -> bool:
        """The door that was asked for opened, its contact alone moved, and it came back."""
        own = (self.compartment,)
        return self.opened == own and self.moved == own and not self.stuck and not self.fault


@dataclass(frozen=True, slots=True)
class Commissioning:
    """The round that was begun last. ``labels`` are all it fires, along the front; ``left_out`` may hold something.
    ``profile_sha256`` is the map that it was about. ``paused``: why nothing goes on now.
    """

    id: str
    staff: str
    session: str
    profile_sha256: str
    labels: tuple[str, ...]
    left_out: tuple[str, ...]
    began_wall_ms: int
    ended_wall_ms: int = 0
    state: RoundState = RoundState.RUNNING
    paused: str = ""
    results: tuple[Examined, ...] = ()

    @property
    def waiting(self) -> tuple[str, ...]:
        """What has not been examined yet."""
        done = {result.compartment for result in self.results}
        return tuple(label for label in self.labels if label not in done)

    def accuses(self, label: str) -> bool:
        """Whether another compartment's lock was seen to open this door."""
        return any(label in result.opened and result.compartment != label for result in self.results)

    @property
    def doors_seen(self) -> frozenset[str]:
        """Compartments about which the round has seen anything at all."""
        return frozenset(
            label for result in self.results for label in (result.compartment, *result.opened, *result.moved)
        )


@dataclass(frozen=True, slots=True)
class MapCorrection:
    """A corrected map on its way: proposed in a staff session, waiting for badges, accepted, in force after a restart.

    ``sha256`` is the map as it will be. ``compartments`` are those whose wires change. ``rule``: ``board_empty`` or
    ``two_badges`` once accepted, else empty.
    """

    session: str
    sha256: str
    compartments: tuple[str, ...]
    proposed_mono_ms: int
    badges: tuple[str, ...] = ()
    first_badge_mono_ms: int = 0
    rule: str = ""

    @property
    def accepted(self) -> bool:
        return bool(self.rule)
