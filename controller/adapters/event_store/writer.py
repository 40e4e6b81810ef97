"""The writer: one thread, one connection, one job at a time.

A dedicated thread with a queue instead of an executor: the hand-off costs a tenth. The loop is never blocked by a
slow card, and a caller that is cancelled or times out never cancels a job that was handed over.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from controller.ports import LogError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Household(Protocol):
    """What the thread does beside its jobs. All methods run in the thread; none may raise."""

    def patience(self) -> float | None:
        """How many seconds to wait for a job before `idle`; ``None``: for ever."""
        ...

    def overdue(self) -> bool:
        """Whether `idle` is to run although jobs are waiting."""
        ...

    def idle(self) -> None: ...

    def finish(self) -> None:
        """Runs last."""
        ...


H = TypeVar("H", bound=Household)


class Writer:
    """The thread. Jobs run in the order in which they were given."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._busy_since = 0
        self._closed = False

    def start(self, prepare: Callable[[], H]) -> H:
        """Starts the thread; blocks until ``prepare`` has run in it, and raises what it raised (the thread has ended
        then).

        To be called once, before anything else.
        """
        # A daemon: a process that ends must not wait for a disk that hangs; a commit that is cut short is no commit.
        prepared: queue.SimpleQueue[H | BaseException] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(prepare, prepared), name="log-writer", daemon=True)
        self._thread.start()
        household = prepared.get()
        if isinstance(household, BaseException):
            self._closed = True
            raise household
        return household

    async def call(self, work: Callable[[], T]) -> T:
        """Runs ``work`` in the thread and returns its result. Cancelling the caller does not cancel the work.

        Raises what ``work`` raised; `LogError` (``log_closed``) after `close`.
        """
        if self._closed:
            raise LogError("log_closed", "The log is closed.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, future, loop))
        return await asyncio.shield(future)

    def queued(self) -> int:
        """Jobs that wait for the one that is running. Any thread."""
        return self._jobs.qsize()

    def busy_since_mono_ms(self) -> int:
        """When the job (or housekeeping) that is running was begun, CLOCK_MONOTONIC in ms; 0 when idle. Any thread."""
        return self._busy_since

    async def close(self) -> None:
        """Runs the jobs that are waiting, then ``finish``, and waits for the thread's end. May be called again."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self, prepare: Callable[[], Household], prepared: queue.SimpleQueue[Any]) -> None:
        try:
            household = prepare()
        except BaseException as error:
            prepared.put(error)  # raised in the thread that waits for it
            return
        prepared.put(household)
        try:
            while self._step(household):
                pass
        finally:
            self._busy_since = _now()
            household.finish()
            self._busy_since = 0

    def _step(self, household: Household) -> bool:
        try:
            job = self._jobs.get(timeout=household.patience())
        except queue.Empty:
            self._keep_house(household)
            return True
        if job is None:
            return False
        self._busy_since = _now()
        try:
            result = job.work()
        except BaseException as error:
            _reply(job, None, error)  # raised in the caller
        else:
            _reply(job, result, None)
        self._busy_since = 0
        if household.overdue():
            self._keep_house(household)
        return True

    def _keep_house(self, household: Household) -> None:
        self._busy_since = _now()
        household.idle()
        self._busy_since = 0


def _now() -> int:
    return max(1, time.monotonic_ns() // 1_000_000)


def _reply(job: _Job, result: object, error: BaseException | None) -> None:
    def settle() -> None:
        if job.future.done():
            return
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)

    try:
        job.loop.call_soon_threadsafe(settle)
    except RuntimeError:
        # The loop has been closed since: nobody is waiting any more. What was written is written.
        pass
