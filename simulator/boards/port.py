"""One serial line: a pty under the name that the drivers open, the cable and the adapter included."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import Mapping
from pathlib import Path

from simulator.boards.faults import BoardFault, Noise, PortFault, Standing
from simulator.boards.line import Language, Request

TURNAROUND_S = 0.002
"""How long a board takes to answer."""
LATE_S = 0.25


class EmulatedPort:
    """A line and what is on it. Lives on one event loop; end it with ``close``."""

    def __init__(
        self, port: str, place: Path, language: Language, boards: Mapping[str, Standing], *, seed: int = 0
    ) -> None:
        """Plugged in at once: ``place`` is a link to the pty. ``boards``: the banks on this line and their faults."""
        self.port = port
        self.place = place
        self.exchanges = 0
        """How many requests were understood by a board that has power."""
        self.faults = Standing()
        self.noise = Noise(seed)
        self._language = language
        self._boards = boards
        self._pair: tuple[int, int] | None = None
        self._stale: list[tuple[int, int]] = []
        self._wire_free = 0.0
        self.plug()

    @property
    def plugged(self) -> bool:
        """Is there a device?"""
        return self._pair is not None

    def plug(self) -> None:
        """The adapter is there. Without effect if it is."""
        if self._pair is not None:
            return
        master, slave = os.openpty()
        for end in (master, slave):  # ours, so that the line stays when a driver closes it
            tty.setraw(end)
        os.set_blocking(master, False)
        self._pair = (master, slave)
        new = self.place.with_name(self.place.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(slave))
        new.replace(self.place)
        asyncio.get_running_loop().add_reader(master, self._readable, master)

    def unplug(self) -> None:
        """The adapter is pulled out. Whoever has it open gets errors."""
        self.place.unlink(missing_ok=True)
        for pair in (*self._stale, *([self._pair] if self._pair is not None else [])):
            self._let_go(pair)
        self._stale.clear()
        self._pair = None

    def go_stale(self) -> None:
        """The device comes back as another one under the same name; who has the old one open hears nothing more."""
        if self._pair is None:
            return
        asyncio.get_running_loop().remove_reader(self._pair[0])
        self._stale.append(self._pair)
        self._pair = None
        self.plug()

    close = unplug

    def _let_go(self, pair: tuple[int, int]) -> None:
        asyncio.get_running_loop().remove_reader(pair[0])
        for end in pair:
            os.close(end)

    def _readable(self, master: int) -> None:
        try:
            data = os.read(master, 4096)
        except BlockingIOError:
            return
        if not self._as_fast():
            return  # what is said at another speed is nothing that a board would understand
        noisy = self.faults.strikes(PortFault.NOISE)
        for request in self._language.hear(self.noise.touch(data) if noisy else data):
            self._serve(request)

    def _as_fast(self) -> bool:
        """Has whoever opened the line set the boards' speed?"""
        speed: int = termios.tcgetattr(self._pair[1])[5] if self._pair is not None else 0
        return bool(speed == getattr(termios, f"B{self._language.baud}"))

    def _serve(self, request: Request) -> None:
        faults = self._boards[request.bank]
        if faults.strikes(BoardFault.DEAD) or faults.strikes(BoardFault.LOST_REQUEST):
            return
        self.exchanges += 1
        answer = request.act()
        if not answer or faults.strikes(BoardFault.LOST_REPLY):
            return
        if faults.strikes(BoardFault.WRONG_CHECKSUM):
            answer = answer[:-1] + bytes([answer[-1] ^ 0x5A])
        loop = asyncio.get_running_loop()
        on_the_wire = (request.size + len(answer)) * 10 / self._language.baud
        self._wire_free = max(self._wire_free, loop.time()) + on_the_wire + TURNAROUND_S
        late = LATE_S if faults.strikes(BoardFault.LATE) else 0.0
        loop.call_at(self._wire_free + late, self._say, answer, self._pair)

    def _say(self, answer: bytes, pair: tuple[int, int] | None) -> None:
        if pair is None or pair != self._pair:
            return  # pulled out meanwhile
        if PortFault.NOISE in self.faults.names():
            answer = self.noise.touch(answer)
        try:
            os.write(pair[0], answer)
        except BlockingIOError:
            pass  # nobody reads: a wire has no memory
