"""Small numbers are not shown, and cannot be worked out from those that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from controller.api import UseShown

#: Less than this is shown as "<5", none included.
FEW = 5


def exclusive(counts: Mapping[str, int], names: Sequence[str]) -> tuple[UseShown, ...]:
    """Counts of which every session has exactly one (its language), the largest first.

    Whoever knows the total can subtract what is shown. So where the sum of the small counts would give them away, one
    that is not small is hidden with them. Which one must not depend on its size, and nearly all must do as well as all:
    else the very fact that it is hidden would tell what the small ones are (a test tries every reading).
    """
    order = (*names, *sorted(set(counts) - set(names)))
    few = [name for name in order if counts.get(name, 0) < FEW]
    shown = [name for name in order if name not in few]
    guarded = [shown.pop()] if shown and _give_each_other_away([counts.get(name, 0) for name in few]) else []
    shown.sort(key=lambda name: (-counts[name], name))
    return (
        *(UseShown(name, counts[name]) for name in shown),
        *(UseShown(name, None, "guarded") for name in guarded),
        *(UseShown(name, None, "few") for name in sorted(few)),
    )


def independent(counts: Mapping[str, int], names: Sequence[str]) -> tuple[UseShown, ...]:
    """Counts that have no total in common (a session may use several reading modes, or none)."""
    return tuple(
        UseShown(name, count) if (count := counts.get(name, 0)) >= FEW else UseShown(name, None, "few")
        for name in names
    )


def _give_each_other_away(few: Sequence[int]) -> bool:
    """Whether their sum would tell each of them: one alone, or all as large as small ones can be. (That nobody used any
    of them tells of nobody.)
    """
    return len(few) == 1 or (len(few) > 1 and sum(few) >= (FEW - 1) * len(few) - 1)
