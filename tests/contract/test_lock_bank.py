"""What every ``LockBank`` does, whatever it drives.

``pytest -m hil tests/contract`` with ``ABHOLFACH_HIL_PROFILE`` set to a board profile runs the same on a real cabinet,
``./box kernel`` on simulated lines of a real kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager

import pytest

from hal.interfaces import LockBank, LockBusy, LockFault, PulseOutOfBounds, UnknownCompartment, monotonic_ms
from tests.contract import serial_subjects, subjects
from tests.contract.subjects import LockSubject
from tests.kernel import subjects as kernel_subjects

SUBJECTS = [
    pytest.param(subjects.fake_locks, id="fake"),
    pytest.param(subjects.simulated_gpio_locks, id="gpio"),
    pytest.param(subjects.simulated_cabinet_locks, id="cabinet"),
    pytest.param(serial_subjects.kerong_locks, id="kerong"),
    pytest.param(serial_subjects.waveshare_locks, id="waveshare"),
    pytest.param(serial_subjects.expander_locks, id="mcp23017"),
    pytest.param(kernel_subjects.locks_on_lgpio, id="kernel-gpio", marks=pytest.mark.kernel),
    pytest.param(kernel_subjects.cabinet_on_lgpio, id="kernel-cabinet", marks=pytest.mark.kernel),
    pytest.param(subjects.real_cabinet_locks, id="real", marks=pytest.mark.hil),
]


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Iterator[LockSubject]:
    make: Callable[[], AbstractContextManager[LockSubject]] = request.param
    with make() as made:
        yield made


def test_it_is_a_lock_bank(subject: LockSubject) -> None:
    assert isinstance(subject.bank, LockBank)
    assert "A01" in subject.bank.compartments


def test_a_pulse_lasts_as_long_as_asked_for_and_reports_when(subject: LockSubject) -> None:
    before = monotonic_ms()
    future = subject.bank.pulse("A01", 120)
    assert not future.done(), "pulse() waited for the coil"
    report = future.result(5)
    assert report.compartment == "A01"
    assert before <= report.started_mono_ms
    assert report.ended_mono_ms <= monotonic_ms()
    assert report.ended_mono_ms - report.started_mono_ms >= 119
    assert subject.began_one_pulse()


def test_a_pulse_cannot_be_cancelled(subject: LockSubject) -> None:
    future = subject.bank.pulse("A01", 120)
    assert not future.cancel()
    try:
        report = future.result(5)
    except CancelledError:  # pragma: no cover
        pytest.fail("the pulse was cancelled")
    assert report.ended_mono_ms - report.started_mono_ms >= 119


@pytest.mark.parametrize("duration", [-1, 0, 49, 1001, 60_000])
def test_a_duration_out_of_bounds_is_refused_before_anything_happens(subject: LockSubject, duration: int) -> None:
    with pytest.raises(PulseOutOfBounds) as refused:
        subject.bank.pulse("A01", duration)
    assert isinstance(refused.value, ValueError)
    assert refused.value.code == "pulse_out_of_bounds"
    assert subject.pulses_begun is None or subject.pulses_begun() == 0


@pytest.mark.parametrize("duration", [50, 1000])
def test_the_bounds_themselves_are_allowed(subject: LockSubject, duration: int) -> None:
    future = subject.bank.pulse("A01", duration)
    subject.bank.all_off()
    assert future.result(5).compartment == "A01"


def test_an_unknown_compartment_is_refused(subject: LockSubject) -> None:
    with pytest.raises(UnknownCompartment):
        subject.bank.pulse("Z99", 100)


def test_no_second_coil_while_one_is_energised(subject: LockSubject) -> None:
    first = subject.bank.pulse("A01", 300)
    with pytest.raises(LockBusy) as busy:
        subject.bank.pulse("A02", 100)
    assert busy.value.retry_after_ms > 0
    report = first.result(5)
    assert report.ended_mono_ms - report.started_mono_ms >= 299, "the refused pulse disturbed the running one"
    assert subject.began_one_pulse()


def test_all_off_ends_a_running_pulse(subject: LockSubject) -> None:
    future = subject.bank.pulse("A01", 1000)
    subject.bank.all_off()
    report = future.result(5)
    if subject.cuts:
        assert report.ended_mono_ms - report.started_mono_ms < 1000
    else:
        assert report.compartment == "A01", "the board ends it by itself, and says so"


def test_all_off_is_over_when_it_is_over(subject: LockSubject) -> None:
    subject.bank.all_off()
    report = subject.bank.pulse("A01", 120).result(5)
    assert report.ended_mono_ms - report.started_mono_ms >= 119, "the next pulse was cut short"
    assert subject.began_one_pulse()


def test_close_lets_a_running_pulse_end_and_takes_no_more(subject: LockSubject) -> None:
    future = subject.bank.pulse("A01", 200)
    subject.bank.close()
    report = future.result(0.5)
    assert report.ended_mono_ms - report.started_mono_ms >= 199
    with pytest.raises((LockFault, LockBusy)):
        subject.bank.pulse("A02", 100)
    subject.bank.close()
