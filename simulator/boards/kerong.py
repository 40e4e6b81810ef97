"""KERONG CU12, CU16 and CU48 boards as they are on the wire: see `hal.boards.kerong_cu` for the frames.

Written from the same public descriptions as the driver, but by itself: neither imports the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from hal.profile import Bank, KerongBank
from simulator.boards.line import Request
from simulator.boards.wires import PlantLines

FACTORY_PULSE_10MS = 50
LONGEST_PULSE_10MS = 6_000

_SIZES = {0x30: (5,), 0x31: (5,), 0x37: (5, 7)}
"""How long each command is; 37 with two bytes more sets what it asks for without."""


def _sealed(*body: int) -> bytes:
    return bytes([*body, sum(body) & 0xFF])


class KerongBoard:
    """One board: as many addresses as it has sixteens of locks. Each address keeps its own pulse time."""

    def __init__(self, bank: KerongBank, wires: PlantLines) -> None:
        self.bank = bank
        self._wires = wires
        self._pulse_10ms = dict.fromkeys(self.addresses, FACTORY_PULSE_10MS)
        self._ends: dict[int, asyncio.TimerHandle] = {}
        for channel in range(bank.locks):
            wires.drive(bank.name, channel, 0)

    @property
    def addresses(self) -> range:
        """By its switches: the first, and those after it."""
        return range(self.bank.board, self.bank.board + -(-self.bank.locks // 16))

    def forget(self, pulse_10ms: int = FACTORY_PULSE_10MS) -> None:
        """Somebody has set another pulse time, or a board with another one was put in."""
        self._pulse_10ms = dict.fromkeys(self.addresses, pulse_10ms)

    def obey(self, address: int, frame: bytes) -> bytes:
        """Do what a whole frame for this board says, and answer."""
        board = address >> 4
        channel = (board - self.bank.board) * 16 + (address & 0x0F)
        match frame[2], len(frame):
            case 0x30, _:
                return self._status(address)
            case 0x31, _:
                if channel < self.bank.locks:
                    self._energise(channel, self._pulse_10ms[board] / 100)
                return self._status(address)
            case 0x37, 7:
                self._pulse_10ms[board] = min(LONGEST_PULSE_10MS, frame[3] << 8 | frame[4])
        pulse = self._pulse_10ms[board]
        return _sealed(0x02, address, 0x37, pulse >> 8, pulse & 0xFF, 0x03)

    def _status(self, address: int) -> bytes:
        first = ((address >> 4) - self.bank.board) * 16
        bits = 0
        for index in range(min(16, self.bank.locks - first)):
            bits |= (self._wires.level(self.bank.name, first + index) or 0) << index
        return _sealed(0x02, address, 0x35, bits & 0xFF, bits >> 8, 0, 0, 0x03)

    def _energise(self, channel: int, seconds: float) -> None:
        running = self._ends.pop(channel, None)
        if running is not None:
            running.cancel()
        self._wires.drive(self.bank.name, channel, 1)
        loop = asyncio.get_running_loop()
        self._ends[channel] = loop.call_later(seconds, self._wires.drive, self.bank.name, channel, 0)


class KerongLine:
    """Boards on one RS-485 line. A `simulator.boards.line.Language`."""

    baud = 19_200

    def __init__(self, boards: Sequence[KerongBoard]) -> None:
        self.boards = {address: board for board in boards for address in board.addresses}
        self._heard = b""

    @classmethod
    def of(cls, banks: Sequence[Bank], wires: PlantLines) -> KerongLine:
        """The boards that ``banks`` describe."""
        return cls([KerongBoard(bank, wires) for bank in banks if isinstance(bank, KerongBank)])

    def hear(self, data: bytes) -> Iterator[Request]:
        """See `Language.hear`. What is no frame is skipped byte by byte."""
        self._heard = (self._heard + data)[-64:]
        while self._heard:
            frame = self._frame()
            if frame is None:
                return
            self._heard = self._heard[len(frame) :]
            board = self.boards.get(frame[1] >> 4) if len(frame) > 1 else None
            if board is not None:
                yield Request(board.bank.name, len(frame), partial(board.obey, frame[1], frame))

    def _frame(self) -> bytes | None:
        """The next frame; one byte of what is none; ``None`` while it may still become one."""
        heard = self._heard
        if heard[0] != 0x02:
            return heard[:1]
        if len(heard) < 3:
            return None
        for size in _SIZES.get(heard[2], ()):
            if len(heard) >= size and heard[size - 2] == 0x03 and sum(heard[: size - 1]) & 0xFF == heard[size - 1]:
                return heard[:size]
        longest = max(_SIZES.get(heard[2], (0,)))
        return None if len(heard) < longest else heard[:1]
