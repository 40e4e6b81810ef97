"""One I²C bus at the edge of ``smbus2``: a socket on which registers of its chips are read and written.

A message is five bytes, ``op address register value turn`` (op 0 reads, 1 writes), its answer three, ``errno value
turn``: what the kernel gives to who asks a bus, and a number by which a late answer is known. The chips live here and
not in who asks, since they keep their state when it dies.
"""

from __future__ import annotations

import asyncio
import errno
import random
import socket
from collections.abc import Mapping
from pathlib import Path

from simulator.boards.faults import BoardFault, PortFault, Standing
from simulator.boards.mcp23017 import EmulatedExpander
from simulator.boards.protocol import BoardsError

READ, WRITE = 0, 1
REQUEST_SIZE, ANSWER_SIZE = 5, 3
NOISE_RATE = 0.2
"""What part of the messages noise touches."""
_NOBODY = bytes([errno.EREMOTEIO, 0])
"""No chip has acknowledged."""


class EmulatedBus:
    """A bus and what is on it. Lives on one event loop; end it with ``close``."""

    def __init__(
        self, place: Path, chips: Mapping[str, EmulatedExpander], boards: Mapping[str, Standing], *, seed: int = 0
    ) -> None:
        """``place``: its socket. ``chips`` and their faults by bank."""
        self.faults = Standing()
        self.exchanges = 0
        self.plugged = True
        self._chips = {chip.bank.address: (name, chip) for name, chip in chips.items()}
        self._boards = boards
        self._dice = random.Random(seed)
        self._place = place
        self._talks: set[socket.socket] = set()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listening.setblocking(False)
        place.unlink(missing_ok=True)  # of a process that was killed
        self._listening.bind(str(place))
        self._listening.listen()
        asyncio.get_running_loop().add_reader(self._listening, self._accept)

    def plug(self) -> None:
        """The cable is there again."""
        self.plugged = True

    def unplug(self) -> None:
        """The cable to the chips is pulled out: none answers, and none has power."""
        self.plugged = False
        for _, chip in self._chips.values():
            chip.reset()

    def go_stale(self) -> None:
        """A bus of the computer does not come back as another one."""
        raise BoardsError("unknown_fault", "stale is a fault of serial ports")

    def board_broke(self, name: str, fault: BoardFault) -> None:
        """A chip without power drives nothing."""
        if fault is BoardFault.DEAD:
            for own, chip in self._chips.values():
                if own == name:
                    chip.reset()

    def close(self) -> None:
        """Nobody asks any more."""
        for talk in (self._listening, *self._talks):
            asyncio.get_running_loop().remove_reader(talk)
            talk.close()
        self._place.unlink(missing_ok=True)

    def _accept(self) -> None:
        talk, _ = self._listening.accept()
        talk.setblocking(False)
        self._talks.add(talk)
        asyncio.get_running_loop().add_reader(talk, self._readable, talk)

    def _readable(self, talk: socket.socket) -> None:
        try:
            request = talk.recv(16)
            if len(request) == REQUEST_SIZE:
                talk.send(self.answer(request[:-1]) + request[-1:])
                return
        except BlockingIOError:
            return
        except ConnectionError:
            pass  # gone while it was answered
        asyncio.get_running_loop().remove_reader(talk)
        self._talks.discard(talk)
        talk.close()

    def answer(self, request: bytes) -> bytes:
        """What the bus says to one message, both without their turn."""
        op, address, register, value = request
        name, chip = self._chips.get(address, ("", None))
        if chip is None or not self.plugged:
            return _NOBODY
        faults = self._boards[name]
        if any(faults.strikes(fault) for fault in (BoardFault.DEAD, BoardFault.LOST_REQUEST)):
            return _NOBODY
        noisy = self.faults.strikes(PortFault.NOISE) and self._dice.random() < NOISE_RATE
        if noisy and self._dice.random() < 0.5:
            return _NOBODY
        self.exchanges += 1
        if op == WRITE:
            chip.write(register, value)
            said = 0
        else:
            said = chip.read(register)
        if faults.strikes(BoardFault.LOST_REPLY) or faults.strikes(BoardFault.LATE):
            return bytes([errno.ETIMEDOUT, 0])
        if op == READ and (noisy or faults.strikes(BoardFault.WRONG_CHECKSUM)):
            said ^= 1 << self._dice.randrange(8)  # nothing on this bus would tell
        return bytes([0, said])
