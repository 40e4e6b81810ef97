"""What all ``Indicators`` do, whatever their wires end at: pins, an expander, a relay board."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from hal.boards import modbus_rtu
from hal.indicators.switched import TONES
from hal.interfaces import Indicators
from tests.contract import indicator_subjects as subjects
from tests.contract.indicator_subjects import IndicatorSubject
from tests.fakes.plant import eventually

SUBJECTS = [
    pytest.param(subjects.fake_indicators, id="fake"),
    pytest.param(subjects.header_indicators, id="gpio"),
    pytest.param(subjects.expander_indicators, id="mcp23017"),
    pytest.param(subjects.relay_indicators, id="waveshare"),
]


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Iterator[IndicatorSubject]:
    make: Callable[[], AbstractContextManager[IndicatorSubject]] = request.param
    with make() as made:
        yield made


def test_a_lamp_and_each_light_burn_for_themselves(subject: IndicatorSubject) -> None:
    shown = subject.indicators
    assert isinstance(shown, Indicators)
    assert subject.lit() == set()
    shown.lamp("A01", True)
    eventually(lambda: subject.lit() == {"lamp"})
    shown.light("scanner", True)
    shown.light("door", True)
    eventually(lambda: subject.lit() == {"lamp", "scanner", "door"})
    shown.lamp("A01", False)
    shown.light("scanner", False)
    eventually(lambda: subject.lit() == {"door"})
    shown.lamp("A02", True)  # it has none
    shown.lamp("Z99", True)  # there is no such compartment
    with pytest.raises(ValueError, match="disco"):
        shown.light("disco", True)
    with pytest.raises(ValueError, match="fanfare"):
        shown.tone("fanfare")
    assert subject.lit() == {"door"}
    shown.lamp("A01", True)
    shown.close()
    eventually(lambda: subject.lit() == set())
    shown.close()
    assert subject.faults is None or not subject.faults.told


def test_a_tone_sounds_as_often_as_it_is_written(subject: IndicatorSubject) -> None:
    """The short ones, really played; each pattern is held to its times in tests/unit/hal/test_tones.py."""
    sounds = subject.sounds
    total = 0
    for name in ("ok", "booked"):
        total += (len(TONES[name]) + 1) // 2
        subject.indicators.tone(name)
        if sounds is None:
            continue  # without a buzzer, without effect
        eventually(lambda: not any(thread.name == "tone" for thread in threading.enumerate()))
        assert sounds() == total


def test_what_was_lit_is_lit_again_when_its_board_has_been_without_power(subject: IndicatorSubject) -> None:
    if subject.loses_power is None:
        return
    subject.indicators.lamp("A01", True)
    subject.indicators.light("door", True)
    eventually(lambda: subject.lit() == {"lamp", "door"})
    subject.loses_power()
    subject.indicators.light("door", False)
    subject.indicators.light("scanner", True)
    eventually(lambda: subject.lit() == {"lamp", "scanner"})


def test_what_a_dead_controller_left_lit_is_dark_without_it() -> None:
    text = subjects.profile_text("relays", subjects.CHANNELS, buzzer=False)
    with subjects.on_cabinet(text, "relays", buzzer=False) as (subject, boards):
        subject.indicators.lamp("A01", True)
        eventually(lambda: subject.lit() == {"lamp"})
        subject.close()
        assert subject.lit() == set(), "in order"
        line = boards.edges.serial("/dev/serial/by-id/waveshare", 9_600)
        modbus_rtu.write_coil(line, 1, subjects.CHANNELS["lamp"], True)
        line.close()
        assert subject.lit() == {"lamp"}
        command = [sys.executable, "-m", "simulator.safe_outputs", "--profile", str(boards.plant.profile)]
        command += ["--socket", str(boards.plant.socket), "--ports", str(boards.ports)]
        done = subprocess.run(command, check=True, timeout=30, capture_output=True, text=True)
        assert (done.stderr, subject.lit()) == ("", set())
