"""What really happened, for whoever wants to compare it with what the log says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

KEPT = 200_000
"""At least so many entries are kept; the oldest go first."""


class CoilPulse(msgspec.Struct, frozen=True, tag="pulse", tag_field="kind"):
    """Current flowed through the coil of ``compartment``, in ms of CLOCK_MONOTONIC (with fractions)."""

    seq: int
    compartment: str
    start_ms: float
    end_ms: float
    ended_by: str
    """``"line"`` or ``"one_shot"``."""
    unlatched: bool
    """The latch let go because of it."""


class Movement(msgspec.Struct, frozen=True, tag="movement", tag_field="kind"):
    """A door moved, ``by`` ``"spring"``, ``"person"`` or ``"itself"``."""

    seq: int
    compartment: str
    door: str
    by: str
    mono_ms: float


class Handling(msgspec.Struct, frozen=True, tag="handling", tag_field="kind"):
    """A person took something out or put something in."""

    seq: int
    compartment: str
    what: str
    """``"took"`` or ``"put"``."""
    item: str
    mono_ms: float


Entry = CoilPulse | Movement | Handling


class Ledger:
    """An append-only account of the plant. ``seq`` counts from 1 without gaps."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._seq = 0
        self._forgotten = 0
        self.most_coils: dict[str, int] = {}
        """The most coils that ever drew current at a time, per supply."""

    def next_seq(self) -> int:
        """The number for an entry that is about to be added."""
        self._seq += 1
        return self._seq

    @property
    def last_seq(self) -> int:
        """The number of the newest entry; 0 for none."""
        return self._seq

    def add(self, entry: Entry) -> None:
        """Add an entry whose ``seq`` came from ``next_seq``."""
        self._entries.append(entry)
        if len(self._entries) >= 2 * KEPT:
            del self._entries[:KEPT]
            self._forgotten += KEPT

    def coils(self, supply: str, energised: int) -> None:
        """So many coils of ``supply`` draw current now."""
        self.most_coils[supply] = max(energised, self.most_coils.get(supply, 0))

    def since(self, seq: int) -> Iterator[Entry]:
        """Entries after ``seq``, oldest first."""
        return iter(self._entries[max(0, seq - self._forgotten) :])
