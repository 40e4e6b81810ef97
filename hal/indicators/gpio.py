"""Lamps and a buzzer on pins of the header."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from gpiozero import OutputDevice

from hal.gpio import PinFactory, claim
from hal.interfaces import Fault, FaultListener

log = logging.getLogger(__name__)

TONES: Mapping[str, tuple[int, ...]] = {
    "ok": (120,),
    "booked": (70, 60, 70),
    "refused": (500,),
    "full": (500, 200, 500),
    "attention": (300, 150, 300, 150, 300),
}
"""On and off times in ms, beginning with on."""


LIGHTS = ("scanner", "door")
NO_LIGHTS: Mapping[str, int] = {}


class GpioIndicators:
    """``Indicators`` on GPIO pins. Thread-safe. Trouble with a lamp is reported once and disturbs nobody."""

    def __init__(
        self,
        lamps: Mapping[str, int],
        buzzer: int | None,
        factory: PinFactory,
        faults: FaultListener | None = None,
        lights: Mapping[str, int] = NO_LIGHTS,
    ) -> None:
        """Claim the pins, all dark and silent; ``lights`` by their names in `LIGHTS`. Raises ``HardwareFault``."""
        self._faults = faults
        self._reported: set[str] = set()
        self._guard = threading.Lock()
        self._sounding: threading.Thread | None = None
        self._stop = threading.Event()
        self._lamps: dict[str, OutputDevice] = {}
        self._lights: dict[str, OutputDevice] = {}
        self._buzzer: OutputDevice | None = None
        try:
            for compartment, pin in lamps.items():
                self._lamps[compartment] = _output(pin, f"the lamp of {compartment}", factory)
            for name, pin in lights.items():
                self._lights[name] = _output(pin, f"the {name} light", factory)
            if buzzer is not None:
                self._buzzer = _output(buzzer, "the buzzer", factory)
        except BaseException:
            self.close()
            raise

    def lamp(self, compartment: str, on: bool) -> None:
        """See ``Indicators.lamp``."""
        lamp = self._lamps.get(compartment)
        if lamp is not None:
            self._set(lamp, on, f"the lamp of {compartment}")

    def light(self, name: str, on: bool) -> None:
        """See ``Indicators.light``."""
        if name not in LIGHTS:
            raise ValueError(f"there is no light {name!r}; there are {', '.join(LIGHTS)}")
        light = self._lights.get(name)
        if light is not None:
            self._set(light, on, f"the {name} light")

    def tone(self, name: str) -> None:
        """See ``Indicators.tone``. A tone that still sounds is not interrupted: the new one is dropped."""
        try:
            steps = TONES[name]
        except KeyError:
            raise ValueError(f"there is no tone {name!r}; there are {', '.join(TONES)}") from None
        buzzer = self._buzzer
        with self._guard:
            if buzzer is None or self._sounding is not None or self._stop.is_set():
                return
            self._sounding = threading.Thread(target=self._sound, args=(buzzer, steps), name="tone", daemon=True)
            self._sounding.start()

    def _sound(self, buzzer: OutputDevice, steps: tuple[int, ...]) -> None:
        try:
            for index, duration in enumerate(steps):
                self._set(buzzer, index % 2 == 0, "the buzzer")
                if self._stop.wait(duration / 1000):
                    return
        finally:
            self._set(buzzer, False, "the buzzer")
            with self._guard:
                self._sounding = None

    def _set(self, output: OutputDevice, on: bool, what: str) -> None:
        try:
            output.value = on
        except Exception as error:
            if what in self._reported:
                return
            self._reported.add(what)
            log.warning("%s cannot be switched: %r", what, error)
            if self._faults is not None:
                self._faults.fault_raised(
                    Fault("indicator_failed", what, f"it cannot be switched ({error})", "Check its pin and wiring.")
                )

    def close(self) -> None:
        """See ``Indicators.close``."""
        self._stop.set()
        sounding = self._sounding
        if sounding is not None:
            sounding.join(1.0)
        for output in (
            *self._lamps.values(),
            *self._lights.values(),
            *((self._buzzer,) if self._buzzer is not None else ()),
        ):
            output.close()


def _output(pin: int, purpose: str, factory: PinFactory) -> OutputDevice:
    return claim(pin, purpose, lambda: OutputDevice(pin, active_high=True, initial_value=False, pin_factory=factory))
