"""The emulated I²C bus at the edge of smbus2: an answer belongs to its question, however late it comes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from hal.boards.late_bus import LateBus
from hal.profile import Mcp23017Bank
from simulator.boards.faults import Standing
from simulator.boards.i2c import EmulatedBus
from simulator.boards.mcp23017 import EmulatedExpander
from simulator.i2c import PlantBus
from tests.unit.boards.direct import HandWires

T = TypeVar("T")
ADDRESS, IODIR, OLAT = 0x20, 0x00, 0x14


class Chips:
    """A bus with one chip, fresh from power-on, in a process that may die."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.live()

    def live(self) -> None:
        bank = Mcp23017Bank(name="chip", supply="12V", pulse_ms=400, bus=1, address=ADDRESS, one_shot_ms=700)
        chips = {"chip": EmulatedExpander(bank, HandWires({}))}
        self._bus = EmulatedBus(self.place, chips, {"chip": Standing()})

    def die(self) -> None:
        self._bus.close()


@pytest.fixture
async def chips() -> AsyncIterator[Chips]:
    with tempfile.TemporaryDirectory(prefix="bus-") as folder:  # a socket's path is short
        made = Chips(Path(folder) / "b")
        yield made
        made.die()


async def test_what_a_stalled_machine_answers_too_late_is_not_taken_for_the_next_answer(chips: Chips) -> None:
    with ThreadPoolExecutor(1) as hand:
        bus = await _soon(hand, lambda: PlantBus(chips.place, timeout_s=0.05))
        # Nothing is answered meanwhile: this waits on the loop that would have to.
        assert isinstance(hand.submit(bus.read_byte_data, ADDRESS, IODIR).exception(10), TimeoutError)
        bus.timeout_s = 10
        assert await _soon(hand, lambda: bus.read_byte_data(ADDRESS, OLAT)) == 0x00
        assert await _soon(hand, lambda: bus.read_byte_data(ADDRESS, IODIR)) == 0xFF
        bus.close()


async def test_a_bus_that_has_died_is_opened_again_when_it_is_back(chips: Chips) -> None:
    with ThreadPoolExecutor(1) as hand:
        bus = await _soon(hand, lambda: LateBus(lambda: PlantBus(chips.place)))
        assert await _soon(hand, lambda: bus.read_byte_data(ADDRESS, IODIR)) == 0xFF
        chips.die()
        for _ in range(2):
            with pytest.raises(OSError, match=r"is gone|is emulated"):
                await _soon(hand, lambda: bus.read_byte_data(ADDRESS, IODIR))
        chips.place.touch()  # as a process leaves it that was killed
        chips.live()
        assert await _soon(hand, lambda: bus.read_byte_data(ADDRESS, IODIR)) == 0xFF
        bus.close()


async def _soon(hand: ThreadPoolExecutor, what: Callable[[], T]) -> T:
    """Done by somebody else, while the bus answers."""
    return await asyncio.get_running_loop().run_in_executor(hand, what)
