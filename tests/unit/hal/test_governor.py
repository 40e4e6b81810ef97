"""The governor in front of banks that do not all behave."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from hal.interfaces import LockBank, LockBusy, LockFault, LockResting, PulseReport
from hal.locks.governor import GovernedLocks
from tests.fakes.hardware import FakeLocks


class Clock:
    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


class Broken:
    """A bank whose driver is wrong in the way a test chooses."""

    compartments = ("B01",)

    def __init__(self) -> None:
        self.future: Future[PulseReport] = Future()
        self.closed = False
        self.raises: Exception | None = None

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        if self.raises is not None:
            raise self.raises
        return self.future

    def all_off(self) -> None:
        raise LockFault("B01", "the board does not answer")

    def close(self) -> None:
        self.closed = True
        raise LockFault("B01", "the board does not answer")


def governed(*banks: LockBank, supplies: dict[str, str]) -> tuple[GovernedLocks, Clock]:
    clock = Clock()
    locks = GovernedLocks(banks, supplies, clock=clock)
    clock.now = 1_000
    return locks, clock


def test_banks_of_one_supply_take_turns() -> None:
    left, right = FakeLocks(["A01"], pulse_lasts=0.0), FakeLocks(["B01"], pulse_lasts=0.0)
    locks, clock = governed(left, right, supplies={"A01": "12V", "B01": "12V"})
    locks.pulse("A01", 400).result(5)
    with pytest.raises(LockBusy):
        locks.pulse("B01", 400)
    clock.now += 500
    locks.pulse("B01", 400).result(5)
    assert (left.pulses, right.pulses) == ([("A01", 400)], [("B01", 400)])
    locks.close()


def test_many_threads_get_one_coil() -> None:
    bank = FakeLocks(["A01", "A02", "A03"], pulse_lasts=0.2)
    locks, _ = governed(bank, supplies=dict.fromkeys(bank.compartments, "12V"))
    granted: list[Future[PulseReport]] = []
    start = threading.Barrier(12)

    def ask(compartment: str) -> None:
        start.wait()
        try:
            granted.append(locks.pulse(compartment, 1_000))
        except LockBusy:
            pass  # the others

    threads = [threading.Thread(target=ask, args=(bank.compartments[n % 3],)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == len(bank.pulses) == 1
    granted[0].result(5)
    locks.close()


def test_the_rules_know_of_the_end_before_whoever_waits_for_it() -> None:
    bank = FakeLocks(["A01", "A02"], pulse_lasts=0.0)
    locks, clock = governed(bank, supplies=dict.fromkeys(bank.compartments, "12V"))
    for turn in range(20):
        locks.pulse(("A01", "A02")[turn % 2], 100).result(5)
        locks.note_open(("A01", "A02")[turn % 2])
        clock.now += 500
    assert len(bank.pulses) == 20
    locks.close()


def test_a_pulse_that_failed_counts_as_sent() -> None:
    bank = FakeLocks(["A01"], pulse_lasts=0.0)
    locks, clock = governed(bank, supplies={"A01": "12V"})
    bank.fail_next = True
    with pytest.raises(LockFault):
        locks.pulse("A01", 400).result(5)
    clock.now += 500
    with pytest.raises(LockResting):
        locks.pulse("A01", 400)
    locks.close()


def test_a_driver_that_raises_frees_the_supply_and_counts_as_sent() -> None:
    bank = Broken()
    bank.raises = LockFault("B01", "unplugged")
    other = FakeLocks(["A01"], pulse_lasts=0.0)
    locks, clock = governed(bank, other, supplies={"A01": "12V", "B01": "12V"})
    with pytest.raises(LockFault):
        locks.pulse("B01", 400)
    with pytest.raises(LockBusy):
        locks.pulse("A01", 400)
    clock.now += 500
    locks.pulse("A01", 400).result(5)


def test_an_unexpected_error_of_a_driver_becomes_a_lock_fault() -> None:
    bank = Broken()
    locks, _ = governed(bank, supplies={"B01": "12V"})
    future = locks.pulse("B01", 400)
    bank.future.set_exception(OSError("Input/output error"))
    with pytest.raises(LockFault, match="Input/output error"):
        future.result(5)


def test_one_dead_bank_does_not_keep_the_others_on() -> None:
    bank = FakeLocks(["A01"])
    dead = Broken()
    locks, _ = governed(dead, bank, supplies={"A01": "12V", "B01": "12V"})
    future = locks.pulse("A01", 1_000)
    with pytest.raises(LockFault):
        locks.all_off()
    report = future.result(5)
    assert report.ended_mono_ms - report.started_mono_ms < 1_000
    with pytest.raises(LockFault):
        locks.close()
    assert dead.closed


def test_supplies_and_locks_have_to_agree() -> None:
    with pytest.raises(ValueError, match="A02"):
        GovernedLocks([FakeLocks(["A01"])], {"A01": "12V", "A02": "12V"})
    with pytest.raises(ValueError, match="two banks"):
        GovernedLocks([FakeLocks(["A01"]), FakeLocks(["A01"])], {"A01": "12V"})
