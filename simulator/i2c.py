"""The near end of an emulated I²C bus: what stands in for an ``smbus2.SMBus``."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from hal.interfaces import HardwareFault
from simulator.boards.i2c import ANSWER_SIZE, READ, WRITE

KERNELS_TIMEOUT_S = 1.0
"""How long the kernel waits for a bus that is held."""


class PlantBus:
    """An `hal.edges.I2cBus` on the socket of an `simulator.boards.i2c.EmulatedBus`. One thread at a time."""

    def __init__(self, place: Path, *, timeout_s: float = KERNELS_TIMEOUT_S) -> None:
        """Raises ``HardwareFault`` when no bus is emulated there."""
        self.timeout_s = timeout_s
        self._turn = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(place))
        except OSError as error:
            self._socket.close()
            raise HardwareFault(
                "no_simulated_bus",
                place.name,
                f"no bus is emulated at {place} ({error.strerror})",
                "Start it first: python -m simulator.boards --profile cabinet.toml --plant SOCKET --ports DIR.",
            ) from error

    def read_byte_data(self, i2c_addr: int, register: int) -> int:
        """See ``smbus2``. Raises ``OSError``."""
        return self._ask(READ, i2c_addr, register, 0)

    def write_byte_data(self, i2c_addr: int, register: int, value: int) -> None:
        """See ``smbus2``. Raises ``OSError``."""
        self._ask(WRITE, i2c_addr, register, value)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _ask(self, *message: int) -> int:
        self._turn = (self._turn + 1) % 256
        self._socket.settimeout(self.timeout_s)
        try:
            self._socket.send(bytes([*message, self._turn]))
            error, value = self._answer()
        except ConnectionError as gone:
            # As of an adapter that was pulled out: whoever uses the bus opens it again when it is back.
            raise OSError(errno.ENODEV, "the emulated bus is gone") from gone
        if error:
            raise OSError(error, os.strerror(error))
        return value

    def _answer(self) -> tuple[int, int]:
        """The answer to what was asked last. One that comes after its time-out is nobody's: a kernel's bus never gives
        it to the next question either.
        """
        while True:
            answer = self._socket.recv(16)
            if len(answer) != ANSWER_SIZE:
                raise ConnectionResetError("the emulated bus is gone")
            error, value, turn = answer
            if turn == self._turn:
                return error, value
