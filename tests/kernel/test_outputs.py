"""Lines that drive coils: what is on them from before a process claims them until after it is dead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hal import safe_outputs
from hal.factory import build_cabinet
from hal.gpio import open_pins
from hal.interfaces import HardwareFault
from hal.locks.gpio import GpioLockBank
from hal.profile import load_profile
from tests.contract.subjects import wait_out_the_first_gap
from tests.fakes.plant import GPIO_12, eventually
from tests.kernel.chip import Counted, header, outputs_persist
from tests.kernel.subjects import running_cabinet

pytestmark = pytest.mark.kernel

OUTPUTS = safe_outputs.output_pins(GPIO_12)
A01 = 16
BUZZER = 15


@contextmanager
def firing() -> Iterator[subprocess.Popen[str]]:
    """A process that has A01's coil energised."""
    process = subprocess.Popen([sys.executable, "-m", "tests.kernel.pulse", "A01"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        eventually(lambda: header().level(A01))
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def run_safe_outputs() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hal.safe_outputs", str(GPIO_12)], capture_output=True, text=True, check=False
    )


def levels() -> list[bool]:
    return [header().level(line) for line in OUTPUTS]


def test_no_output_flickers_when_a_cabinet_is_opened_and_closed() -> None:
    header()
    counted = Counted()
    with running_cabinet():
        assert levels() == [False] * len(OUTPUTS)
    assert counted.rises() == {}


def test_a_pulse_is_on_its_line_and_on_no_other() -> None:
    with running_cabinet() as (cabinet, chip):
        counted = Counted()
        wait_out_the_first_gap(cabinet.locks)
        pulse = cabinet.locks.pulse("A03", 150)
        eventually(lambda: chip.level(18))
        pulse.result(5)
        assert levels() == [False] * len(OUTPUTS)
    assert counted.rises() == {18: 1}


def test_a_tone_has_its_beats() -> None:
    with running_cabinet() as (cabinet, chip):
        counted = Counted()
        cabinet.indicators.tone("booked")
        eventually(lambda: counted.rises() == {BUZZER: 2} and not chip.level(BUZZER))
    assert counted.rises() == {BUZZER: 2}


@pytest.mark.parametrize("persist", [True, False], ids=["driven on", "strict"])
def test_killed_while_a_coil_is_energised(persist: bool) -> None:
    """What the hardware's one-shot is for, and what the next process finds."""
    with outputs_persist(persist), firing() as process:
        process.kill()
        assert process.wait() == -9
        assert header().level(A01) is persist, "a Raspberry Pi goes on driving unless its device tree says otherwise"
        counted = Counted()
        done = run_safe_outputs()
        assert (done.returncode, done.stderr) == (0, "")
        assert levels() == [False] * len(OUTPUTS), "and they stay low when it has ended"
        assert counted.rises() == {}


def test_what_was_left_on_is_off_when_the_next_process_has_claimed_it() -> None:
    with outputs_persist(True), firing() as process:
        process.kill()
        process.wait()
        assert header().level(A01)
        counted = Counted()
        with running_cabinet():
            assert levels() == [False] * len(OUTPUTS)
        assert counted.rises() == {}


def test_lines_that_a_living_process_holds_are_not_taken_from_it(capsys: pytest.CaptureFixture[str]) -> None:
    with firing() as process:
        assert safe_outputs.main([str(GPIO_12)]) == 1  # in this process, for another takes longer to start than a pulse
        assert header().level(A01)
        assert f"GPIO {A01} was not driven low: another process holds the line" in capsys.readouterr().err
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
        assert not header().level(A01)
        assert process.wait(20) == 0


def test_a_line_that_another_process_holds_is_named_and_the_others_are_given_back() -> None:
    profile = load_profile(GPIO_12)
    first, second = open_pins(), open_pins()
    bank = GpioLockBank({"A12": 27}, first)
    with pytest.raises(HardwareFault) as caught:
        build_cabinet(profile, second)
    assert (caught.value.code, caught.value.subject) == ("pin_unavailable", "GPIO 27")
    bank.close()
    second.close()
    first.close()
    with running_cabinet():
        assert levels() == [False] * len(OUTPUTS)
