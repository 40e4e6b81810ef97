"""Waveshare Modbus RTU relay boards as they are on the wire: see `hal.boards.waveshare_relay` for what they know.

Written from the same public descriptions as the driver, but by itself, with a checksum of its own: neither imports the
other, and this does not import pymodbus.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from hal.profile import Bank, WaveshareBank
from simulator.boards.line import Request
from simulator.boards.wires import PlantLines

LINKED = 1
"""The mode in which a relay follows the input of the same number: boards have left the factory so. It is kept and told
here, but no relay is driven by it.
"""
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
LONGEST_FLASH = 0x7FFF

_SIZES = {1: 8, 2: 8, 3: 8, 5: 8, 6: 8}
"""How long each request is that the board knows."""


def crc(data: bytes) -> bytes:
    """Modbus's checksum, low byte first, bit by bit as the standard draws it."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


class WaveshareBoard:
    """One board."""

    def __init__(self, bank: WaveshareBank, wires: PlantLines) -> None:
        self.bank = bank
        self._wires = wires
        self._relays = [0] * bank.relays
        self._modes = [LINKED] * bank.inputs
        self._ends: dict[int, asyncio.TimerHandle] = {}
        self._all_off()

    def obey(self, request: bytes) -> bytes:
        """Do what a request says, whose checksum is right, and answer."""
        function = request[1]
        address, value = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        match function:
            case 1:
                return self._bits(function, self._relays, address, value)
            case 2:
                return self._bits(function, self._inputs(), address, value)
            case 3:
                return self._read_modes(address, value)
            case 5:
                return self._write(request, address, value)
            case 6 if 0x1000 <= address < 0x1000 + len(self._modes):
                self._modes[address - 0x1000] = value
                return request
            case 6:
                return self._refuse(function, ILLEGAL_ADDRESS)
        return self._refuse(function, ILLEGAL_FUNCTION)

    def _inputs(self) -> list[int]:
        return [self._wires.level(self.bank.name, channel) or 0 for channel in range(self.bank.inputs)]

    def _bits(self, function: int, levels: Sequence[int], address: int, count: int) -> bytes:
        if not count or address + count > len(levels):
            return self._refuse(function, ILLEGAL_ADDRESS)
        bits = sum(level << place for place, level in enumerate(levels[address : address + count]))
        data = bits.to_bytes(-(-count // 8), "little")
        return self._sealed(bytes([self.bank.unit, function, len(data)]) + data)

    def _read_modes(self, address: int, count: int) -> bytes:
        first = address - 0x1000
        if first < 0 or not count or first + count > len(self._modes):
            return self._refuse(3, ILLEGAL_ADDRESS)
        data = b"".join(mode.to_bytes(2, "big") for mode in self._modes[first : first + count])
        return self._sealed(bytes([self.bank.unit, 3, len(data)]) + data)

    def _write(self, request: bytes, address: int, value: int) -> bytes:
        relays = len(self._relays)
        if address == 0x00FF and value == 0:
            self._all_off()
        elif address < relays and value in (0x0000, 0xFF00):
            self._set(address, int(value == 0xFF00))
        elif 0x0200 <= address < 0x0200 + relays and 0 < value <= LONGEST_FLASH:
            self._flash(address - 0x0200, value / 10)
        else:
            known = address < relays or 0x0200 <= address < 0x0200 + relays
            return self._refuse(5, ILLEGAL_VALUE if known else ILLEGAL_ADDRESS)
        return request

    def _all_off(self) -> None:
        for relay in range(len(self._relays)):
            self._set(relay, 0)

    def _flash(self, relay: int, seconds: float) -> None:
        self._set(relay, 1)
        self._ends[relay] = asyncio.get_running_loop().call_later(seconds, self._set, relay, 0)

    def _set(self, relay: int, level: int) -> None:
        running = self._ends.pop(relay, None)
        if running is not None:
            running.cancel()
        self._relays[relay] = level
        self._wires.drive(self.bank.name, relay, level)

    def _refuse(self, function: int, code: int) -> bytes:
        return self._sealed(bytes([self.bank.unit, function | 0x80, code]))

    @staticmethod
    def _sealed(body: bytes) -> bytes:
        return body + crc(body)


class WaveshareLine:
    """Boards on one RS-485 line. A `simulator.boards.line.Language`."""

    def __init__(self, boards: Sequence[WaveshareBoard]) -> None:
        self.baud = boards[0].bank.baud
        self.boards = {board.bank.unit: board for board in boards}
        self._heard = b""

    @classmethod
    def of(cls, banks: Sequence[Bank], wires: PlantLines) -> WaveshareLine:
        """The boards that ``banks`` describe."""
        return cls([WaveshareBoard(bank, wires) for bank in banks if isinstance(bank, WaveshareBank)])

    def hear(self, data: bytes) -> Iterator[Request]:
        """See `Language.hear`.

        Real boards end a request by silence. Here a request ends where its checksum is right, so that a busy machine
        cannot tear one in two; what is none is skipped byte by byte.
        """
        self._heard = (self._heard + data)[-64:]
        while len(self._heard) >= 2:
            size = _SIZES.get(self._heard[1])
            if size is not None and len(self._heard) < size and self._heard[0] in self.boards:
                return
            request = self._heard[:size] if size is not None else b""
            if len(request) < 4 or crc(request[:-2]) != request[-2:]:
                self._heard = self._heard[1:]
                continue
            self._heard = self._heard[len(request) :]
            board = self.boards.get(request[0])
            if board is not None:
                yield Request(board.bank.name, len(request), partial(board.obey, request))
