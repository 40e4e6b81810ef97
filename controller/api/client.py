"""A small client of a control socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec

from controller.api.messages import (
    INVALID_REQUEST,
    LINE_LIMIT,
    ControlError,
    Disconnected,
    ErrorObject,
    Incoming,
    ViewChanged,
)
from controller.api.requests.base import Request, ResultT


class ControlClient:
    """A connection to one control socket, for one event loop. It does not reconnect: make a new one when `Disconnected`
    was raised.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[Incoming]] = {}
        self._listeners: list[Callable[[ViewChanged], None]] = []
        self._incoming = msgspec.json.Decoder(Incoming)
        self._encoder = msgspec.json.Encoder()
        self.closed = asyncio.Event()
        self._task = asyncio.create_task(self._receive())

    @classmethod
    async def connect(cls, path: str) -> ControlClient:
        """Raises `Disconnected` when nobody listens at ``path``."""
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT * 16)
        except OSError as error:
            raise Disconnected(f"no controller at {path}: {error.strerror or error}") from error
        return cls(reader, writer)

    def on_change(self, listener: Callable[[ViewChanged], None]) -> None:
        """``listener`` is called on the event loop for every new revision; it must not raise."""
        self._listeners.append(listener)

    async def call(self, request: Request[ResultT]) -> ResultT:
        """Sends a request and waits for its answer. Raises `ControlError` when refused and `Disconnected` when the line
        breaks. ``request_too_long`` is refused here: the controller ends a connection at such a line, and with it
        everybody else's requests.
        """
        if self.closed.is_set():
            raise Disconnected("the controller has closed the connection")
        self._next_id += 1
        number = self._next_id
        message = {"jsonrpc": "2.0", "id": number, "method": request.METHOD, "params": request}
        line = self._encoder.encode(message)
        if len(line) > LINE_LIMIT:
            raise ControlError(ErrorObject(INVALID_REQUEST, "too long for a line", {"reason": "request_too_long"}))
        future: asyncio.Future[Incoming] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._writer.write(line + b"\n")
            await self._writer.drain()
            answer = await future
        except OSError as error:
            raise Disconnected("the line to the controller broke") from error
        finally:
            self._waiting.pop(number, None)
        if answer.error is not None:
            raise ControlError(answer.error)
        result: ResultT = msgspec.json.decode(answer.result, type=request.RESULT)
        return result

    async def _receive(self) -> None:
        try:
            while line := await self._reader.readline():
                message = self._incoming.decode(line)
                if message.method == ViewChanged.METHOD:
                    changed = msgspec.json.decode(message.params, type=ViewChanged)
                    for listener in self._listeners:
                        listener(changed)
                elif message.id is not None and (future := self._waiting.get(message.id)) and not future.done():
                    future.set_result(message)
        except (OSError, ValueError, msgspec.DecodeError):
            # A line that cannot be read is treated like one that broke: whoever waits is told below.
            self._writer.close()
        finally:
            self.closed.set()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Disconnected("the controller has closed the connection"))

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


@contextlib.asynccontextmanager
async def connected(path: str) -> AsyncIterator[ControlClient]:
    """A client for the time of a ``with`` block."""
    client = await ControlClient.connect(path)
    try:
        yield client
    finally:
        await client.close()
