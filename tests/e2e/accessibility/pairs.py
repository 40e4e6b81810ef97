"""A small selection out of all combinations in which still every two values meet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations


def covering(factors: Sequence[Sequence[object]]) -> list[tuple[int, ...]]:
    """Rows of indices, one for each factor, such that any two values of two factors are in one row together.

    Always the same for the same lengths. The two longest factors meet in a full grid; the others are laid over it so
    that as many new pairs as possible come with each row.
    """
    lengths = [len(values) for values in factors]
    order = sorted(range(len(factors)), key=lambda index: -lengths[index])
    missing = {
        (first, a, second, b)
        for first, second in combinations(range(len(factors)), 2)
        for a in range(lengths[first])
        for b in range(lengths[second])
    }
    rows = []
    for a in range(lengths[order[0]]):
        for b in range(lengths[order[1]]):
            row = {order[0]: a, order[1]: b}
            for index in order[2:]:
                # Of equal gains the next one in turn, so that the selection is even.
                turn = [(a + b + step) % lengths[index] for step in range(lengths[index])]
                gains = {value: _gain(row, index, value, missing) for value in turn}
                row[index] = max(turn, key=gains.__getitem__)
            rows.append(tuple(row[index] for index in range(len(factors))))
            missing -= set(_pairs(rows[-1]))
    assert not missing, f"{len(missing)} pairs meet in no row"
    return rows


def _gain(row: dict[int, int], index: int, value: int, missing: set[tuple[int, int, int, int]]) -> int:
    return sum(
        ((other, a, index, value) if other < index else (index, value, other, a)) in missing for other, a in row.items()
    )


def _pairs(row: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    return [(first, row[first], second, row[second]) for first, second in combinations(range(len(row)), 2)]
