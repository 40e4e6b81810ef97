"""Notices that somebody holds a code before the camera which cannot be read: too dark, too close, a thumb on it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from hal.wire import ScanHint, ScanMode

LASTING_MS: Final = 4000
"""A code is held for so long before a hint is of any use: until then it is being brought into place."""

LEAST: Final = 4
"""So many frames with an unreadable code are no accident. In 840 pictures of noise and shapes one was taken for one."""

GAP_MS: Final = 1500
"""Unreadable frames further apart than this belong to two different tries."""

AGAIN_MS: Final = 10_000
"""One hint in so long, and none so soon after a code was read."""


class UnreadableWatch:
    """Not thread-safe; times are those of the frames."""

    def __init__(self) -> None:
        self._since_ms = 0
        self._last_ms = 0
        self._hints: Counter[ScanHint] = Counter()
        self._quiet_until_ms: int | None = None

    def noticed(self, mode: ScanMode, unreadable: ScanHint | None, *, read: bool, now_ms: int) -> ScanHint | None:
        """The hint that is due with this frame, if one is; ``unreadable``: why this frame's code could not be read.

        It is what most frames of the try have said. Only where residents show codes: staff know how.
        """
        if mode is not ScanMode.PICKUP:
            self._hints.clear()
            return None
        if read:
            self._quieten(now_ms)
            return None
        if unreadable is None or (self._quiet_until_ms is not None and now_ms < self._quiet_until_ms):
            return None
        if not self._hints or now_ms - self._last_ms > GAP_MS:
            self._since_ms = now_ms
            self._hints.clear()
        self._last_ms = now_ms
        self._hints[unreadable] += 1
        if self._hints.total() < LEAST or now_ms - self._since_ms < LASTING_MS:
            return None
        [(hint, _)] = self._hints.most_common(1)
        self._quieten(now_ms)
        return hint

    def forget(self) -> None:
        """Somebody else listens now, who has heard of nothing."""
        self._hints.clear()
        self._quiet_until_ms = None

    def _quieten(self, now_ms: int) -> None:
        self._hints.clear()
        self._quiet_until_ms = now_ms + AGAIN_MS
