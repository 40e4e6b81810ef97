"""Starting a coroutine at once: its first part runs before the loop's next turn, as ``eager_start`` does it from Python
3.12 on.

Two turns of the loop stand otherwise between a token and its pulse, for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


def start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None] | None:
    """Runs ``work`` to its first wait. The task that does the rest, or None when it had none to do.

    What ``work`` raises before its first wait is raised here. That part has no current task: it must not use what needs
    one (`asyncio.timeout`).
    """
    try:
        waiting = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_Rest(work, waiting), name=name)


class _Rest(Coroutine[Any, Any, None]):
    """``work`` from its first wait on: what was waited for then is handed to the task, all else goes to ``work``, also
    a cancellation that comes before the task's first step. (Not a generator: from 3.12 on, no task is made of one.)
    """

    def __init__(self, work: Coroutine[Any, Any, None], waiting: Any) -> None:
        self._work = work
        self._waiting: list[Any] = [waiting]

    def send(self, value: Any) -> Any:
        return self._waiting.pop() if self._waiting else self._work.send(value)

    def throw(self, *error: Any) -> Any:
        self._waiting.clear()
        return self._work.throw(*error)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("it is for a task to run, and begun already")
