"""What can be wrong with a board, or with the cable to it."""

from __future__ import annotations

import random
from collections import Counter
from enum import StrEnum


class BoardFault(StrEnum):
    """Of one board (a bank of the profile)."""

    DEAD = "dead"
    """It has no power: it neither acts nor answers."""
    LOST_REQUEST = "lost_request"
    """It does not hear: it neither acts nor answers, but has power."""
    LOST_REPLY = "lost_reply"
    """It does what it is told, and its answer is lost."""
    WRONG_CHECKSUM = "wrong_checksum"
    """Its answers arrive with a wrong checksum."""
    LATE = "late"
    """Its answers come much too late, when somebody else is spoken to."""
    SWAPPED = "swapped"
    """Two plugs of it are exchanged."""


class PortFault(StrEnum):
    """Of a whole serial line."""

    UNPLUGGED = "unplugged"
    """The adapter is pulled out; the device is gone."""
    STALE = "stale"
    """The adapter has come back under the same name: who had it open hears nothing any more, and no error."""
    NOISE = "noise"
    """The line picks up noise: bytes are added and changed, both ways."""


class Standing:
    """Faults of one board or line, each for good or for a number of times."""

    def __init__(self) -> None:
        self._left: Counter[str] = Counter()
        self._for_good: set[str] = set()

    def begin(self, fault: str, times: int | None) -> None:
        """From now on, or the next ``times`` times."""
        if times is None:
            self._for_good.add(fault)
        else:
            self._left[fault] += times

    def end(self, fault: str | None) -> None:
        """One fault is gone, or all."""
        if fault is None:
            self._for_good.clear()
            self._left.clear()
        else:
            self._for_good.discard(fault)
            del self._left[fault]

    def strikes(self, fault: str) -> bool:
        """Does it happen this time? Counts it."""
        if fault in self._for_good:
            return True
        if self._left[fault] > 0:
            self._left[fault] -= 1
            return True
        return False

    def names(self) -> list[str]:
        """What stands, sorted."""
        return sorted(self._for_good | {fault for fault, left in self._left.items() if left > 0})


class Noise:
    """Bytes that a bad line adds and changes. The dice are seeded."""

    def __init__(self, seed: int = 0, rate: float = 0.7) -> None:
        """``rate``: what part of the messages is touched, 0 to 1."""
        self._dice = random.Random(seed)
        self.rate = rate

    def touch(self, message: bytes) -> bytes:
        """The message as it arrives."""
        if self._dice.random() >= self.rate:
            return message
        damaged = bytearray(message)
        if damaged and self._dice.random() < 0.5:
            damaged[self._dice.randrange(len(damaged))] ^= 1 << self._dice.randrange(8)
        before = self._dice.randbytes(self._dice.randrange(4))
        after = self._dice.randbytes(self._dice.randrange(3))
        return before + bytes(damaged) + after
