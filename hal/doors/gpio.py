"""Door contacts on pins of the header: reed or micro switch to ground, pulled up.

Edges come on lgpio's notify thread. One exception on that thread ends it, and every input of the box goes silent while
the process looks healthy; so nothing a listener does gets through to it. Bouncing is not filtered here
(``hal.debounce`` does it for every driver alike).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from time import sleep

from gpiozero import InputDevice

from hal.gpio import PinFactory, claim
from hal.interfaces import (
    DoorLevel,
    DoorListener,
    DoorReading,
    Fault,
    FaultListener,
    UnknownCompartment,
    monotonic_ms,
)

log = logging.getLogger(__name__)

GIVE_BACK_MS = 500
"""How long the driver may take to let go of all lines."""
AGAIN_S = 0.005


class GpioDoorSensors:
    """``DoorSensors`` on GPIO pins. Thread-safe."""

    def __init__(
        self,
        pins: Mapping[str, int],
        factory: PinFactory,
        *,
        closed_level: bool,
        faults: FaultListener | None = None,
    ) -> None:
        """Claim ``pins`` (compartment → GPIO number) as inputs; ``closed_level`` is the pin's level while closed.

        Raises ``HardwareFault``.
        """
        self._listeners: tuple[DoorListener, ...] = ()
        self._faults = faults
        self._faulty = False
        self.listener_failures = 0
        """How often a listener raised. Anything but 0 is a programming error."""
        self._contacts: dict[str, _Contact] = {}
        try:
            for compartment, pin in pins.items():
                self._contacts[compartment] = _Contact(self, compartment, pin, factory, closed_level)
        except BaseException:
            self.close()
            raise

    @property
    def compartments(self) -> Sequence[str]:
        """Labels in the profile's order."""
        return tuple(self._contacts)

    def subscribe(self, listener: DoorListener) -> None:
        """See ``DoorSensors.subscribe``."""
        self._listeners = (*self._listeners, listener)

    def read(self, compartment: str) -> DoorReading:
        """See ``DoorSensors.read``."""
        contact = self._contacts.get(compartment)
        if contact is None:
            raise UnknownCompartment(compartment)
        return DoorReading(compartment, contact.level(), monotonic_ms())

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        """See ``DoorSensors.watch_closely``: edges come by themselves."""

    @property
    def progress_ms(self) -> int:
        """See ``DoorSensors.progress_ms``."""
        return monotonic_ms()

    def close(self) -> None:
        """See ``DoorSensors.close``."""
        self._listeners = ()
        until_ms = monotonic_ms() + GIVE_BACK_MS
        for compartment, contact in self._contacts.items():
            try:
                contact.close(until_ms)
            except Exception as error:
                # An input harms nobody, and the kernel takes it back when the process ends. The others go on.
                log.warning("the door contact of %s was not given back: %r", compartment, error)

    def deliver(self, reading: DoorReading) -> None:
        """Hand an edge to every listener. Never raises: it runs on the driver's only thread."""
        for listener in self._listeners:
            try:
                listener(reading)
            except Exception as error:
                self._listener_failed(error)

    def _listener_failed(self, error: Exception) -> None:
        self.listener_failures += 1
        log.error("a door listener raised; the edge will be found by polling", exc_info=error)
        if self._faults is None or self._faulty:
            return
        self._faulty = True
        try:
            self._faults.fault_raised(
                Fault(
                    "door_listener_failed",
                    "doors",
                    f"an edge could not be handed over ({type(error).__name__})",
                    "Doors are still polled. Report this with the log: it is an error in the program.",
                )
            )
        except Exception:
            log.exception("the fault listener raised as well")


class _Contact:
    """One pin. gpiozero keeps only a weak reference to the callback, so this object must be held."""

    def __init__(self, sensors: GpioDoorSensors, compartment: str, pin: int, factory: PinFactory, closed: bool) -> None:
        self._sensors = sensors
        self._compartment = compartment
        self._closed_level = closed
        self._device = claim(pin, f"the door of {compartment}", lambda: self._open(pin, factory))

    def _open(self, pin: int, factory: PinFactory) -> InputDevice:
        device = InputDevice(pin, pull_up=True, pin_factory=factory)
        try:
            device.pin.bounce = None
            device.pin.edges = "both"
            device.pin.when_changed = self._changed
        except BaseException:
            device.close()
            raise
        return device

    def _changed(self, _ticks: object, state: object) -> None:
        self._sensors.deliver(DoorReading(self._compartment, self._meaning(bool(state)), monotonic_ms()))

    def _meaning(self, state: bool) -> DoorLevel:
        return DoorLevel.CLOSED if state == self._closed_level else DoorLevel.OPEN

    def level(self) -> DoorLevel:
        try:
            return self._meaning(bool(self._device.pin.state))
        except Exception as error:
            # The driver's errors have no common base. Whatever it was, this door's position is not known.
            log.debug("the door of %s cannot be read: %r", self._compartment, error)
            return DoorLevel.UNKNOWN

    def close(self, until_ms: int) -> None:
        """Raises whatever the driver still says when it is ``until_ms``."""
        try:
            if self._device.pin is not None:
                self._silence(until_ms)
        finally:
            self._device.close()

    def _silence(self, until_ms: int) -> None:
        """gpiozero's own close leaves lgpio's callback registered. lgpio closes the line while its thread may be
        waiting on it; until that thread has woken up, which takes a while on a busy computer, the kernel calls the line
        busy.
        """
        while True:
            try:
                self._device.pin.when_changed = None
                return
            except Exception:
                if monotonic_ms() >= until_ms:
                    raise
            sleep(AGAIN_S)
