"""Builds what the board profile names, and nothing else: no default, no fallback, no silent stand-in."""

from __future__ import annotations

from hal.cabinet import Cabinet, JoinedDoors
from hal.gpio import PinFactory, open_pins
from hal.interfaces import DoorSensors, FaultListener, LockBank
from hal.locks.governor import GovernedLocks
from hal.profile import BackendKind, ClosedLevel, Profile


def build_cabinet(
    profile: Profile, pin_factory: PinFactory | None = None, *, faults: FaultListener | None = None
) -> Cabinet:
    """Claim every device of ``profile``, all outputs inactive.

    ``pin_factory`` is a gpiozero factory; without one the real pins of this computer are opened. ``faults`` hears of
    devices that get into trouble later. Raises ``HardwareFault``, naming the pin, bus or device, with everything
    claimed so far given back.
    """
    if profile.backend.kind is BackendKind.GPIO:
        return _gpio_cabinet(profile, pin_factory if pin_factory is not None else open_pins(), faults)
    raise AssertionError(f"no driver for {profile.backend.kind}")


def _gpio_cabinet(profile: Profile, pins: PinFactory, faults: FaultListener | None) -> Cabinet:
    from hal.doors.gpio import GpioDoorSensors
    from hal.indicators.gpio import GpioIndicators
    from hal.locks.gpio import GpioLockBank

    banks: list[LockBank] = []
    boards: list[DoorSensors] = []
    try:
        for bank in profile.banks:
            here = {item.label: item.lock_pin for item in profile.compartments if item.bank == bank.name}
            banks.append(GpioLockBank(here, pins))
        sensors = {item.label: item.sensor_pin for item in profile.compartments}
        closed = profile.sensors.closed_level is ClosedLevel.HIGH
        boards.append(GpioDoorSensors(sensors, pins, closed_level=closed, faults=faults))
        lamps = {item.label: item.lamp_pin for item in profile.compartments if item.lamp_pin is not None}
        indicators = GpioIndicators(lamps, profile.indicators.buzzer_pin, pins, faults)
    except BaseException:
        for board in boards:
            board.close()
        for made in banks:
            made.close()
        raise
    supplies = {item.label: profile.bank_of(item.label).supply for item in profile.compartments}
    return Cabinet(profile, GovernedLocks(banks, supplies), JoinedDoors(boards), indicators)
