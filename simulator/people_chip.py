"""A card reader without a card: it speaks as a reader's process does and answers what it is told to.

For trying pages and rules. What a real chip and a real reader do is another matter (`simulator.card`, `hal.eid`).
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from controller.api import ControlError, Disconnected, ErrorObject
from hal.wire import ChipAnswer, ChipOutcomeKind, ChipReaderHealth, ChipReaderState, ChipRequest

#: How often a reader says that it is there.
HEALTH_EVERY_S = 4.0


def holder_verifier(request: ChipRequest, holder: str) -> str:
    """What a reader computes of the holder on the document (``PRIMARY|GIVEN|YYYYMMDD``), in hex."""
    return hmac.digest(bytes.fromhex(request.key.reveal()), holder.encode(), "sha256").hex()


class ChipReader:
    """One connection to the ``reader-eid`` socket; made with ``async with await ChipReader.connect(path)``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: str) -> None:
        self._writer = writer
        self._next = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.source = source
        self.health = ChipReaderHealth(source, ChipReaderState.OK, False, 1, ("emrtd", "eid"))
        self.asked: list[ChipRequest] = []
        """Every question, the newest last."""
        self.cancelled: list[str] = []
        """The challenges that were taken back."""
        self._listening = asyncio.create_task(self._listen(reader))
        self._healthy = asyncio.create_task(self._stay_healthy())

    @classmethod
    async def connect(cls, path: Path, source: str = "desk") -> ChipReader:
        try:
            reader, writer = await asyncio.open_unix_connection(str(path))
        except OSError as error:
            raise Disconnected(f"no controller at {path}") from error
        made = cls(reader, writer, source)
        await made.says()
        return made

    async def __aenter__(self) -> ChipReader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _stay_healthy(self) -> None:
        with contextlib.suppress(Disconnected):
            while True:
                await asyncio.sleep(HEALTH_EVERY_S)
                await self.says()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                message = msgspec.json.decode(line)
                if message.get("method") == ChipRequest.METHOD:
                    self.asked.append(ChipRequest.from_params(message["params"]))
                elif message.get("method") == "chip.cancel":
                    self.cancelled.append(message["params"]["challenge"])
                elif (future := self._answers.pop(message.get("id"), None)) and not future.done():
                    future.set_result(message)
        except OSError:
            pass  # whoever waits is told below
        finally:
            for future in self._answers.values():
                if not future.done():
                    future.set_exception(Disconnected("the controller has gone"))

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """A request; its result. Raises `ControlError` or `Disconnected`."""
        if self._listening.done():
            raise Disconnected("the controller has gone")
        self._next += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[self._next] = future
        request = {"jsonrpc": "2.0", "id": self._next, "method": method, "params": params}
        self._writer.write(msgspec.json.encode(request) + b"\n")
        answer = await future
        if "error" in answer:
            raise ControlError(msgspec.convert(answer["error"], type=ErrorObject))
        result: dict[str, Any] = answer["result"]
        return result

    async def says(self, **changed: Any) -> None:
        """Its health: as before, but for what is given (``card=True``, ``state="no_reader"`` …)."""
        params = {**self.health.params(), **changed}
        self.health = ChipReaderHealth.from_params(params)
        await self.ask(ChipReaderHealth.METHOD, params)

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
        await self.ask(ChipAnswer.METHOD, answer.params())

    async def finds(self, request: ChipRequest, *holders: str, state: str = "D") -> None:
        """A genuine document of this holder; ``holders`` differ in the century of birth."""
        verifiers = tuple(holder_verifier(request, holder) for holder in holders)
        await self.answer(request, "verified", issuing_state=state, verifiers=verifiers)

    async def close(self) -> None:
        self._healthy.cancel()
        self._listening.cancel()
        self._writer.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening
