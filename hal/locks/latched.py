"""Locks on outputs that do what they were told last: a thread of ours times the pulse, and hardware bounds it.

Such an output (a GPIO line, an expander's) stays on also after the process that told it is dead. So the pulse is timed
by a thread that nobody can cancel and that switches off in ``finally``; what survives a SIGKILL is bounded by the
one-shot behind the output, which the board profile has to declare.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from hal.interfaces import PULSE_CAP_MS, LockFault, PulseReport, monotonic_ms
from hal.locks.request import DRAIN_MS, must_be_free, place_of, uncancellable


class Output(Protocol):
    """One output, as gpiozero's ``OutputDevice`` is. Any thread; raises whatever its device raises."""

    def on(self) -> None: ...

    def off(self) -> None: ...

    def close(self) -> None: ...


class LatchedLocks:
    """A ``LockBank`` on such outputs of one supply. One pulse at a time; gaps and duty are the governor's."""

    def __init__(self, outputs: Mapping[str, Output], places: Mapping[str, str], *, cap_ms: int = PULSE_CAP_MS) -> None:
        """``outputs`` by compartment, all inactive and ours from now on; ``places``: what each is called."""
        self._outputs = dict(outputs)
        self._places = dict(places)
        self._cap_ms = cap_ms
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._running: threading.Thread | None = None
        self._closed = False

    @property
    def compartments(self) -> Sequence[str]:
        """Labels in the profile's order."""
        return tuple(self._outputs)

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        """See ``LockBank.pulse``. The thread is not a daemon: the interpreter waits for it before it ends."""
        output = place_of(self._outputs, compartment, duration_ms, self._cap_ms)
        future = uncancellable()
        with self._guard:
            must_be_free(compartment, closed=self._closed, busy=self._running is not None, cap_ms=self._cap_ms)
            stop = self._stop
            thread = threading.Thread(
                target=self._energise,
                args=(compartment, output, duration_ms, stop, future),
                name=f"pulse-{compartment}",
            )
            try:
                thread.start()
            except RuntimeError as error:
                raise LockFault(compartment, f"no thread for the pulse: {error}") from error
            self._running = thread
        return future

    def _energise(
        self,
        compartment: str,
        output: Output,
        duration_ms: int,
        stop: threading.Event,
        future: Future[PulseReport],
    ) -> None:
        started = monotonic_ms()
        fault: LockFault | None = None
        try:
            with self._guard:  # all_off comes either before, and is seen here, or after, and switches off
                if not stop.is_set():
                    started = monotonic_ms()
                    output.on()
            stop.wait(duration_ms / 1000)
        except Exception as error:
            fault = self._fault(compartment, "switched on", error)
        finally:
            fault = self._off(compartment, output) or fault
            ended = monotonic_ms()
            with self._guard:
                self._running = None
            if fault is not None:
                future.set_exception(fault)
            else:
                future.set_result(PulseReport(compartment, started, ended))

    def _off(self, compartment: str, output: Output) -> LockFault | None:
        try:
            output.off()
        except Exception as error:
            return self._fault(compartment, "switched off", error)
        return None

    def _everything_off(self) -> list[LockFault | None]:
        """Every output, each tried; for a device that can do it at once to do so."""
        return [self._off(compartment, output) for compartment, output in self._outputs.items()]

    def _give_back(self, compartment: str, output: Output) -> LockFault | None:
        try:
            output.close()
        except Exception as error:
            return self._fault(compartment, "given back", error)
        return None

    def _fault(self, compartment: str, what: str, error: Exception) -> LockFault:
        fault = LockFault(compartment, f"{self._places[compartment]} cannot be {what}: {error!r}")
        fault.__cause__ = error
        return fault

    def all_off(self) -> None:
        """Every output low, now; a running pulse ends early. Raises the first ``LockFault`` after trying all."""
        with self._guard:
            if self._closed:
                return
            self._stop.set()
            self._stop = threading.Event()
            faults = self._everything_off()
        for fault in faults:
            if fault is not None:
                raise fault

    def close(self) -> None:
        """See ``LockBank.close``."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            running = self._running
        if running is not None:
            running.join(DRAIN_MS / 1000)
        faults = self._everything_off()
        faults += [self._give_back(compartment, output) for compartment, output in self._outputs.items()]
        for fault in faults:
            if fault is not None:
                raise fault
