"""Lamps, lights and a buzzer on pins of the header."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from gpiozero import OutputDevice

from hal.gpio import PinFactory, claim


class PinSwitch:
    """One pin: a `hal.boards.board.Switch`. ``switch`` raises whatever the pin library does."""

    def __init__(self, name: str, pin: int, factory: PinFactory) -> None:
        """Claim it, off. Raises ``HardwareFault``."""
        self._output = claim(
            pin, name, lambda: OutputDevice(pin, active_high=True, initial_value=False, pin_factory=factory)
        )

    def switch(self, on: bool) -> None:
        """See `Switch.switch`."""
        self._output.value = on

    def close(self) -> None:
        """See `Switch.close`: a pin that is given back falls low by its pull-down."""
        self._output.close()


def pin_switches(pins: Mapping[str, int], factory: PinFactory) -> dict[str, PinSwitch]:
    """Name → its pin, claimed and off. Raises ``HardwareFault`` with those claimed so far given back."""
    with ExitStack() as claimed:
        switches = {}
        for name, pin in pins.items():
            switches[name] = PinSwitch(name, pin, factory)
            claimed.callback(switches[name].close)
        claimed.pop_all()
    return switches
