"""The core tasks: whichever of them ends takes the process with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from hal.notify import notify, watchdog_interval_ms


async def until(stop: asyncio.Event, tasks: set[asyncio.Task[None]]) -> None:
    """Waits for ``stop``. A task that ends by itself ends the process: none of them has an end (but verification, when
    it found damage and has said so).
    """
    stopping = asyncio.create_task(stop.wait())
    waiting: set[asyncio.Task[object]] = {stopping, *tasks}
    try:
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
                if task.get_name() != "verification":
                    raise RuntimeError(f"core task {task.get_name()} ended")
    finally:
        stopping.cancel()


async def or_raise(task: asyncio.Task[None], work: Coroutine[None, None, None]) -> None:
    """Awaits ``work``; raises what ``task`` raised if that ends first."""
    doing = asyncio.create_task(work)
    await asyncio.wait({task, doing}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        doing.cancel()
        task.result()
        raise RuntimeError("the actor ended at start")
    doing.result()


async def watchdog(check_progress: Callable[[], None]) -> None:
    """Tells systemd that the core makes progress, or raises what ``check_progress`` raises."""
    interval_ms = watchdog_interval_ms() or 10_000
    while True:
        check_progress()
        notify("WATCHDOG=1")
        await asyncio.sleep(min(interval_ms, 10_000) / 1000)
