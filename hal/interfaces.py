"""What the box's body offers to its mind: locks, doors, indicators and frames.

Everything here is a contract (a ``Protocol``) or a value. Nothing here touches a device, and nothing but the standard
library is imported, so that the controller's rules and the drivers can both depend on it.

Conventions
-----------
* A compartment is named by its **label** (``"A07"``), as printed on its door. Pins, addresses and banks stay below.
* Times are integers in **milliseconds**. ``mono_ms`` is ``CLOCK_MONOTONIC``, stamped where the fact arose, so that a
  message that waited in a queue still says when it was true.
* Drivers call listeners on **foreign threads**. A listener hands over and returns; it must not block.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

PULSE_CAP_MS = 1000
"""The longest pulse any lock ever gets, in ms. Above it a request is refused before anything happens."""

PULSE_FLOOR_MS = 50
"""The shortest pulse that is meant as one, in ms. Below it a solenoid does not travel."""


def monotonic_ms() -> int:
    """``CLOCK_MONOTONIC`` in ms: the time base of every ``mono_ms``. It is the same in every process of one boot."""
    return time.monotonic_ns() // 1_000_000


class DoorLevel(StrEnum):
    """What a door's sensor says. A sensor that cannot be read, or contradicts itself, says ``UNKNOWN``."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DoorReading:
    """One reading of one door's sensor, ``mono_ms`` being the moment of the edge (or of the poll that found it)."""

    compartment: str
    level: DoorLevel
    mono_ms: int


@dataclass(frozen=True, slots=True)
class PulseReport:
    """A pulse that is over: the coil was commanded on at ``started_mono_ms`` and off at ``ended_mono_ms``.

    It says that the pulse was *sent*, never that a door opened: that, only a sensor can say.
    """

    compartment: str
    started_mono_ms: int
    ended_mono_ms: int


