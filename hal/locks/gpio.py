"""Locks on pins of the header: one output each, active high, a driver stage and a hardware one-shot behind it.

``blink()`` is never used: stopped midway it leaves the pin high. Pulses are timed by `LatchedLocks`.
"""

from __future__ import annotations

from collections.abc import Mapping

from gpiozero import OutputDevice

from hal.gpio import PinFactory, claim
from hal.interfaces import PULSE_CAP_MS
from hal.locks.latched import LatchedLocks


class GpioLockBank(LatchedLocks):
    """A ``LockBank`` on GPIO pins of one supply."""

    def __init__(self, pins: Mapping[str, int], factory: PinFactory, *, cap_ms: int = PULSE_CAP_MS) -> None:
        """Claim ``pins`` (compartment → GPIO number) as outputs, all inactive. Raises ``HardwareFault``."""
        outputs: dict[str, OutputDevice] = {}
        try:
            for compartment, pin in pins.items():
                outputs[compartment] = self._claim(compartment, pin, factory)
        except BaseException:
            for output in outputs.values():
                output.close()
            raise
        super().__init__(outputs, {label: f"GPIO {pin}" for label, pin in pins.items()}, cap_ms=cap_ms)

    @staticmethod
    def _claim(compartment: str, pin: int, factory: PinFactory) -> OutputDevice:
        def make() -> OutputDevice:
            return OutputDevice(pin, active_high=True, initial_value=False, pin_factory=factory)

        return claim(pin, f"the lock of {compartment}", make)
