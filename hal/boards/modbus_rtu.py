"""Modbus RTU as a language of serial boards: pymodbus's messages and checksum, on a line that is somebody else's.

pymodbus's own client opens its port, retries, reconnects and sleeps by itself. A lock bank can have none of that: an
unlock must be written once, and one thread has to decide when which board is asked (`hal.boards.serial_bus`). So its
messages are taken, its client is not: docs/adr/0022-modbus-messages-without-its-client.md.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from typing import cast

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, WriteSingleRegisterRequest

from hal.boards.exchange import exchange
from hal.boards.serial_board import Garbled
from hal.edges import SerialLine

QUIET_S = 0.005
"""Silence before every request. The standard asks for 3.5 characters (3.65 ms at 9600, less when it is faster); without
it the second of two Waveshare boards on a line answered nothing at all, with 5 ms both answered always (Open-Locker,
ADR 0035).
"""

_ERROR_SIZE = 5
_decoder = DecodePDU(is_server=False)
_framer = FramerRTU(_decoder)


class Refused(Garbled):
    """The board has understood and will not do it: it answered with an exception code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class FlashRelayRequest(ModbusPDU):
    """Function 05 with a number as its value: Waveshare's flash commands. The standard knows FF00 and 0000 only, and
    pymodbus writes nothing else.
    """

    function_code = 5

    def __init__(self, unit: int, address: int, value: int) -> None:
        super().__init__(dev_id=unit, address=address)
        self.value = value

    def encode(self) -> bytes:
        """Address and value, high byte first."""
        return struct.pack(">HH", self.address, self.value)


def read_coils(line: SerialLine, unit: int, count: int) -> Sequence[bool]:
    """Function 01, from coil 0 on."""
    request = ReadCoilsRequest(address=0, count=count, dev_id=unit)
    return _ask(line, request, 5 + -(-count // 8)).bits[:count]


def read_inputs(line: SerialLine, unit: int, count: int) -> Sequence[bool]:
    """Function 02, from input 0 on."""
    request = ReadDiscreteInputsRequest(address=0, count=count, dev_id=unit)
    return _ask(line, request, 5 + -(-count // 8)).bits[:count]


def read_registers(line: SerialLine, unit: int, address: int, count: int) -> list[int]:
    """Function 03."""
    request = ReadHoldingRegistersRequest(address=address, count=count, dev_id=unit)
    return cast(list[int], _ask(line, request, 5 + 2 * count).registers)


def write_register(line: SerialLine, unit: int, address: int, value: int) -> None:
    """Function 06."""
    _echoed(line, WriteSingleRegisterRequest(address=address, registers=[value], dev_id=unit))


def write_coil(line: SerialLine, unit: int, address: int, on: bool) -> None:
    """Function 05."""
    _echoed(line, WriteSingleCoilRequest(address=address, bits=[on], dev_id=unit))


def flash_relay(line: SerialLine, unit: int, address: int, value: int) -> None:
    """Function 05 with ``value``. Written once."""
    _echoed(line, FlashRelayRequest(unit, address, value))


def find(heard: bytes, unit: int, function: int, size: int) -> bytes | None:
    """The first whole answer of ``unit`` to ``function`` in ``heard``, or its refusal, whatever is around it.

    `FramerRTU` would find it too, but throws everything away when the first thing that looks like a frame is none.
    """
    for said, length in ((function, size), (function | 0x80, _ERROR_SIZE)):
        begins = bytes([unit, said])
        for start in range(len(heard) - length + 1):
            got = heard[start : start + length]
            if got.startswith(begins) and FramerRTU.check_CRC(got[:-2], int.from_bytes(got[-2:], "big")):
                return got
    return None


def _echoed(line: SerialLine, request: ModbusPDU) -> None:
    """Send what is answered by the same bytes."""
    sent = _framer.buildFrame(request)
    if (heard := _exchange(line, request, sent, len(sent))) != sent:
        raise Garbled(f"{heard.hex(' ')} is no answer to {sent.hex(' ')}")


def _ask(line: SerialLine, request: ModbusPDU, size: int) -> ModbusPDU:
    heard = _exchange(line, request, _framer.buildFrame(request), size)
    if heard[2] != size - 5:
        raise Garbled(f"{heard.hex(' ')} says another length than was asked for")
    return cast(ModbusPDU, _decoder.decode(heard[1:-2]))


def _exchange(line: SerialLine, request: ModbusPDU, sent: bytes, size: int) -> bytes:
    """The answer as it came. Raises `NoAnswer`, `Garbled`, `Refused`."""
    unit, function = request.dev_id, request.function_code
    time.sleep(QUIET_S)
    heard = exchange(line, sent, lambda data: find(data, unit, function, size), size, bytes([unit]))
    if heard[1] & 0x80:
        answer = cast(ExceptionResponse, _decoder.decode(heard[1:-2]))
        raise Refused(f"unit {unit} refuses function {function} with code {answer.exception_code}", heard[2])
    return heard
