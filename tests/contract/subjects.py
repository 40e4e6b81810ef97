"""What the contract tests run against, each with a way to play the person and to look at the coils."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hal.factory import build_cabinet
from hal.gpio import PinFactory
from hal.interfaces import DoorLevel, DoorSensors, LockBank
from hal.locks.gpio import GpioLockBank
from hal.profile import Profile, load_profile
from simulator.pins import PlantFactory
from simulator.plant.client import PlantClient
from tests.fakes.hardware import FakeDoors, FakeLocks
from tests.fakes.plant import running_plant


@dataclass
class LockSubject:
    """A lock bank, at rest and allowed to pulse at once."""

    bank: LockBank
    pulses_begun: Callable[[], int] | None
    """How often a coil was energised, where somebody can tell."""
    cuts: bool = True
    """Does all_off end a running pulse? A board that times its own may know no such command."""

    def began_one_pulse(self) -> bool:
        """Was a coil energised once and no more? What an emulated board does reaches the plant by a process of its
        own.
        """
        if self.pulses_begun is None:
            return True
        deadline = time.monotonic() + 10
        while self.pulses_begun() < 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.pulses_begun() == 1


@dataclass
class DoorSubject:
    """Door sensors, all doors closed."""

    doors: DoorSensors
    open_door: Callable[[str], None]
    close_door: Callable[[str], None]
    break_sensor: Callable[[str], None] | None


@contextmanager
def fake_locks() -> Iterator[LockSubject]:
    locks = FakeLocks(["A01", "A02"])
    yield LockSubject(locks, lambda: len(locks.pulses))
    locks.close()


def coils_begun(person: PlantClient) -> int:
    """How often any coil of the plant was energised."""
    over = sum(1 for entry in person.ledger().entries if type(entry).__name__ == "CoilPulse")
    return over + sum(box.energised for box in person.status().compartments)


@contextmanager
def _plant_pins() -> Iterator[tuple[Profile, PinFactory, Callable[[], int], DoorSubject]]:
    with running_plant() as plant:
        pins = PlantFactory(plant.socket)
        person = plant.person

        def open_door(label: str) -> None:
            person.fault(label, "pops_open")
            assert person.pull(label).moved

        def close_door(label: str) -> None:
            assert person.close_door(label).moved

        def break_sensor(label: str) -> None:
            person.fault(label, "dead_sensor")

        doors = DoorSubject(FakeDoors([]), open_door, close_door, break_sensor)
        try:
            yield load_profile(plant.profile), pins, lambda: coils_begun(person), doors
        finally:
            pins.close()


@contextmanager
def simulated_gpio_locks() -> Iterator[LockSubject]:
    with _plant_pins() as (profile, pins, begun, _):
        bank = GpioLockBank({item.label: item.lock for item in profile.compartments}, pins)
        yield LockSubject(bank, begun)
        bank.close()


def wait_out_the_first_gap(bank: LockBank) -> None:
    # A governor that has just been made does not know what was energised before.
    from time import sleep

    sleep(0.55)


@contextmanager
def simulated_cabinet_locks() -> Iterator[LockSubject]:
    with _plant_pins() as (profile, pins, begun, _):
        cabinet = build_cabinet(profile, pins)
        wait_out_the_first_gap(cabinet.locks)
        yield LockSubject(cabinet.locks, begun)
        cabinet.close()


@contextmanager
def real_cabinet_locks() -> Iterator[LockSubject]:
    cabinet = build_cabinet(load_profile(Path(os.environ["ABHOLFACH_HIL_PROFILE"])))
    wait_out_the_first_gap(cabinet.locks)
    yield LockSubject(cabinet.locks, None)
    cabinet.close()


@contextmanager
def fake_doors() -> Iterator[DoorSubject]:
    doors = FakeDoors(["A01", "A02"])
    yield DoorSubject(
        doors,
        lambda label: doors.move(label, DoorLevel.OPEN),
        lambda label: doors.move(label, DoorLevel.CLOSED),
        lambda label: doors.move(label, DoorLevel.UNKNOWN),
    )
    doors.close()


@contextmanager
def simulated_gpio_doors() -> Iterator[DoorSubject]:
    with _plant_pins() as (profile, pins, _, subject):
        cabinet = build_cabinet(profile, pins)
        subject.doors = cabinet.doors
        yield subject
        cabinet.close()


@contextmanager
def real_cabinet_doors() -> Iterator[DoorSubject]:
    cabinet = build_cabinet(load_profile(Path(os.environ["ABHOLFACH_HIL_PROFILE"])))

    def ask(what: str) -> Callable[[str], None]:
        return lambda label: (input(f"{what} the door of {label}, then press Enter: "), None)[1]

    yield DoorSubject(cabinet.doors, ask("Open"), ask("Close"), None)
    cabinet.close()
