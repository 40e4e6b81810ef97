"""Median and 90th percentile."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from controller.reporting.spread import LEAST_VALUES, Values


def values(*numbers: int) -> Values:
    found = Values()
    for number in numbers:
        found.add(number)
    return found


@given(st.lists(st.integers(0, 500), min_size=1))
def test_it_is_the_value_at_its_rank(numbers: list[int]) -> None:
    ordered = sorted(numbers)
    for percent in (50, 90):
        assert values(*numbers).percentile(percent) == ordered[math.ceil(len(ordered) * percent / 100) - 1]


def test_few_values_tell_nothing() -> None:
    assert values(1, 2, 3, 4).spread() is None
    spread = values(10, 20, 30, 40, 50).spread()
    assert spread is not None
    assert (spread.median, spread.ninety, spread.of) == (30, 50, LEAST_VALUES)
