"""A cabinet of twelve doors on a chip of ``gpio-sim``, by the real gpiozero on the real lgpio, for the contract
tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.gpio import open_pins
from hal.interfaces import FaultListener
from hal.locks.gpio import GpioLockBank
from hal.profile import Profile, load_profile
from tests.contract.subjects import DoorSubject, LockSubject, wait_out_the_first_gap
from tests.fakes.plant import GPIO_12, eventually
from tests.kernel.chip import Chip, Counted, header


def contacts(profile: Profile) -> dict[str, int]:
    """The lines of the door contacts, by compartment."""
    return {item.label: item.sensor for item in profile.compartments if item.sensor is not None}


@contextmanager
def running_cabinet(faults: FaultListener | None = None) -> Iterator[tuple[Cabinet, Chip]]:
    """The shipped cabinet of twelve doors on the header's chip, every door closed."""
    chip, profile = header(), load_profile(GPIO_12)
    pins = open_pins()
    try:
        cabinet = build_cabinet(profile, pins, faults=faults)
        try:
            closed: set[str] = set()
            cabinet.doors.subscribe(lambda reading: closed.add(reading.compartment))
            for line in contacts(profile).values():
                chip.pull(line, up=False)  # only now: claiming a line connects it to its own pull-up as well
            eventually(lambda: len(closed) == len(profile.compartments))  # and none of these edges comes later
            yield cabinet, chip
        finally:
            cabinet.close()
    finally:
        pins.close()


@contextmanager
def locks_on_lgpio() -> Iterator[LockSubject]:
    header()
    profile, pins = load_profile(GPIO_12), open_pins()
    lines = {item.label: item.lock for item in profile.compartments}
    counted = Counted()
    bank = GpioLockBank(lines, pins)
    yield LockSubject(bank, lambda: sum(counted.rises().values()))
    bank.close()
    pins.close()


@contextmanager
def cabinet_on_lgpio() -> Iterator[LockSubject]:
    with running_cabinet() as (cabinet, _):
        counted = Counted()
        wait_out_the_first_gap(cabinet.locks)
        yield LockSubject(cabinet.locks, lambda: sum(counted.rises().values()))


@contextmanager
def doors_on_lgpio() -> Iterator[DoorSubject]:
    with running_cabinet() as (cabinet, chip):
        lines = contacts(cabinet.profile)
        yield DoorSubject(
            cabinet.doors,
            lambda label: chip.pull(lines[label], up=True),
            lambda label: chip.pull(lines[label], up=False),
            None,
        )
