"""Relay boards with lamps, switched off when the controller is dead: what is written, and what is said of trouble."""

from __future__ import annotations

import fcntl
import os
import pty
import termios
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal.profile.checks import WAVESHARE_BAUDS
from hal.safe_relays import SPEEDS, all_off_frame, relay_boards, switch_off
from tests.fakes.boards import expander_bank, serial_profile, waveshare_bank

OFF = bytes.fromhex("010500ff0000fdfa")
"""The maker's own example for unit 1, "Development Protocol V2"."""


class Line:
    """A pty with boards at its far end."""

    def __init__(self, units: dict[int, Callable[[bytes], bytes]]) -> None:
        self.far, near = pty.openpty()
        self.port = os.ttyname(near)
        self.units = units
        self.heard: list[bytes] = []
        self._near = near
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while True:
            try:
                frame = os.read(self.far, 64)
            except OSError:
                return
            self.heard.append(frame)
            if frame[0] in self.units:
                os.write(self.far, self.units[frame[0]](frame))

    def close(self) -> None:
        os.close(self._near)
        self._thread.join(5)
        os.close(self.far)


@pytest.fixture
def make() -> Iterator[Callable[..., Line]]:
    lines: list[Line] = []

    def one(units: dict[int, Callable[[bytes], bytes]]) -> Line:
        lines.append(Line(units))
        return lines[-1]

    yield one
    for line in lines:
        line.close()


def test_the_frame_is_the_makers() -> None:
    assert all_off_frame(1) == OFF


def test_every_board_is_told_and_answers(make: Callable[..., Line]) -> None:
    line = make({1: lambda frame: frame, 2: lambda frame: b"\xff" + frame})
    assert switch_off([(line.port, 1, 9_600), (line.port, 2, 9_600)]) == []
    assert line.heard == [OFF, all_off_frame(2)]


def test_a_silent_board_is_told_twice_and_the_others_are_not_kept_waiting(make: Callable[..., Line]) -> None:
    line = make({2: lambda frame: frame})
    (problem,) = switch_off([(line.port, 1, 9_600), (line.port, 2, 9_600)])
    assert "board 1" in problem
    assert line.heard == [OFF, OFF, all_off_frame(2)]


def test_a_port_that_is_gone_is_said(tmp_path: Path, make: Callable[..., Line]) -> None:
    line = make({1: lambda frame: frame})
    (problem,) = switch_off([("/dev/serial/by-id/away", 1, 9_600), (line.port, 1, 9_600)], lambda port: tmp_path / port)
    assert "/dev/serial/by-id/away" in problem
    assert line.heard == [OFF]


def test_only_boards_with_lamps_or_lights_and_however_wrong_the_rest_is() -> None:
    text = serial_profile(
        '[indicators]\ndoor_light = 3\ndoor_light_bank = "two"\nbuzzer_bank = 7\n'
        + waveshare_bank("one")
        + waveshare_bank("two", unit=2)
        + waveshare_bank("three", unit=3)
        + expander_bank("chip"),
        {"A01": ("one", 0), "B01": ("two", 0)},
    )
    port = "/dev/serial/by-id/waveshare"
    told = relay_boards(tomllib.loads(text + '\nlamp = 1\nlamp_bank = "three"\ntypo = 1\n'))
    assert told == [(port, 2, 9_600), (port, 3, 9_600)]
    assert relay_boards({"banks": 3, "compartments": "no", "indicators": []}) == []
    assert relay_boards("nothing") == []
    nameless = {"kind": "waveshare_relay", "name": ["a"], "port": port, "unit": 1}
    assert relay_boards({"banks": [nameless], "compartments": [{"lamp_bank": ["a"]}, {"lamp_bank": "a"}]}) == []


def test_a_board_is_told_at_its_own_speed(make: Callable[..., Line]) -> None:
    line = make({1: lambda frame: frame})
    text = serial_profile(waveshare_bank("one", port=line.port, baud=115_200), {"A01": ("one", 0)})
    boards = relay_boards(tomllib.loads(text + '\nlamp = 1\nlamp_bank = "one"\n'))
    assert switch_off(boards) == []
    assert termios.tcgetattr(line.far)[4:6] == [termios.B115200, termios.B115200]


def test_every_speed_that_a_profile_may_name_is_known() -> None:
    assert set(SPEEDS) == set(WAVESHARE_BAUDS)


@pytest.mark.parametrize("baud", ["fast", 1_200, None])
def test_a_speed_that_no_board_has_is_taken_for_the_usual_one(baud: object) -> None:
    bank = {"kind": "waveshare_relay", "name": "one", "port": "/dev/x", "unit": 1, "baud": baud}
    assert relay_boards({"banks": [bank], "compartments": [{"lamp_bank": "one"}]}) == [("/dev/x", 1, 9_600)]


def test_a_line_that_a_living_process_speaks_on_is_left_alone(make: Callable[..., Line]) -> None:
    line = make({1: lambda frame: frame})
    holder = os.open(line.port, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as pyserial does
        before = termios.tcgetattr(holder)
        (problem,) = switch_off([(line.port, 1, 115_200)])
        assert "another process" in problem
        assert termios.tcgetattr(holder) == before
        assert line.heard == []
    finally:
        os.close(holder)