class LockError(Exception):
    """A pulse that was refused, or failed. ``code`` is stable and for machines, the text is for technicians."""

    def __init__(self, code: str, compartment: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.compartment = compartment


class UnknownCompartment(LockError):
    """No lock is known under this label."""

    def __init__(self, compartment: str) -> None:
        super().__init__("unknown_compartment", compartment, f"the cabinet has no lock for compartment {compartment}")


class PulseOutOfBounds(LockError, ValueError):
    """The requested duration is below ``PULSE_FLOOR_MS`` or above the cap. Nothing has happened."""

    def __init__(self, compartment: str, duration_ms: int, cap_ms: int = PULSE_CAP_MS) -> None:
        super().__init__(
            "pulse_out_of_bounds",
            compartment,
            f"a pulse of {duration_ms} ms for {compartment} is refused: {PULSE_FLOOR_MS} to {cap_ms} ms are allowed",
        )
        self.duration_ms = duration_ms


class LockBusy(LockError):
    """Another coil of the same supply is energised, or the gap after it is not over. Nothing has happened.

    ``retry_after_ms`` says when the same request would be granted if nobody else came first.
    """

    def __init__(self, compartment: str, retry_after_ms: int) -> None:
        super().__init__(
            "lock_busy", compartment, f"the supply of {compartment} is in use; free in about {retry_after_ms} ms"
        )
        self.retry_after_ms = retry_after_ms


class LockResting(LockError):
    """The coil has had as much as it may have (tries or duty) and must cool. Nothing has happened.

    ``retry_after_ms`` says when it has rested enough.
    """

    def __init__(self, compartment: str, retry_after_ms: int) -> None:
        super().__init__(
            "lock_resting", compartment, f"the coil of {compartment} has to cool for another {retry_after_ms} ms"
        )
        self.retry_after_ms = retry_after_ms


class LockFault(LockError):
    """The device did not do what it was told. Whether a pulse went out is not known: treat it as sent."""

    def __init__(self, compartment: str, message: str, code: str = "lock_fault") -> None:
        super().__init__(code, compartment, message)


@runtime_checkable
class LockBank(Protocol):
    """Locks that open on a pulse. Safe to call from any thread."""

    @property
    def compartments(self) -> Collection[str]:
        """Labels of the locks this bank has, in the profile's order."""
        ...

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        """Energise the lock's coil for ``duration_ms`` and return at once.

        The pulse runs on a thread of the bank's own, which switches off in ``finally``; nothing that happens to the
        caller (timeout, cancelled task) cuts it short or makes it longer: ``Future.cancel()`` returns ``False``. The
        future resolves after the coil is off, with a ``LockFault`` if the device failed.

        Raises ``UnknownCompartment``, ``PulseOutOfBounds``, ``LockBusy`` or ``LockResting`` before anything has
        happened, and ``LockFault`` if the bank is closed.
        """
        ...

    def all_off(self) -> None:
        """Command every coil off, now. A running pulse ends early, except on a board that times its pulses itself and
        knows no such command: it ends within the cap. Raises ``LockFault`` if a device does not obey.
        """
        ...

    def close(self) -> None:
        """Let a running pulse end (at most 1.2 s), command every coil off, give the devices back. Idempotent."""
        ...


DoorListener = Callable[[DoorReading], None]
"""Gets readings on a foreign thread. It should hand over and return; what it raises is counted, not propagated."""


@runtime_checkable
class DoorSensors(Protocol):
    """Door sensors as they are: raw edges, bouncing. ``hal.doors.watch.DoorWatch`` makes steady readings of them."""

    @property
    def compartments(self) -> Collection[str]:
        """Labels of the doors that have a sensor, in the profile's order."""
        ...

    def subscribe(self, listener: DoorListener) -> None:
        """Call ``listener`` at every raw edge, on a foreign thread, stamped there. Edges may get lost: poll too."""
        ...

    def read(self, compartment: str) -> DoorReading:
        """The level now. Trouble with the device is the level ``UNKNOWN``, never an exception.

        Of a board that has to be asked it is the level of the last poll with the time of that poll, which is not long
        ago: what was not read for 2 s is ``UNKNOWN``. Raises ``UnknownCompartment`` for a label without a sensor.
        """
        ...

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        """This door may move until then: a driver that has to ask its board asks at least every 50 ms.

        A hint; without effect where edges come by themselves, and for an unknown label.
        """
        ...

    @property
    def progress_ms(self) -> int:
        """When the driver's threads last went round, the slowest of them; now, where there is none that asks.

        For a watchdog: a board that does not answer does not hold them up.
        """
        ...

    def close(self) -> None:
        """Stop calling listeners and give the devices back. Idempotent."""
        ...


@runtime_checkable
class Indicators(Protocol):
    """Lamps and sounds. They help people and decide nothing: a lamp that fails is a fault, never an exception."""

    def lamp(self, compartment: str, on: bool) -> None:
        """Light or darken the compartment's lamp. Without effect where the profile names no lamp."""
        ...

    def light(self, name: str, on: bool) -> None:
        """Light or darken ``"scanner"`` (it shows where a code is held, and lights it) or ``"door"`` (one is open).

        Without effect where the profile names none. Raises ``ValueError`` for another name.
        """
        ...

    def tone(self, name: str) -> None:
        """Start a short tone and return at once: ``"ok"``, ``"booked"``, ``"refused"``, ``"full"`` or ``"attention"``.
        No two sound alike: who loads envelopes listens and does not look.

        Without effect where the profile names no buzzer. Raises ``ValueError`` for another name.
        """
        ...

    def close(self) -> None:
        """Everything dark and silent; give the devices back. Idempotent."""
        ...


@runtime_checkable
class Headphones(Protocol):
    """Whether somebody has put headphones into the box's socket."""

    @property
    def plugged(self) -> bool | None:
        """``None``: nothing tells, or not yet."""
        ...

    def subscribe(self, listener: Callable[[bool], None]) -> None:
        """Call ``listener`` when they are in and when they are out, on a foreign thread; and now, if it is known."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: ``luma`` holds ``width * height`` bytes, 8 bits a pixel, row by row from the top left."""

    luma: bytes
    width: int
    height: int
    mono_ms: int
    """When it was captured."""


@runtime_checkable
class FrameSource(Protocol):
    """Where pictures come from: a camera, a file, a directory, a renderer."""

    @property
    def name(self) -> str:
        """For health messages and logs, e.g. ``"camera0"``."""
        ...

    def frames(self) -> Iterator[Frame | None]:
        """Frames as they come, ``None`` whenever a second has passed without one. Ends when the source is closed."""
        ...

    def close(self) -> None:
        """Stop and give the device back. Idempotent, and allowed from another thread."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the body that a technician has to know."""

    code: str
    """Stable, snake_case, e.g. ``"door_sensor_flapping"``."""
    subject: str
    """What it is about: a compartment's label, ``"gpio"``, ``"pin 17"``."""
    message: str
    """What was seen."""
    advice: str
    """What to do about it."""


class HardwareFault(Exception):
    """A device that the profile names could not be opened. There is no fallback: the controller stops with this."""

    def __init__(self, code: str, subject: str, message: str, advice: str) -> None:
        super().__init__(f"{subject}: {message}. {advice}")
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice

    @property
    def fault(self) -> Fault:
        """The same as a value."""
        return Fault(self.code, self.subject, self.message, self.advice)


class FaultListener(Protocol):
    """Hears of faults that come and go while the box runs. Called on foreign threads; it hands over and returns."""

    def fault_raised(self, fault: Fault) -> None:
        """A fault began. Not repeated while it stands."""
        ...

    def fault_cleared(self, code: str, subject: str) -> None:
        """The fault with this code about this subject is over."""
        ...
