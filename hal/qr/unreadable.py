"""Notices that somebody holds a code before the camera which cannot be read: too dark, too close, a thumb on it."""

from __future__ import annotations

from typing import Final

from hal.wire import ScanMode

LASTING_MS: Final = 2000
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
        self._count = 0
        self._quiet_until_ms: int | None = None

    def noticed(self, mode: ScanMode, *, unreadable: bool, read: bool, now_ms: int) -> bool:
        """Whether a hint is due with this frame. Only where residents show codes: staff know how."""
        if mode is not ScanMode.PICKUP:
            self._count = 0
            return False
        if read:
            self._count, self._quiet_until_ms = 0, now_ms + AGAIN_MS
            return False
        if not unreadable or (self._quiet_until_ms is not None and now_ms < self._quiet_until_ms):
            return False
        if not self._count or now_ms - self._last_ms > GAP_MS:
            self._since_ms, self._count = now_ms, 0
        self._last_ms = now_ms
        self._count += 1
        if self._count < LEAST or now_ms - self._since_ms < LASTING_MS:
            return False
        self._count, self._quiet_until_ms = 0, now_ms + AGAIN_MS
        return True

    def forget(self) -> None:
        """Somebody else listens now, who has heard of nothing."""
        self._count, self._quiet_until_ms = 0, None
