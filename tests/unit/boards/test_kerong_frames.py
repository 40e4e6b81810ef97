"""KERONG frames: byte for byte as published, found in noise, and never believed when damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.boards import kerong_frames as frames
from hal.boards.exchange import LONGEST_NOISE
from hal.boards.serial_board import Garbled, NoAnswer
from tests.unit.boards.direct import DirectLine, scripted

STATUS = bytes.fromhex("02 30 35 03 80 00 00 03 ed")
"""Board 3: locks 1, 2 and 16."""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (frames.frame(0x00, frames.STATUS), "02 00 30 03 35"),
        (frames.frame(0x10, frames.STATUS), "02 10 30 03 45"),
        (frames.frame(0x0F, frames.UNLOCK), "02 0f 31 03 45"),
        (frames.frame(0xA3, frames.UNLOCK), "02 a3 31 03 d9"),
        (frames.frame(0x00, frames.PULSE_TIME), "02 00 37 03 3c"),
        (frames.frame(0x00, frames.PULSE_TIME, b"\x00\x28"), "02 00 37 00 28 03 64"),
    ],
)
def test_what_is_sent_is_what_is_published(sent: bytes, expected: str) -> None:
    assert sent == bytes.fromhex(expected)


def test_a_status_is_sixteen_locks() -> None:
    line = DirectLine(scripted([STATUS]))
    assert frames.status(line, 3) == 0b1000_0000_0000_0011
    assert line.written == [bytes.fromhex("02 30 30 03 65")]


@pytest.mark.parametrize("command", [0x37, 0x38])
def test_the_time_is_taken_under_both_commands(command: int) -> None:
    answer = frames.frame(0x30, command, b"\x00\x64")
    assert frames.pulse_ms(DirectLine(scripted([answer])), 3) == 1_000
    line = DirectLine(scripted([answer]))
    assert frames.set_pulse_ms(line, 3, 1_000) == 1_000
    assert line.written == [frames.frame(0x30, 0x37, b"\x00\x64")]


def test_silence_is_no_answer_and_another_boards_answer_is_garbled() -> None:
    with pytest.raises(NoAnswer):
        frames.status(DirectLine(scripted([b""])), 3)
    with pytest.raises(Garbled):
        frames.status(DirectLine(scripted([frames.frame(0x20, 0x35, b"\xff\xff\x00\x00")])), 3)


def test_an_answer_that_came_too_late_is_thrown_away() -> None:
    line = DirectLine(scripted([frames.frame(0x30, 0x35, b"\x01\x00\x00\x00")]))
    line.unread = STATUS
    assert frames.status(line, 3) == 1


@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_whole_answer_is_found_in_noise(before: bytes, after: bytes) -> None:
    heard = before + STATUS + after
    found = frames.find(heard, 3, (0x35,), 9)
    assert found is not None
    if found != STATUS[3:7]:  # the noise was a valid answer itself
        assert heard.index(frames.frame(0x30, 0x35, found)) < len(before) + 9


@given(before=st.binary(max_size=20))
def test_an_answer_after_noise_is_read_to_its_end(before: bytes) -> None:
    before = before.replace(b"\x02", b"\x00")
    assert frames.status(DirectLine(scripted([before + STATUS])), 3) == 0x8003


@given(position=st.integers(0, 8), value=st.integers(0, 255))
def test_one_damaged_byte_is_never_believed(position: int, value: int) -> None:
    damaged = bytearray(STATUS)
    damaged[position] = value
    if bytes(damaged) != STATUS:
        assert frames.find(bytes(damaged), 3, (0x35,), 9) is None


@given(st.binary(min_size=64, max_size=400))
def test_endless_noise_has_an_end(noise: bytes) -> None:
    line = DirectLine(lambda data: noise)
    try:
        frames.status(line, 3)
    except Garbled:
        assert len(noise) - len(line.unread) < LONGEST_NOISE + 9
