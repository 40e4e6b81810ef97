"""What all ``DoorSensors`` do, whatever they are connected to.

``pytest -m hil -s tests/contract`` with ``ABHOLFACH_HIL_PROFILE`` set runs the same on a real cabinet and asks a
person to move its doors; ``./box kernel`` on simulated lines of a real kernel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from hal.interfaces import DoorLevel, DoorReading, DoorSensors, UnknownCompartment, monotonic_ms
from tests.contract import serial_subjects, subjects
from tests.contract.subjects import DoorSubject
from tests.fakes.plant import eventually
from tests.kernel import subjects as kernel_subjects

SUBJECTS = [
    pytest.param(subjects.fake_doors, id="fake"),
    pytest.param(subjects.simulated_gpio_doors, id="gpio"),
    pytest.param(serial_subjects.kerong_doors, id="kerong"),
    pytest.param(serial_subjects.waveshare_doors, id="waveshare"),
    pytest.param(serial_subjects.expander_doors, id="mcp23017"),
    pytest.param(kernel_subjects.doors_on_lgpio, id="kernel", marks=pytest.mark.kernel),
    pytest.param(subjects.real_cabinet_doors, id="real", marks=pytest.mark.hil),
]


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Iterator[DoorSubject]:
    make: Callable[[], AbstractContextManager[DoorSubject]] = request.param
    with make() as made:
        yield made


def test_they_are_door_sensors(subject: DoorSubject) -> None:
    assert isinstance(subject.doors, DoorSensors)
    assert "A01" in subject.doors.compartments


def test_reading_follows_the_door(subject: DoorSubject) -> None:
    before = monotonic_ms()
    reading = subject.doors.read("A01")
    assert (reading.compartment, reading.level) == ("A01", DoorLevel.CLOSED)
    assert before - 2_000 <= reading.mono_ms <= monotonic_ms(), "a poll of a board is not long ago"
    subject.open_door("A01")
    eventually(lambda: subject.doors.read("A01").level is DoorLevel.OPEN)
    assert subject.doors.read("A02").level is DoorLevel.CLOSED
    subject.close_door("A01")
    eventually(lambda: subject.doors.read("A01").level is DoorLevel.CLOSED)


def test_edges_come_on_a_foreign_thread_and_are_stamped(subject: DoorSubject) -> None:
    heard: list[tuple[DoorReading, int]] = []
    subject.doors.subscribe(lambda reading: heard.append((reading, threading.get_ident())))
    before = monotonic_ms()
    subject.open_door("A01")
    eventually(lambda: heard and heard[-1][0].level is DoorLevel.OPEN)
    reading, thread = heard[0]
    assert (reading.compartment, reading.level) == ("A01", DoorLevel.OPEN)
    assert before <= reading.mono_ms <= monotonic_ms()
    assert thread != threading.get_ident()


def test_a_listener_that_raises_silences_nobody(subject: DoorSubject) -> None:
    heard: list[DoorReading] = []

    def broken(reading: DoorReading) -> None:
        raise RuntimeError("a listener that is wrong")

    subject.doors.subscribe(broken)
    subject.doors.subscribe(heard.append)
    subject.open_door("A01")
    eventually(lambda: heard and heard[-1].level is DoorLevel.OPEN)
    subject.close_door("A01")
    eventually(lambda: heard[-1].level is DoorLevel.CLOSED)


def test_a_sensor_that_cannot_be_read_is_unknown(subject: DoorSubject) -> None:
    if subject.break_sensor is None:
        pytest.skip("nobody breaks a real one")
    subject.break_sensor("A01")
    eventually(lambda: subject.doors.read("A01").level is DoorLevel.UNKNOWN)
    assert subject.doors.read("A02").level is DoorLevel.CLOSED


def test_an_unknown_compartment_is_refused(subject: DoorSubject) -> None:
    with pytest.raises(UnknownCompartment):
        subject.doors.read("Z99")


def test_nothing_is_heard_after_close(subject: DoorSubject) -> None:
    heard: list[DoorReading] = []
    subject.doors.subscribe(heard.append)
    subject.doors.close()
    subject.doors.close()
    subject.open_door("A01")
    assert heard == []
