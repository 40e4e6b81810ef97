"""What became of which order, read from the log: for the file that goes back into the case system."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from controller.ports import Entry, EnvelopeResult, EventLog, RecordedEvent

#: Entries read at once, and looked through for one page.
CHUNK = 500
CHUNKS_A_PAGE = 20

#: Only these are parsed: a log is mostly doors.
_MARKS = tuple(
    f'"type":"{name}"'.encode()
    for name in ("DepositAnnounced", "DepositStored", "DepositMissing", "DepositEnded", "RightPrepared", "RightEnded")
)


class OfficeResults:
    """Walks through the log. The names of orders are learnt on the way and kept, so that a later walk may begin where
    the last one ended. One event loop; one walk at a time.
    """

    def __init__(self, log: EventLog, recorded: Callable[[Entry], RecordedEvent]) -> None:
        self._log = log
        self._recorded = recorded
        self._orders: dict[str, tuple[str, ...]] = {}
        self._rights: dict[str, tuple[str, ...]] = {}
        self._known_seq = 0
        self._walking = asyncio.Lock()

    async def after(self, seq: int) -> tuple[list[EnvelopeResult], int]:
        """Results after entry ``seq``, and the entry to go on from; 0 when the log's end was reached."""
        async with self._walking:
            while self._known_seq < seq:
                if not await self._read(self._known_seq, [], min(CHUNK, seq - self._known_seq)):
                    return [], 0
            found: list[EnvelopeResult] = []
            at = seq
            for _ in range(CHUNKS_A_PAGE):
                last = await self._read(at, found, CHUNK)
                if not last:
                    return found, 0
                at = last
                await asyncio.sleep(0)
            return found, at

    async def _read(self, after_seq: int, found: list[EnvelopeResult], limit: int) -> int:
        """The last entry of the next chunk, 0 when there is none."""
        entries = await self._log.read(after_seq, limit)
        for entry in entries:
            if any(mark in entry.body for mark in _MARKS):
                self._see(self._recorded(entry), found)
            self._known_seq = max(self._known_seq, entry.seq)
        return entries[-1].seq if entries else 0

    def _see(self, event: RecordedEvent, found: list[EnvelopeResult]) -> None:
        data, at = event.data, event.stamp.wall_ms
        deposit = str(data.get("deposit", ""))
        match event.type:
            case "DepositAnnounced":
                self._orders[deposit] = _texts(data.get("orders"))
            case "DepositStored":
                self._tell(deposit, "stored", at, found)
            case "DepositMissing":
                self._tell(deposit, "missing", at, found)
            case "DepositEnded":
                self._tell(deposit, str(data.get("end", "")), at, found)
            case "RightPrepared":
                self._rights[str(data.get("right", ""))] = _texts(data.get("deposits"))
            case "RightEnded":
                deposits = self._rights.get(str(data.get("right", "")), ())
                if data.get("end") == "expired":
                    for name in deposits:
                        self._tell(name, "expired", at, found)

    def _tell(self, deposit: str, result: str, at_wall_ms: int, found: list[EnvelopeResult]) -> None:
        found.append(EnvelopeResult(self._orders.get(deposit, ()), result, at_wall_ms))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
