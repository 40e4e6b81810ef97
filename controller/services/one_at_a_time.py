"""Blocking work in a thread, one piece at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


class OneAtATime:
    """For argon2id: each PIN or pickup number takes 19 MiB, and a small computer has four cores and other work."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def run(self, work: Callable[[], Made]) -> Made:
        """What ``work`` returns. A caller that is cancelled leaves its work running to the end, and the next waits for
        that end: a thread cannot be stopped.
        """
        return await asyncio.shield(asyncio.create_task(self._alone(work)))

    async def _alone(self, work: Callable[[], Made]) -> Made:
        async with self._lock:
            return await asyncio.to_thread(work)
