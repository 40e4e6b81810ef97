"""A reader process's end of a control socket, for whoever plays one: requests and their answers, what the controller
tells, and a word now and then that it is still there.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec

from controller.api import ControlError, Disconnected, ErrorObject

#: How often a reader says that it is there (docs/architecture.md asks for 5 s at most).
HEALTH_EVERY_S = 4.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_line(path: Path) -> Streams:
    """A connection to the socket at ``path``. Raises `Disconnected`."""
    try:
        return await asyncio.open_unix_connection(str(path))
    except OSError as error:
        raise Disconnected(f"no controller at {path}") from error


class ReaderLine(ABC):
    """One connection, from now until `close`. One event loop."""

    def __init__(self, streams: Streams) -> None:
        reader, self._writer = streams
        self._next = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen(reader))
        self._healthy = asyncio.create_task(self._stay_healthy())

    @abstractmethod
    async def say_health(self) -> None:
        """Tells the controller how the reader is."""

    @abstractmethod
    def hear(self, method: str, params: dict[str, Any]) -> None:
        """The controller told something."""

    async def ask(self, method: str, /, **params: Any) -> dict[str, Any]:
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

    async def close(self) -> None:
        """Hangs up."""
        self._healthy.cancel()
        self._listening.cancel()
        self._writer.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    async def _stay_healthy(self) -> None:
        """As a real reader does: one that says nothing for a while counts as down, and the pages say so."""
        with contextlib.suppress(Disconnected):
            while True:
                await asyncio.sleep(HEALTH_EVERY_S)
                await self.say_health()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                message = msgspec.json.decode(line)
                if "method" in message:
                    self.hear(message["method"], message["params"])
                elif (future := self._answers.pop(message.get("id"), None)) and not future.done():
                    future.set_result(message)
        except OSError:
            pass  # whoever waits is told below
        finally:
            for future in self._answers.values():
                if not future.done():
                    future.set_exception(Disconnected("the controller has gone"))
