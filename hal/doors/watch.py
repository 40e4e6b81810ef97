"""Keeps an eye on all doors: edges, polls, debouncing, one listener.

Edges tell at once that a door moved, but a driver's notify thread may die, a message may get lost, a cheap board has no
edges at all. So every door is also polled: the ones somebody is opening every 40 ms, the others in turn, all of them
within a second. Both feed the same ``Debouncer``; the listener hears of steady levels only, each once.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from hal.debounce import Debouncer, Steady
from hal.interfaces import DoorLevel, DoorReading, DoorSensors, Fault, FaultListener, monotonic_ms

log = logging.getLogger(__name__)

CLOSE_WATCH_MS = 40
"""Between two polls of a door that is watched closely."""

CYCLE_MS = 900
"""In which every door is polled once."""

TURNS = 30
"""So often the thread wakes up in a cycle when nothing moves, however many doors there are."""


class DoorWatch:
    """Steady readings of all doors, on one thread of its own.

    ``listener`` is called on that thread with every steady level, stamped with the first edge; the first reading of
    each door comes shortly after ``start``. ``faults`` hears of ``door_sensor_unreadable`` and
    ``door_sensor_flapping``, with the compartment as subject. An exception out of the listener is logged and counted
    and stops nothing.
    """

    def __init__(
        self,
        sensors: DoorSensors,
        listener: Callable[[DoorReading], None],
        *,
        debounce_ms: int = 30,
        faults: FaultListener | None = None,
        clock: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._sensors = sensors
        self._listener = listener
        self._faults = faults
        self._clock = clock
        self._debouncers = {compartment: Debouncer(debounce_ms) for compartment in sensors.compartments}
        self._phases = _phases(list(self._debouncers))
        self._wake = threading.Condition()
        self._edges: deque[DoorReading] = deque()
        self._closely: dict[str, int] = {}
        self._next_poll: dict[str, int] = {}
        self._levels: dict[str, DoorLevel] = {}
        self._standing: dict[str, str] = {}
        self._stopping = False
        self.listener_failures = 0
        """How often the listener raised. Anything but 0 is a programming error."""
        self.driver_failures = 0
        """How often a driver raised when it was read. Anything but 0 is a programming error."""
        self._progress_ms = clock()
        self._thread = threading.Thread(target=self._run, name="door-watch", daemon=True)
        sensors.subscribe(self._edge)

    @property
    def progress_ms(self) -> int:
        """When this thread, or the slowest of those that ask boards, last went round: for a watchdog."""
        return min(self._progress_ms, self._sensors.progress_ms)

    def start(self) -> None:
        """Begin. Call once."""
        now = self._clock()
        self._next_poll = dict.fromkeys(self._debouncers, now)  # all at once first: the controller waits for them
        self._thread.start()

    def wait_until_settled(self, timeout_ms: int) -> Mapping[str, DoorLevel]:
        """Wait until every door has its first steady level, and give all levels.

        Doors that have none after ``timeout_ms`` are ``UNKNOWN`` in what is given back.
        """
        with self._wake:
            self._wake.wait_for(lambda: len(self._levels) == len(self._debouncers), timeout_ms / 1000)
            return {compartment: self._levels.get(compartment, DoorLevel.UNKNOWN) for compartment in self._debouncers}

    def levels(self) -> Mapping[str, DoorLevel]:
        """The steady level of every door now; ``UNKNOWN`` before its first."""
        with self._wake:
            return {compartment: self._levels.get(compartment, DoorLevel.UNKNOWN) for compartment in self._debouncers}

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        """Poll this door every 40 ms until then. Call it with a pulse. Raises ``KeyError`` for an unknown door."""
        if compartment not in self._debouncers:
            raise KeyError(compartment)
        with self._wake:
            self._closely[compartment] = max(until_mono_ms, self._closely.get(compartment, 0))
            self._next_poll[compartment] = self._clock()
            self._wake.notify_all()
        self._sensors.watch_closely(compartment, until_mono_ms)

    def close(self) -> None:
        """Stop the thread; the sensors stay open, they are the cabinet's. Idempotent."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _edge(self, reading: DoorReading) -> None:
        with self._wake:
            self._edges.append(reading)
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._edges and not self._stopping:
                    self._wake.wait(max(0, self._next_due() - self._clock()) / 1000)
                if self._stopping:
                    return
                edges = list(self._edges)
                self._edges.clear()
                now = self._clock()
                due = [compartment for compartment, at in self._next_poll.items() if at <= now]
            self._progress_ms = now
            for reading in edges:
                if reading.compartment not in self._debouncers:
                    continue  # a driver that speaks of doors it did not announce
                self._became(
                    reading.compartment, self._debouncers[reading.compartment].feed(reading.level, reading.mono_ms)
                )
            for compartment in due:
                self._poll(compartment)
            for compartment, debouncer in self._debouncers.items():
                self._became(compartment, debouncer.advance(self._clock()))

    def _next_due(self) -> int:
        deadlines = [at for debouncer in self._debouncers.values() if (at := debouncer.deadline) is not None]
        return min((*self._next_poll.values(), *deadlines), default=self._clock() + CYCLE_MS)

    def _poll(self, compartment: str) -> None:
        reading = self._read(compartment)
        now = self._clock()
        with self._wake:
            closely = self._closely.get(compartment, 0) > now
            if not closely:
                self._closely.pop(compartment, None)
            self._next_poll[compartment] = now + CLOSE_WATCH_MS if closely else _turn(self._phases[compartment], now)
        self._became(compartment, self._debouncers[compartment].feed(reading.level, reading.mono_ms))

    def _read(self, compartment: str) -> DoorReading:
        try:
            return self._sensors.read(compartment)
        except Exception:
            # A driver must not raise here. If one does, the other doors still have to be watched.
            self.driver_failures += 1
            log.exception("the door sensor of %s raised", compartment)
            return DoorReading(compartment, DoorLevel.UNKNOWN, self._clock())

    def _became(self, compartment: str, steady: Steady | None) -> None:
        if steady is None:
            return
        self._report_fault(compartment, steady)
        with self._wake:
            # Before the listener: whoever asks for the levels meanwhile never gets one that is older than what was
            # told.
            self._levels[compartment] = steady.level
            self._wake.notify_all()
        try:
            self._listener(DoorReading(compartment, steady.level, steady.since_ms))
        except Exception:
            self.listener_failures += 1
            log.exception("the listener for steady doors raised")

    def _report_fault(self, compartment: str, steady: Steady) -> None:
        code = None
        if steady.flapping:
            code = "door_sensor_flapping"
        elif steady.level is DoorLevel.UNKNOWN:
            code = "door_sensor_unreadable"
        standing = self._standing.get(compartment)
        if code == standing or self._faults is None:
            return
        try:
            if standing is not None:
                self._faults.fault_cleared(standing, compartment)
                del self._standing[compartment]
            if code is not None:
                self._standing[compartment] = code
                self._faults.fault_raised(_fault(code, compartment))
        except Exception:
            self.listener_failures += 1
            log.exception("the fault listener raised")


def _phases(compartments: Sequence[str]) -> dict[str, int]:
    """When in the cycle each door has its turn: spread evenly, so that a slow board is never asked for all at once."""
    turns = min(TURNS, len(compartments))
    return {label: CYCLE_MS * (turns * at // len(compartments)) // turns for at, label in enumerate(compartments)}


def _turn(phase: int, now: int) -> int:
    """The next time of a ``phase``."""
    return now + CYCLE_MS - (now - phase) % CYCLE_MS


def _fault(code: str, compartment: str) -> Fault:
    if code == "door_sensor_flapping":
        return Fault(
            code,
            compartment,
            "the door sensor contradicts itself many times a second",
            "Check the magnet's position, the contact and its wiring for a loose connection.",
        )
    return Fault(
        code, compartment, "the door sensor cannot be read", "Check the pin or board that the sensor is connected to."
    )
