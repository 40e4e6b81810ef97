"""How long to wait before the next try."""

from __future__ import annotations

import random


class Backoff:
    """Waits a random time between 0 and a bound that doubles with every failure ("full jitter"): after a broker's
    restart a fleet comes back spread out. Times in seconds.
    """

    def __init__(self, first_s: float, most_s: float) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._failures = 0
        self._random = random.SystemRandom()

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> float:
        """Notes a failure; returns how long to wait now."""
        # The exponent is bounded so that a year without a broker does not end in an overflow.
        bound = min(self._most_s, self._first_s * 2 ** min(self._failures, 32))
        self._failures += 1
        return self._random.uniform(0, bound)
