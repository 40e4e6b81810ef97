"""When may a coil be energised? The rules that hold for every lock, whatever drives it.

* one coil per supply at a time, then a gap of 500 ms;
* at most 1000 ms a pulse, and no more than a tenth of any 60 s for one coil, so that none burns out;
* at most three tries in a row that open nothing, 2 s apart, then 30 s of rest. A door that opens ends the row.

Pure: no clock, no thread, no device. Times are monotonic ms and come from the caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from hal.interfaces import PULSE_CAP_MS, PULSE_FLOOR_MS, LockBusy, LockResting, PulseOutOfBounds, UnknownCompartment


@dataclass(frozen=True, slots=True)
class LockLimits:
    """The numbers, in ms. They protect hardware: change them with the data sheet of the lock in hand."""

    cap_ms: int = PULSE_CAP_MS
    gap_ms: int = 500
    tries: int = 3
    try_gap_ms: int = 2_000
    rest_ms: int = 30_000
    duty_window_ms: int = 60_000
    duty_on_ms: int = 6_000
    overrun_ms: int = 50
    """How much longer than asked a pulse may turn out on a busy machine; reserved in the duty before each pulse."""


@dataclass(slots=True)
class _Coil:
    supply: str
    pulses: deque[tuple[int, int]] = field(default_factory=deque)
    """(start, end) of the pulses that still touch the duty window."""
    tries: int = 0
    last_start: int | None = None
    last_end: int | None = None


@dataclass(slots=True)
class _Supply:
    free_at: int
    energised: str | None = None
    expected_end: int = 0


class LockRules:
    """Grants or refuses pulses. Not thread-safe: the governor holds a lock around it."""

    def __init__(self, supplies: Mapping[str, str], started_ms: int, limits: LockLimits | None = None) -> None:
        """``supplies`` names the supply of each compartment; ``started_ms`` is now.

        What was energised until a moment ago by a process that died is not known, so the first gap begins now.
        """
        self.limits = limits if limits is not None else LockLimits()
        self._coils = {compartment: _Coil(supply) for compartment, supply in supplies.items()}
        self._supplies = {supply: _Supply(started_ms + self.limits.gap_ms) for supply in supplies.values()}

    def admit(self, compartment: str, duration_ms: int, now: int) -> None:
        """Count a pulse as begun at ``now``, or raise and change nothing.

        Raises ``UnknownCompartment``, ``PulseOutOfBounds``, ``LockBusy`` or ``LockResting``.
        """
        coil = self._coil(compartment)
        if not PULSE_FLOOR_MS <= duration_ms <= self.limits.cap_ms:
            raise PulseOutOfBounds(compartment, duration_ms, self.limits.cap_ms)
        supply = self._supplies[coil.supply]
        if supply.energised is not None:
            raise LockBusy(compartment, max(1, supply.expected_end + self.limits.gap_ms - now))
        if now < supply.free_at:
            raise LockBusy(compartment, supply.free_at - now)
        self._forget(coil, now)
        wait = max(self._wait_for_tries(coil, now), self._wait_for_duty(coil, duration_ms, now))
        if wait > 0:
            raise LockResting(compartment, wait)
        if coil.last_end is not None and now >= coil.last_end + self.limits.rest_ms:
            coil.tries = 0
        coil.tries += 1
        coil.last_start = now
        supply.energised = compartment
        supply.expected_end = now + duration_ms

    def ended(self, compartment: str, now: int) -> None:
        """The pulse that was admitted last for this compartment is over; its coil is off."""
        coil = self._coil(compartment)
        supply = self._supplies[coil.supply]
        if supply.energised != compartment or coil.last_start is None:
            raise RuntimeError(f"no pulse of {compartment} was admitted")
        coil.last_end = now
        coil.pulses.append((coil.last_start, now))
        supply.energised = None
        supply.free_at = now + self.limits.gap_ms

    def opened(self, compartment: str) -> None:
        """The door opened: the next pulse is no further try of the same opening. The duty still counts."""
        coil = self._coils.get(compartment)
        if coil is not None:
            coil.tries = 0

    def _coil(self, compartment: str) -> _Coil:
        try:
            return self._coils[compartment]
        except KeyError:
            raise UnknownCompartment(compartment) from None

    def _forget(self, coil: _Coil, now: int) -> None:
        while coil.pulses and coil.pulses[0][1] <= now - self.limits.duty_window_ms:
            coil.pulses.popleft()

    def _wait_for_tries(self, coil: _Coil, now: int) -> int:
        if coil.tries == 0 or coil.last_start is None or coil.last_end is None:
            return 0
        if coil.tries >= self.limits.tries:
            return max(0, coil.last_end + self.limits.rest_ms - now)
        return max(0, coil.last_start + self.limits.try_gap_ms - now)

    def _wait_for_duty(self, coil: _Coil, duration_ms: int, now: int) -> int:
        """How long until this pulse keeps the duty in every window.

        The fullest window that contains the new pulse is the one that ends with it, so that one is looked at. Waiting
        moves its beginning forward over the old pulses, the oldest first.
        """
        planned = duration_ms + self.limits.overrun_ms
        begin = now + planned - self.limits.duty_window_ms
        used = sum(end - max(start, begin) for start, end in coil.pulses if end > begin)
        excess = used + planned - self.limits.duty_on_ms
        wait = 0
        for start, end in coil.pulses:
            if excess <= 0:
                break
            if end <= begin:
                continue
            inside = end - max(start, begin)
            shed = min(inside, excess)
            wait = max(start, begin) + shed - begin
            excess -= shed
        return wait
