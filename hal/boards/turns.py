"""When which part of a board is asked next. Pure.

A board may need several exchanges to read all its inputs (a CU48 three). Each of these parts has turns of its own, so
that the part with a door that is about to move is asked often, and that a command never waits for more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hal.boards.health import AGAIN_MS, MISSES, SILENT_MS, Health

HEAD_START_MS = 400
"""So much later than due a part has to be to come before one with a door that is about to move."""


@dataclass(slots=True)
class Turn:
    """One part of a board."""

    index: int
    channels: range
    due: int
    heard_at: int
    misses: int = 0
    hot_until: int = 0
    answered: bool = False
    """Since the line was opened."""

    def is_silent(self, now: int) -> bool:
        """Has this part said nothing for as long as makes a board silent, whatever the others say?"""
        return self.misses >= MISSES and now - self.heard_at >= SILENT_MS

    def rank(self, now: int) -> int:
        """Who comes first among those that are due: the smallest."""
        return self.due - (HEAD_START_MS if self.hot_until > now else 0)


class Turns:
    """The parts of one board. Belongs to the line's thread. Times are monotonic ms."""

    def __init__(self, parts: Sequence[range], now: int) -> None:
        """``parts``: the channels that one exchange reads, for each of them."""
        self._turns = [Turn(index, channels, now, now) for index, channels in enumerate(parts)]

    @property
    def due(self) -> int:
        """When the first of them is to be asked."""
        return min(turn.due for turn in self._turns)

    @property
    def all_answered(self) -> bool:
        """Has every part answered since the line was opened?"""
        return all(turn.answered for turn in self._turns)

    def first(self, now: int) -> Turn | None:
        """Whose turn it is; ``None``: nobody's yet."""
        return min((turn for turn in self._turns if turn.due <= now), key=lambda turn: turn.rank(now), default=None)

    def reopened(self, now: int) -> None:
        """All are to be asked afresh."""
        for turn in self._turns:
            turn.due = turn.heard_at = now
            turn.misses = 0
            turn.answered = False

    def heat(self, channel: int, until: int, now: int) -> None:
        """The door on ``channel`` may move until then."""
        for turn in self._turns:
            if channel in turn.channels:
                turn.hot_until = max(turn.hot_until, until)
                turn.due = min(turn.due, now)

    def answered(self, turn: Turn, asked: int, health: Health, *, again: bool) -> None:
        """It was asked at ``asked``; ``again``: something there is to be looked at a second time."""
        turn.answered = True
        turn.heard_at, turn.misses = asked, 0
        turn.due = asked + (AGAIN_MS if again else health.wait_ms(hot=turn.hot_until > asked))

    def missed(self, turn: Turn, now: int, health: Health) -> None:
        """It did not answer. A board of which a part is silent is silent. Then it is asked for one part only, which
        costs the others least.
        """
        turn.misses += 1
        if turn.is_silent(now):
            health.give_up()
        turn.due = now + health.wait_ms(hot=False)
        if health.silent:
            for other in self._turns:
                other.due = max(other.due, turn.due)
