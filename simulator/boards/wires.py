"""The far ends of the boards' wires: lines of the plant, over its socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from hal.profile import Wire
from simulator.plant import protocol as say
from simulator.plant.protocol import PlantGone

LINE_LIMIT = 1 << 24


class _First(msgspec.Struct):
    levels: dict[str, int | None]


class PlantLines:
    """Every line of the plant. Made by ``connect``; lives on one event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, levels: dict[str, int | None]):
        self._reader = reader
        self._writer = writer
        self._levels = levels
        self._swapped: dict[str, str] = {}
        self.on_level: Callable[[str, int | None], None] = lambda line, level: None
        """Hears of every input line that changes."""

    @classmethod
    async def connect(cls, path: Path) -> PlantLines:
        """Raises `PlantGone`."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_LIMIT)
            writer.write(msgspec.json.encode(say.Lines(id=1)) + b"\n")
            answer = msgspec.json.decode(await reader.readline(), type=say.Answer)
        except (OSError, msgspec.DecodeError) as error:
            raise PlantGone(f"no plant answers at {path}: {error}") from error
        return cls(reader, writer, msgspec.json.decode(answer.ok, type=_First).levels)

    async def follow(self) -> None:
        """Hear of levels until the plant hangs up; then raise `PlantGone`."""
        decoder = msgspec.json.Decoder(say.LevelEvent)
        while line := await self._reader.readline():
            event = decoder.decode(line)
            self._levels[event.line] = event.level
            self.on_level(event.line, event.level)
        raise PlantGone("the plant has hung up")

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def level(self, bank: str, channel: int) -> int | None:
        """The level of an input now; ``None`` where nothing is connected, or the contact is dead."""
        return self._levels.get(self._end_of(bank, channel, "sensor"))

    def drive(self, bank: str, channel: int, level: int) -> None:
        """Set an output."""
        now_ms = time.monotonic_ns() / 1_000_000
        request = say.SetLine(line=self._end_of(bank, channel, "lock"), level=level, at_ms=now_ms)
        self._writer.write(msgspec.json.encode(request) + b"\n")

    def swap(self, bank: str, what: str, first: int, second: int) -> None:
        """Somebody exchanges two ``"lock"`` or ``"sensor"`` plugs of a board."""
        one, other = (f"{what} {Wire(bank, channel)}" for channel in (first, second))
        ends = {one: self._swapped.get(one, one), other: self._swapped.get(other, other)}
        self._swapped.update({one: ends[other], other: ends[one]})

    def unswap(self, bank: str) -> None:
        """All plugs of a board are where they belong."""
        self._swapped = {
            plug: end for plug, end in self._swapped.items() if plug.split(" ", 1)[1].rpartition(":")[0] != bank
        }

    def _end_of(self, bank: str, channel: int, what: str) -> str:
        plug = f"{what} {Wire(bank, channel)}"
        return self._swapped.get(plug, plug).split(" ", 1)[1]
