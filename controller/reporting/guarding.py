"""Small numbers are not shown, and cannot be worked out from those that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.api import UseShown

#: Less than this is shown as "<5", none included.
FEW = 5


def exclusive(counts: Mapping[str, int], names: Sequence[str]) -> tuple[UseShown, ...]:
    """Counts of which every session has exactly one (its language), the largest first.

    Whoever knows the total can subtract what is shown. So what is hidden must be open to more than one reading: with a
    single small count, or small counts that are all as large as they can be, the next larger one is hidden too.
    """
    rows = sorted(((counts.get(name, 0), name) for name in {*names, *counts}), reverse=True)
    shown = [(count, name) for count, name in rows if count >= FEW]
    few = [(count, name) for count, name in rows if count < FEW]
    guarded: list[tuple[int, str]] = []
    if _can_be_worked_out([count for count, _ in few]) and shown:
        guarded.append(shown.pop())
    return (
        *(UseShown(name, count) for count, name in sorted(shown, key=lambda row: (-row[0], row[1]))),
        *(UseShown(name, None, "guarded") for _, name in guarded),
        *(UseShown(name, None, "few") for _, name in sorted(few, key=lambda row: row[1])),
    )


def independent(counts: Mapping[str, int], names: Sequence[str]) -> tuple[UseShown, ...]:
    """Counts that have no total in common (a session may use several reading modes, or none)."""
    return tuple(
        UseShown(name, count) if (count := counts.get(name, 0)) >= FEW else UseShown(name, None, "few")
        for name in names
    )


def _can_be_worked_out(few: Sequence[int]) -> bool:
    """Whether the sum of the small counts gives each of them away. That nobody used any of them tells of nobody."""
    if not few or not sum(few):
        return False
    return len(few) == 1 or sum(few) == (FEW - 1) * len(few)
