"""A card reader without a card: it speaks as a reader's process does and answers what it is told to.

For trying pages and rules. What a real chip and a real reader do is another matter (`simulator.card`, `hal.eid`).
"""

from __future__ import annotations

import asyncio
import hmac
from pathlib import Path
from types import TracebackType
from typing import Any

from hal.wire import ChipAnswer, ChipCancel, ChipOutcomeKind, ChipReaderHealth, ChipReaderState, ChipRequest
from simulator.reader_line import ReaderLine, Streams, open_line


def holder_verifier(request: ChipRequest, holder: str) -> str:
    """What a reader computes of the holder on the document (``PRIMARY|GIVEN|YYYYMMDD``), in hex."""
    return hmac.digest(bytes.fromhex(request.key.reveal()), holder.encode(), "sha256").hex()


class ChipReader(ReaderLine):
    """One connection to the ``reader-eid`` socket; made with ``async with await ChipReader.connect(path)``."""

    def __init__(self, streams: Streams, source: str) -> None:
        super().__init__(streams)
        self.source = source
        self.health = ChipReaderHealth(source, ChipReaderState.OK, False, 1, ("emrtd", "eid"))
        self.asked: list[ChipRequest] = []
        """Every question, the newest last."""
        self.cancelled: list[str] = []
        """The challenges that were taken back."""

    @classmethod
    async def connect(cls, path: Path, source: str = "desk") -> ChipReader:
        made = cls(await open_line(path), source)
        await made.says()
        return made

    async def __aenter__(self) -> ChipReader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def say_health(self) -> None:
        await self.says()

    def hear(self, method: str, params: dict[str, Any]) -> None:
        if method == ChipRequest.METHOD:
            self.asked.append(ChipRequest.from_params(params))
        elif method == ChipCancel.METHOD:
            self.cancelled.append(params["challenge"])

    async def says(self, **changed: Any) -> None:
        """Its health: as before, but for what is given (``card=True``, ``state="no_reader"`` …)."""
        params = {**self.health.params(), **changed}
        self.health = ChipReaderHealth.from_params(params)
        await self.ask(ChipReaderHealth.METHOD, **params)

    async def lay(self) -> None:
        """Something is laid into the field."""
        await self.says(card=True)

    async def take(self) -> None:
        await self.says(card=False)

    async def question(self, number: int = 1, within_s: float = 10.0) -> ChipRequest:
        """The ``number``-th question since the connection was made; waits for it."""
        deadline = asyncio.get_running_loop().time() + within_s
        while len(self.asked) < number:
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"only {len(self.asked)} questions within {within_s} s")
            await asyncio.sleep(0.01)
        return self.asked[number - 1]

    async def answer(self, request: ChipRequest, outcome: str, reason: str = "", **more: Any) -> None:
        answer = ChipAnswer(request.challenge, ChipOutcomeKind(outcome), reason, **more)
        await self.ask(ChipAnswer.METHOD, **answer.params())

    async def finds(self, request: ChipRequest, *holders: str, state: str = "D") -> None:
        """A genuine document of this holder; ``holders`` differ in the century of birth."""
        verifiers = tuple(holder_verifier(request, holder) for holder in holders)
        await self.answer(request, "verified", issuing_state=state, verifiers=verifiers)
