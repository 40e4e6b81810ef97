"""A cabinet in memory, for the controller's unit tests. It passes the same contract tests as the drivers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from hal.interfaces import (
    PULSE_CAP_MS,
    PULSE_FLOOR_MS,
    DoorLevel,
    DoorListener,
    DoorReading,
    LockBusy,
    LockFault,
    PulseOutOfBounds,
    PulseReport,
    UnknownCompartment,
    monotonic_ms,
)


class FakeLocks:
    """A ``LockBank`` that remembers its pulses.

    ``pulse_lasts`` scales how long a pulse takes: 1.0 as asked for, 0.0 no time at all. ``fail_next`` makes the next
    one end with a ``LockFault``.
    """

    def __init__(self, compartments: Iterable[str], *, pulse_lasts: float = 1.0) -> None:
        self._compartments = tuple(compartments)
        self._pulse_lasts = pulse_lasts
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._running: threading.Thread | None = None
        self._closed = False
        self.pulses: list[tuple[str, int]] = []
        """(compartment, duration in ms) of every pulse that was begun."""
        self.energised: set[str] = set()
        self.fail_next = False

    @property
    def compartments(self) -> Sequence[str]:
        return self._compartments

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        if compartment not in self._compartments:
            raise UnknownCompartment(compartment)
        if not PULSE_FLOOR_MS <= duration_ms <= PULSE_CAP_MS:
            raise PulseOutOfBounds(compartment, duration_ms)
        future: Future[PulseReport] = Future()
        future.set_running_or_notify_cancel()
        with self._guard:
            if self._closed:
                raise LockFault(compartment, "the fake is closed")
            if self._running is not None:
                raise LockBusy(compartment, PULSE_CAP_MS)
            self.pulses.append((compartment, duration_ms))
            self.energised.add(compartment)
            self._running = threading.Thread(target=self._run, args=(compartment, duration_ms, self._stop, future))
            self._running.start()
        return future

    def _run(self, compartment: str, duration_ms: int, stop: threading.Event, future: Future[PulseReport]) -> None:
        started = monotonic_ms()
        stop.wait(duration_ms * self._pulse_lasts / 1000)
        with self._guard:
            self.energised.discard(compartment)
            self._running = None
            failed, self.fail_next = self.fail_next, False
        if failed:
            future.set_exception(LockFault(compartment, "the fake was told to fail"))
        else:
            future.set_result(PulseReport(compartment, started, monotonic_ms()))

    def all_off(self) -> None:
        with self._guard:
            self._stop.set()
            self._stop = threading.Event()
            self.energised.clear()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            running = self._running
        if running is not None:
            running.join(1.2)


class FakeDoors:
    """``DoorSensors`` that a test moves. Listeners are called on a foreign thread, as drivers do; ``move`` waits for
    them."""

    def __init__(self, compartments: Iterable[str]) -> None:
        self._levels = dict.fromkeys(compartments, DoorLevel.CLOSED)
        self._listeners: tuple[DoorListener, ...] = ()
        self.listener_failures = 0
        self.edges_lost = False
        """While set, ``move`` changes the level and tells nobody."""

    @property
    def compartments(self) -> Sequence[str]:
        return tuple(self._levels)

    def subscribe(self, listener: DoorListener) -> None:
        self._listeners = (*self._listeners, listener)

    def read(self, compartment: str) -> DoorReading:
        if compartment not in self._levels:
            raise UnknownCompartment(compartment)
        return DoorReading(compartment, self._levels[compartment], monotonic_ms())

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        pass  # edges come by themselves

    @property
    def progress_ms(self) -> int:
        return monotonic_ms()

    def close(self) -> None:
        self._listeners = ()

    def move(self, compartment: str, level: DoorLevel) -> None:
        """The door's contact changes. ``UNKNOWN`` makes it unreadable, which gives no edge."""
        self._levels[compartment] = level
        if self.edges_lost or level is DoorLevel.UNKNOWN:
            return
        reading = DoorReading(compartment, level, monotonic_ms())
        thread = threading.Thread(target=self._tell, args=(reading,))
        thread.start()
        thread.join()

    def _tell(self, reading: DoorReading) -> None:
        for listener in self._listeners:
            try:
                listener(reading)
            except Exception:
                self.listener_failures += 1


class FakeIndicators:
    """``Indicators`` that remember."""

    def __init__(self) -> None:
        self.lit: set[str] = set()
        self.lights: set[str] = set()
        self.tones: list[str] = []

    def lamp(self, compartment: str, on: bool) -> None:
        (self.lit.add if on else self.lit.discard)(compartment)

    def light(self, name: str, on: bool) -> None:
        if name not in ("scanner", "door"):
            raise ValueError(name)
        (self.lights.add if on else self.lights.discard)(name)

    def tone(self, name: str) -> None:
        if name not in ("ok", "booked", "refused", "full", "attention"):
            raise ValueError(name)
        self.tones.append(name)

    def close(self) -> None:
        self.lit.clear()
        self.lights.clear()
