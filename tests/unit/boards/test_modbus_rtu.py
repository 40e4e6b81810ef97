"""Modbus RTU: byte for byte as the maker publishes it, found in noise, and never believed when damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.boards import modbus_rtu as modbus
from hal.boards.exchange import LONGEST_NOISE
from hal.boards.serial_board import Garbled, NoAnswer
from simulator.boards.waveshare import crc
from tests.unit.boards.direct import DirectLine, scripted

INPUTS = b"\x01\x02\x01\x81" + crc(b"\x01\x02\x01\x81")
"""Unit 1: inputs 1 and 8."""


@pytest.fixture(autouse=True)
def no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus, "QUIET_S", 0.0)


def echo(sent: bytes) -> bytes:
    return sent


def test_what_is_sent_is_what_the_maker_publishes() -> None:
    line = DirectLine(echo)
    modbus.flash_relay(line, 1, 0x0200, 7)
    modbus.write_coil(line, 1, 0x00FF, False)
    modbus.write_register(line, 1, 0x1000, 0)
    published = ["01 05 02 00 00 07 8d b0", "01 05 00 ff 00 00 fd fa", "01 06 10 00 00 00 8d 0a"]
    assert line.written == [bytes.fromhex(frame) for frame in published]


def test_inputs_relays_and_registers_are_read() -> None:
    line = DirectLine(scripted([INPUTS]))
    assert modbus.read_inputs(line, 1, 8) == [True, False, False, False, False, False, False, True]
    assert line.written == [bytes.fromhex("01 02 00 00 00 08 79 cc")]
    relays = b"\x02\x01\x04\x01\x00\x00\x80"
    assert sum(modbus.read_coils(DirectLine(scripted([relays + crc(relays)])), 2, 32)) == 2
    modes = b"\x01\x03\x04\x00\x01\x00\x03"
    assert modbus.read_registers(DirectLine(scripted([modes + crc(modes)])), 1, 0x1000, 2) == [1, 3]


def test_a_refusal_says_its_code() -> None:
    refusal = b"\x01\x82\x02"
    with pytest.raises(modbus.Refused) as refused:
        modbus.read_inputs(DirectLine(scripted([refusal + crc(refusal)])), 1, 8)
    assert refused.value.code == 2


def test_silence_is_no_answer_and_another_boards_answer_is_garbled() -> None:
    with pytest.raises(NoAnswer):
        modbus.read_inputs(DirectLine(scripted([b""])), 1, 8)
    with pytest.raises(Garbled):
        modbus.read_inputs(DirectLine(scripted([INPUTS])), 2, 8)


def test_an_echo_of_something_else_is_garbled() -> None:
    other = b"\x01\x05\x02\x01\x00\x07"
    with pytest.raises(Garbled):
        modbus.flash_relay(DirectLine(scripted([other + crc(other)])), 1, 0x0200, 7)


def test_an_answer_of_another_length_is_garbled() -> None:
    other = b"\x01\x01\x02\x00"
    with pytest.raises(Garbled):
        modbus.read_coils(DirectLine(scripted([other + crc(other)])), 1, 8)


@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_whole_answer_is_found_in_noise(before: bytes, after: bytes) -> None:
    found = modbus.find(before + INPUTS + after, 1, 2, 6)
    assert found is not None
    assert found == INPUTS or crc(found[:-2]) == found[-2:]  # the noise may be a valid answer itself


@given(before=st.binary(max_size=20))
def test_an_answer_after_noise_is_read_to_its_end(before: bytes) -> None:
    before = before.replace(b"\x01", b"\x00")
    assert modbus.read_inputs(DirectLine(scripted([before + INPUTS])), 1, 8)[0]


@given(position=st.integers(0, 5), value=st.integers(0, 255))
def test_one_damaged_byte_is_never_believed(position: int, value: int) -> None:
    damaged = bytearray(INPUTS)
    damaged[position] = value
    if bytes(damaged) != INPUTS:
        assert modbus.find(bytes(damaged), 1, 2, 6) is None


@given(noise=st.binary(min_size=64, max_size=400))
def test_endless_noise_has_an_end_and_is_no_answer(noise: bytes) -> None:
    line = DirectLine(lambda data: noise)
    try:
        modbus.read_registers(line, 1, 0x1000, 8)
    except Garbled:
        assert len(noise) - len(line.unread) < LONGEST_NOISE + 21
