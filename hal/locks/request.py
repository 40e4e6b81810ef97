"""What every kind of bank asks before it lets a pulse begin, and what it gives to who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import TypeVar

from hal.interfaces import (
    PULSE_FLOOR_MS,
    LockBusy,
    LockFault,
    PulseOutOfBounds,
    PulseReport,
    UnknownCompartment,
)

DRAIN_MS = 1_200
"""How long a bank that is closed waits for a running pulse: the cap, and time to switch off."""

Place = TypeVar("Place")


def place_of(places: Mapping[str, Place], compartment: str, duration_ms: int, cap_ms: int) -> Place:
    """Where the lock of ``compartment`` is. Raises ``UnknownCompartment`` and ``PulseOutOfBounds``."""
    try:
        place = places[compartment]
    except KeyError:
        raise UnknownCompartment(compartment) from None
    if not PULSE_FLOOR_MS <= duration_ms <= cap_ms:
        raise PulseOutOfBounds(compartment, duration_ms, cap_ms)
    return place


def must_be_free(compartment: str, *, closed: bool, busy: bool, cap_ms: int) -> None:
    """One pulse at a time. Raises ``LockFault`` of a bank that is closed, and ``LockBusy``."""
    if closed:
        raise LockFault(compartment, "the lock bank is closed")
    if busy:
        raise LockBusy(compartment, cap_ms)


def uncancellable() -> Future[PulseReport]:
    """What tells how a pulse ended. Whoever waits for it may go away; the pulse goes on: a future that runs cannot be
    cancelled.
    """
    future: Future[PulseReport] = Future()
    future.set_running_or_notify_cancel()
    return future
