"""Starting a coroutine at once: its first part runs before the loop's next turn, as ``eager_start`` does it from Python
3.12 on.

Two turns of the loop stand otherwise between a token and its pulse, for nothing.
"""

from __future__ import annotations

import asyncio
import types
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
    return asyncio.get_running_loop().create_task(_go_on(work, waiting), name=name)


@types.coroutine
def _go_on(work: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """Drives ``work`` from its first wait on, handing results, exceptions and cancellation through."""
    while True:
        try:
            value = yield waiting
        except BaseException as error:
            step = _throw(work, error)
        else:
            step = _send(work, value)
        if step is _ENDED:
            return
        waiting = step


_ENDED = object()


def _send(work: Coroutine[Any, Any, None], value: Any) -> Any:
    try:
        return work.send(value)
    except StopIteration:
        return _ENDED


def _throw(work: Coroutine[Any, Any, None], error: BaseException) -> Any:
    try:
        return work.throw(error)
    except StopIteration:
        return _ENDED
