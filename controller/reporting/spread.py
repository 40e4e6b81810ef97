"""Median and 90th percentile of whole numbers, without keeping them in order."""

from __future__ import annotations

from collections import Counter

from controller.api import Spread

#: The median of fewer values would tell of single visits.
LEAST_VALUES = 5


class Values:
    """How often each value came."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.total = 0

    def add(self, value: int) -> None:
        self._counts[value] += 1
        self.total += 1

    def percentile(self, percent: int) -> int:
        """The smallest value that at least so many percent of all values do not exceed (nearest rank). There must be
        one.
        """
        rank = max(1, -(-self.total * percent // 100))
        seen = 0
        for value, count in sorted(self._counts.items()):
            seen += count
            if seen >= rank:
                return value
        raise ValueError("no values")

    def spread(self) -> Spread | None:
        """None where there are less than five values."""
        if self.total < LEAST_VALUES:
            return None
        return Spread(self.percentile(50), self.percentile(90), self.total)
