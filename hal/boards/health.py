"""How a board on a line is: does it answer, how often is it garbled, when is it to be asked next? Pure.

* Every board is asked once a cycle, so that all doors of a line are read within a second.
* One that does not answer is asked again at once, and is *silent* when nothing has come for 0.9 s. From then on it is
  asked with growing pauses, since every try costs the others the time of an answer that does not come.
* One of which too many answers are garbled is *noisy*, also if the tries after them come through.
"""

from __future__ import annotations

from collections import deque

CYCLE_MS = 400
"""Between two polls of a board that nobody is waiting for."""
HOT_MS = 30
"""Between two polls of a board with a door that is about to move: with an exchange of another board between them it is
still asked every 50 ms."""
AGAIN_MS = 20
"""After an answer that did not come, or was garbled."""
SILENT_MS = 900
MISSES = 3
"""So many answers are missing at least, before a board is silent: on a busy machine time alone says nothing."""
PAUSE_MS = (400, 5_000)
"""Between two tries of a silent board: at first, and at most."""
NOISY, OF_LAST = 3, 20
"""So many garbled answers of the last so many are noise; none of them: it is over."""


class Health:
    """One board. Not thread-safe: it belongs to the line's thread. Times are monotonic ms."""

    def __init__(self, now: int) -> None:
        self._heard_at = now
        self._misses = 0
        self._pause = PAUSE_MS[0]
        self._recent: deque[bool] = deque(maxlen=OF_LAST)
        self.silent = False
        self.noisy = False

    def reopened(self, now: int) -> None:
        """The line is open again: the board has its time to answer."""
        self._heard_at = now
        self._misses = 0
        self._pause = PAUSE_MS[0]

    def answered(self, now: int) -> None:
        """An answer came whole."""
        self._heard_at = now
        self._misses = 0
        self._pause = PAUSE_MS[0]
        self.silent = False
        self._note(garbled=False)

    def missed(self, now: int, *, garbled: bool) -> None:
        """None came; ``garbled``: something did."""
        self._misses += 1
        if garbled:
            self._note(garbled=True)
        if self.silent:
            self._pause = min(2 * self._pause, PAUSE_MS[1])
        elif self._misses >= MISSES and now - self._heard_at >= SILENT_MS:
            self.silent = True

    def give_up(self) -> None:
        """A part of the board does not answer any more, whatever the others say: there is no knowing what the rest does
        with a coil.
        """
        self.silent = True

    def wait_ms(self, *, hot: bool) -> int:
        """How long until it is asked again."""
        if self.silent:
            return self._pause
        if self._misses:
            return AGAIN_MS
        return HOT_MS if hot else CYCLE_MS

    def _note(self, *, garbled: bool) -> None:
        self._recent.append(garbled)
        if sum(self._recent) >= NOISY:
            self.noisy = True
        elif not any(self._recent):
            self.noisy = False
