"""The real GPIO drivers on the plant's pins: what the contract leaves open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import pairwise
from pathlib import Path
from time import sleep

import pytest

from hal.cabinet import Cabinet
from hal.doors.watch import DoorWatch
from hal.factory import build_cabinet
from hal.interfaces import (
    DoorLevel,
    DoorReading,
    Fault,
    HardwareFault,
    Indicators,
    LockBusy,
    LockError,
    LockFault,
    LockResting,
    PulseReport,
)
from hal.locks.gpio import GpioLockBank
from hal.profile import load_profile
from simulator.pins import PlantFactory
from simulator.plant.ledger import CoilPulse, Movement
from simulator.plant.protocol import LedgerView
from tests.fakes.hardware import FakeIndicators
from tests.fakes.plant import GPIO_12, RunningPlant, eventually, running_plant


@pytest.fixture
def plant() -> Iterator[RunningPlant]:
    with running_plant() as running:
        yield running


@pytest.fixture
def cabinet(plant: RunningPlant) -> Iterator[Cabinet]:
    pins = PlantFactory(plant.socket)
    built = build_cabinet(load_profile(plant.profile), pins)
    yield built
    built.close()
    pins.close()


def pulses(view: LedgerView) -> list[CoilPulse]:
    return [entry for entry in view.entries if isinstance(entry, CoilPulse)]


def pulse(cabinet: Cabinet, compartment: str, duration: int = 100) -> None:
    """A pulse as soon as the supply is free."""

    def granted() -> bool:
        try:
            cabinet.locks.pulse(compartment, duration).result(5)
        except LockBusy:
            return False
        return True

    eventually(granted)


def test_a_pulse_opens_the_door_and_the_bounce_is_one_reading(plant: RunningPlant, cabinet: Cabinet) -> None:
    raw: list[DoorReading] = []
    steady: list[DoorReading] = []
    cabinet.doors.subscribe(raw.append)
    watch = DoorWatch(cabinet.doors, steady.append)
    watch.start()
    watch.wait_until_settled(5_000)
    steady.clear()
    pulse(cabinet, "A07", 200)
    assert plant.person.wait("A07")
    assert plant.person.pull("A07").moved
    plant.person.put("A07", "envelope-1")
    assert plant.person.close_door("A07").moved
    eventually(lambda: len(steady) == 2)
    assert [(reading.compartment, reading.level) for reading in steady] == [
        ("A07", DoorLevel.OPEN),
        ("A07", DoorLevel.CLOSED),
    ]
    assert len(raw) > 2, "the reed did not bounce"
    popped = next(entry for entry in plant.person.ledger().entries if isinstance(entry, Movement))
    assert popped.mono_ms - 1 <= steady[0].mono_ms, "stamped before the door moved"
    assert steady[0].mono_ms < steady[1].mono_ms
    watch.close()


def test_the_governor_keeps_two_coils_apart(plant: RunningPlant, cabinet: Cabinet) -> None:
    refused: list[LockError] = []
    granted: list[Future[PulseReport]] = []
    start = threading.Barrier(6)

    def hammer(compartment: str) -> None:
        start.wait()
        while len(granted) < 3:
            try:
                granted.append(cabinet.locks.pulse(compartment, 60))
            except (LockBusy, LockResting) as refusal:
                refused.append(refusal)
            sleep(0.002)

    threads = [threading.Thread(target=hammer, args=(f"A{n:02d}",)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reports = [future.result(5) for future in granted]
    eventually(lambda: len(pulses(plant.person.ledger())) == len(granted))
    assert refused
    assert plant.person.ledger().most_coils == {"12V": 1}
    for one, other in pairwise(reports):
        assert other.started_mono_ms - one.ended_mono_ms >= 500


def test_a_door_that_opened_may_be_opened_again_at_once(plant: RunningPlant, cabinet: Cabinet) -> None:
    for _ in range(4):
        pulse(cabinet, "A01", 300)
        assert plant.person.wait("A01")
        assert plant.person.close_door("A01").moved
    assert len(pulses(plant.person.ledger())) == 4


def test_an_exception_in_a_listener_does_not_silence_the_inputs(plant: RunningPlant, cabinet: Cabinet) -> None:
    heard: list[DoorReading] = []

    def broken(reading: DoorReading) -> None:
        heard.append(reading)
        raise RuntimeError("a listener that is wrong")

    cabinet.doors.subscribe(broken)
    for label in ("A01", "A02"):
        plant.person.fault(label, "pops_open")
        eventually(lambda label=label: any(reading.compartment == label for reading in heard))  # type: ignore[misc]


def test_every_line_is_low_after_close_even_during_a_pulse(plant: RunningPlant) -> None:
    pins = PlantFactory(plant.socket)
    bank = GpioLockBank({"A01": 16}, pins)
    future = bank.pulse("A01", 300)
    eventually(lambda: plant.person.box("A01").energised)
    bank.close()
    assert future.done()
    eventually(lambda: plant.person.box("A01").line == 0)
    [done] = pulses(plant.person.ledger())
    assert done.ended_by == "line"
    assert done.unlatched, "the pulse was cut short"
    pins.close()


def test_a_pin_is_claimed_once_and_given_back_after_a_failure(plant: RunningPlant) -> None:
    pins = PlantFactory(plant.socket)
    bank = GpioLockBank({"A01": 16}, pins)
    with pytest.raises(HardwareFault, match=r"GPIO 16: the pin for the lock of B02 cannot be claimed") as fault:
        GpioLockBank({"B01": 17, "B02": 16}, pins)
    assert fault.value.code == "pin_unavailable"
    GpioLockBank({"B01": 17}, pins).close()
    bank.close()
    pins.close()


def test_without_a_plant_there_are_no_pins(tmp_path: Path) -> None:
    with pytest.raises(HardwareFault, match="the simulated cabinet does not answer"):
        PlantFactory(tmp_path / "nowhere")


def test_when_the_plant_dies_doors_are_unknown_and_pulses_fail(plant: RunningPlant) -> None:
    pins = PlantFactory(plant.socket)
    cabinet = build_cabinet(load_profile(plant.profile), pins)
    pulse(cabinet, "A02", 60)
    plant.process.kill()
    plant.process.wait(10)
    eventually(lambda: cabinet.doors.read("A01").level is DoorLevel.UNKNOWN)

    with pytest.raises(LockFault, match="GPIO 16 cannot be switched"):
        pulse(cabinet, "A01")
    with pytest.raises(LockFault):
        cabinet.locks.all_off()
    with pytest.raises(LockFault):
        cabinet.close()
    pins.close()


def test_a_coil_that_cannot_be_switched_off_is_a_fault(plant: RunningPlant) -> None:
    pins = PlantFactory(plant.socket)
    bank = GpioLockBank({"A01": 16}, pins)
    future = bank.pulse("A01", 1_000)
    eventually(lambda: plant.person.box("A01").energised)
    plant.process.kill()
    plant.process.wait(10)
    with pytest.raises(LockFault, match="GPIO 16 cannot be switched off"):
        future.result(5)
    with pytest.raises(LockFault):
        bank.close()
    pins.close()


def test_the_buzzer_sounds_and_an_unknown_tone_is_refused(plant: RunningPlant, cabinet: Cabinet) -> None:
    assert isinstance(cabinet.indicators, Indicators)
    assert isinstance(FakeIndicators(), Indicators)
    cabinet.indicators.tone("full")
    eventually(lambda: plant.person.status().tones == 2)
    cabinet.indicators.lamp("A01", True)  # this profile names no lamp: nothing happens
    with pytest.raises(ValueError, match="there is no tone"):
        cabinet.indicators.tone("birdsong")


class Faults:
    def __init__(self) -> None:
        self.raised: list[Fault] = []

    def fault_raised(self, fault: Fault) -> None:
        self.raised.append(fault)

    def fault_cleared(self, code: str, subject: str) -> None:
        raise AssertionError("nothing was mended")


def test_a_lamp_that_fails_is_a_fault_once_and_disturbs_nobody(tmp_path: Path) -> None:
    profile = tmp_path / "cabinet.toml"
    text = GPIO_12.read_text(encoding="utf-8").replace("buzzer = 15\n", "")
    profile.write_text(text.replace("lock = 22\n", "lock = 22\nlamp = 15\n"), encoding="utf-8")
    faults = Faults()
    with running_plant(profile) as plant:
        pins = PlantFactory(plant.socket)
        cabinet = build_cabinet(load_profile(profile), pins, faults=faults)
        cabinet.indicators.lamp("A07", True)
        eventually(lambda: plant.person.box("A07").lamp == 1)
        assert plant.person.box("A01").lamp is None
        cabinet.indicators.tone("ok")  # this profile names no buzzer
        cabinet.indicators.lamp("A07", False)
        eventually(lambda: plant.person.box("A07").lamp == 0)
        plant.process.kill()
        plant.process.wait(10)
        eventually(lambda: cabinet.doors.read("A01").level is DoorLevel.UNKNOWN)
        for on in (True, False, True):
            cabinet.indicators.lamp("A07", on)
        with pytest.raises(LockFault):
            cabinet.close()
        pins.close()
    assert [(fault.code, fault.subject) for fault in faults.raised] == [("indicator_failed", "the lamp of A07")]


@pytest.mark.skipif(any(Path("/dev").glob("gpiochip*")), reason="this computer has GPIO pins")
def test_real_pins_are_not_replaced_by_anything(tmp_path: Path) -> None:
    """On a computer without a GPIO chip the production factory fails, whatever gpiozero could fall back to."""
    code = (
        "from hal.factory import build_cabinet; from hal.profile import *; from hal.interfaces import HardwareFault\n"
        "try: build_cabinet(load_profile(shipped_profiles()['gpio-12']))\n"
        "except HardwareFault as fault: print(fault.code, fault.subject)\n"
    )
    environment = {**os.environ, "GPIOZERO_PIN_FACTORY": "mock", "RUNTIME_DIRECTORY": str(tmp_path)}
    elsewhere = tmp_path / "cwd"
    elsewhere.mkdir()
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment, cwd=elsewhere
    )
    assert run.stdout == "gpio_chip_unavailable gpio\n"
    assert list(elsewhere.iterdir()) == [], "lgpio wrote into the working directory"


PULSER = """
import os, signal, sys
from hal.factory import build_cabinet
from hal.profile import load_profile
from hal.interfaces import LockBusy
from pathlib import Path
from simulator.pins import PlantFactory
from simulator.plant.client import PlantClient
cabinet = build_cabinet(load_profile(Path(sys.argv[1])), PlantFactory(sys.argv[2]))
person = PlantClient(sys.argv[2])
while True:
    try:
        cabinet.locks.pulse("A07", int(sys.argv[3]))
        break
    except LockBusy:
        pass
