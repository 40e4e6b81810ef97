"""Rows of a file that belong together: one compartment, one code, one slip. What the group is called is a name in the
file (often a family's) and goes no further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from controller.ports import HolderTold, OrderInput

#: Envelopes of one code.
MOST_TOGETHER = 8


def together(orders: Sequence[OrderInput]) -> tuple[tuple[OrderInput, ...], ...]:
    """The rows by group, in the file's order; each row without one is alone."""
    found: dict[str, list[OrderInput]] = {}
    for number, order in enumerate(orders):
        found.setdefault(f"g{order.group.casefold()}" if order.group else f"r{number}", []).append(order)
    return tuple(tuple(rows) for rows in found.values())


def holder_of(rows: Sequence[OrderInput]) -> HolderTold | None:
    """Whom the group's code asks for: what any of its rows says. None where two of them contradict each other."""
    told = {
        field: {value for row in rows if (value := str(getattr(row.holder, field)).strip())}
        for field in ("birth_date", "pin", "surname", "given_names")
    }
    if any(len(values) > 1 for values in told.values()):
        return None
    return HolderTold(**{field: next(iter(values), "") for field, values in told.items()})


def merged(rows: Sequence[OrderInput], holder: HolderTold) -> tuple[OrderInput, ...]:
    """The rows, each with the holder of all."""
    return tuple(replace(row, holder=holder) for row in rows)


def group_problem(rows: Sequence[OrderInput], problems: Mapping[int, str], known: Callable[[str], bool]) -> str:
    """Why a group as a whole cannot be taken (a code); empty when it can. ``problems`` are its rows' own, by line;
    ``known`` says whether an order is announced already.
    """
    if len(rows) < 2:
        return ""
    announced = [known(row.order) for row in rows]
    if all(announced):
        return ""  # Nothing is made anew: each row is looked at alone.
    if any(announced):
        return "group_known"
    if len(rows) > MOST_TOGETHER:
        return "group_too_large"
    if len({row.language for row in rows}) > 1 or holder_of(rows) is None:
        return "group_contradictory"
    if any(problems.get(row.line) for row in rows):
        return "group_incomplete"
    return ""
