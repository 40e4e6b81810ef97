"""Locks on a board that times its pulses itself: told once, it switches off by itself, whatever becomes of us."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from hal.interfaces import PULSE_CAP_MS, LockError, LockFault, PulseReport, monotonic_ms
from hal.locks.request import DRAIN_MS, must_be_free, place_of, uncancellable

OFF_WITHIN_MS = 2_000
"""How long ``all_off`` waits for the board to say that it has done it."""


@dataclass(slots=True)
class Pulse:
    """One pulse on its way. Belongs to the thread that speaks to the board, which ends it exactly once."""

    compartment: str
    channel: int
    duration_ms: int
    ended: Callable[[], None]
    future: Future[PulseReport] = field(default_factory=uncancellable)

    def succeed(self, started_ms: int) -> None:
        """It was sent, and is over."""
        self.ended()
        self.future.set_result(PulseReport(self.compartment, started_ms, monotonic_ms()))

    def fail(self, code: str, message: str, cause: BaseException | None = None) -> None:
        """It is not known to have been sent, and would be over."""
        fault = LockFault(self.compartment, message, code)
        fault.__cause__ = cause
        self.ended()
        self.future.set_exception(fault)


class Speaker(Protocol):
    """What speaks to one board, on a thread of its own."""

    def send(self, pulse: Pulse) -> None:
        """Send it when the line is free, and end it when the coil is off (or when it certainly was not sent)."""
        ...

    def switch_off(self) -> Future[None]:
        """Command all off, where the board knows such a command; running pulses then end at once."""
        ...

    def let_go(self) -> None:
        """Nothing more will be asked of it from here."""
        ...


class BoardTimedLocks:
    """A ``LockBank`` on such a board: one pulse at a time; gaps and duty are the governor's. Thread-safe."""

    def __init__(
        self, locks: Mapping[str, int], speaker: Speaker, *, cap_ms: int = PULSE_CAP_MS, step_ms: int = 1
    ) -> None:
        """``locks``: compartment → channel. The board counts in steps of ``step_ms``, of which the cap is a multiple: a
        pulse is as long as asked for, rounded up.
        """
        self._locks = dict(locks)
        self._speaker = speaker
        self._cap_ms = cap_ms
        self._step_ms = step_ms
        self._guard = threading.Condition()
        self._running: Pulse | None = None
        self._closed = False

    @property
    def compartments(self) -> Sequence[str]:
        """Labels in the profile's order."""
        return tuple(self._locks)

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        """See ``LockBank.pulse``."""
        channel = place_of(self._locks, compartment, duration_ms, self._cap_ms)
        whole_ms = -(-duration_ms // self._step_ms) * self._step_ms
        pulse = Pulse(compartment, channel, whole_ms, self._ended)
        with self._guard:
            must_be_free(compartment, closed=self._closed, busy=self._running is not None, cap_ms=self._cap_ms)
            self._running = pulse
        self._speaker.send(pulse)
        return pulse.future

    def _ended(self) -> None:
        with self._guard:
            self._running = None
            self._guard.notify_all()

    def all_off(self) -> None:
        """See ``LockBank.all_off``."""
        with self._guard:
            if self._closed:
                return
        try:
            self._speaker.switch_off().result(OFF_WITHIN_MS / 1000)
        except TimeoutError as error:
            raise LockFault(next(iter(self._locks), ""), "the board has not said that all is off") from error

    def close(self) -> None:
        """See ``LockBank.close``."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            self._guard.wait_for(lambda: self._running is None, DRAIN_MS / 1000)
        try:
            self._speaker.switch_off().result(OFF_WITHIN_MS / 1000)
        except (LockError, TimeoutError):
            pass  # its own timer has switched off; a board that is gone at the end is no news
        finally:
            self._speaker.let_go()
