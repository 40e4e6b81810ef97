"""Starting at once: the part before the first wait runs here and now, the rest is an ordinary task."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from controller.eager import start


async def test_the_first_part_runs_at_once_and_the_rest_as_a_task() -> None:
    steps: list[str] = []
    gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        steps.append("begun")
        steps.append(await gate)

    task = start(work(), "named")
    assert task is not None
    assert (steps, task.get_name()) == (["begun"], "named")
    gate.set_result("done")
    await task
    assert steps == ["begun", "done"]


async def test_what_never_waits_is_over_at_once() -> None:
    async def work() -> None:
        return None

    assert start(work(), "short") is None


async def test_exceptions_before_and_after_the_first_wait() -> None:
    async def at_once() -> None:
        raise ValueError("at once")

    async def later() -> None:
        await asyncio.sleep(0)
        raise ValueError("later")

    with pytest.raises(ValueError, match="at once"):
        start(at_once(), "fails")
    task = start(later(), "fails")
    assert task is not None
    with pytest.raises(ValueError, match="later"):
        await task


async def test_a_cancellation_reaches_the_work() -> None:
    heard: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append("cancelled")
            await asyncio.sleep(0)  # it may still wait while it cleans up
            heard.append("cleaned up")
            raise

    task = start(work(), "cancelled")
    assert task is not None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled", "cleaned up"]


async def test_the_loop_gets_a_coroutine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12 and later make tasks of nothing else; a generator was good enough for 3.11 alone."""
    loop = asyncio.get_running_loop()
    create_task = loop.create_task
    given: list[object] = []

    def seen(work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        given.append(work)
        return create_task(work, name=name)

    with monkeypatch.context() as patched:
        patched.setattr(loop, "create_task", seen)
        task = start(asyncio.sleep(0), "waits")
    assert task is not None
    await task
    (work,) = given
    assert isinstance(work, Coroutine)