"""
DIES = (
    PULSER
    + """
while not person.box("A07").energised:
    pass
os.kill(os.getpid(), signal.SIGKILL)
"""
)


def test_after_a_kill_the_line_stays_high_the_one_shot_ends_the_pulse_and_safe_outputs_the_line(
    plant: RunningPlant,
) -> None:
    victim = subprocess.run([sys.executable, "-c", DIES, plant.profile, plant.socket, "690"], check=False, timeout=30)
    assert victim.returncode == -signal.SIGKILL
    assert plant.person.box("A07").line == 1
    eventually(lambda: pulses(plant.person.ledger()))
    [done] = pulses(plant.person.ledger())
    assert (done.compartment, done.ended_by) == ("A07", "one_shot")
    assert done.end_ms - done.start_ms >= 700
    assert plant.person.box("A07").line == 1, "a GPIO line keeps its level"
    subprocess.run(
        [sys.executable, "-m", "simulator.safe_outputs", "--profile", plant.profile, "--socket", plant.socket],
        check=True,
    )
    assert plant.person.box("A07").line == 0
    assert len(pulses(plant.person.ledger())) == 1


def test_a_process_that_ends_during_a_pulse_switches_off_first(plant: RunningPlant) -> None:
    subprocess.run([sys.executable, "-c", PULSER, plant.profile, plant.socket, "200"], check=True, timeout=30)
    [done] = pulses(plant.person.ledger())
    assert done.ended_by == "line"
    assert done.unlatched, "the pulse was cut short"
    assert plant.person.box("A07").line == 0
