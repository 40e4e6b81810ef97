"""Serves the control sockets.

The role *is* the listener: a method of another role does not exist on this socket. SO_PEERCRED is a second check. A
line that is too long or not JSON ends the connection; a request that is not understood gets a JSON-RPC error that never
repeats what was sent.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec

from controller.api import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LINE_LIMIT,
    METHOD_NOT_FOUND,
    OUT_OF_ORDER,
    PARSE_ERROR,
    ErrorObject,
)
from controller.eager import start
from controller.ports import OutOfOrder

log = logging.getLogger(__name__)

#: More than this waiting to be sent means that the peer has stopped reading: it is cut off.
SEND_LIMIT = 1 << 20
#: Requests of one connection being worked on at once.
IN_FLIGHT = 32


#: What decoding raises for bytes that are not what they should be: not JSON, not UTF-8, nested too deeply, wrong types.
NOT_UNDERSTOOD = (msgspec.DecodeError, UnicodeError, RecursionError)
#: An id is sent back as it came: within what every JSON library can hold, and short.
LARGEST_ID = 2**53
LONGEST_ID = 64


class RequestError(Exception):
    """An answer that is an error: JSON-RPC code, message, and data with a ``reason``."""

    def __init__(self, code: int, message: str, **data: str | int) -> None:
        super().__init__(message)
        self.error = ErrorObject(code, message, data)


Handler = Callable[["Connection", msgspec.Raw], Awaitable[object]]
"""Gets the connection and the raw ``params``; returns what is encoded as ``result``. Raises `RequestError`."""


class _Message(msgspec.Struct):
    jsonrpc: str = ""
    id: int | str | None = None
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"{}")


def _is_usable(number: int | str | None) -> bool:
    if isinstance(number, str):
        return len(number) <= LONGEST_ID
    return number is None or -LARGEST_ID <= number <= LARGEST_ID


class Connection(asyncio.Protocol):
    """One peer on one control socket."""

    def __init__(self, server: RoleServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._tasks: set[asyncio.Task[None]] = set()
        self._decoder = msgspec.json.Decoder(_Message)
        self._encoder = msgspec.json.Encoder()
        self.name = ""
        """What the peer calls itself, where its role has a name for it (a reader's source)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("socket")
        pid, uid, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid not in self._server.allowed_uids:
            log.warning("%s: uid %d (pid %d) may not connect", self._server.role, uid, pid)
            self._transport.abort()
            return
        self._server.joined(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.left(self)
        # What was asked takes its course in the actor; only nobody waits for the answer any more.
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if len(line) > LINE_LIMIT or not self._take(line):
                self._abort("a line that is not a message")
                return
        if len(self._buffer) > LINE_LIMIT:
            self._abort("a line that is too long")

    def _abort(self, why: str) -> None:
        log.warning("%s: %s: connection closed", self._server.role, why)
        self._buffer.clear()
        if self._transport is not None:
            self._transport.close()

    def _take(self, line: bytes) -> bool:
        try:
            message = self._decoder.decode(line)
        except NOT_UNDERSTOOD:
            self._answer(None, error=ErrorObject(PARSE_ERROR, "not a JSON-RPC message", {"reason": "parse_error"}))
            return False
        if not _is_usable(message.id):
            self._answer(None, error=ErrorObject(INVALID_REQUEST, "not a usable id", {"reason": "invalid_request"}))
            return True
        handler = self._server.methods.get(message.method)
        if message.jsonrpc != "2.0" or not message.method or message.id is None:
            error = ErrorObject(INVALID_REQUEST, "not a JSON-RPC 2.0 request with an id", {"reason": "invalid_request"})
            self._answer(message.id, error=error)
        elif handler is None:
            error = ErrorObject(METHOD_NOT_FOUND, "no such method on this socket", {"reason": "method_not_found"})
            self._answer(message.id, error=error)
        elif len(self._tasks) >= IN_FLIGHT:
            error = ErrorObject(INVALID_REQUEST, "too many requests at once", {"reason": "too_many_requests"})
            self._answer(message.id, error=error)
        else:
            task = start(self._work(handler, message), f"{self._server.role} {message.method}")
            if task is not None:
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return True

    async def _work(self, handler: Handler, message: _Message) -> None:
        try:
            result = await handler(self, message.params)
        except RequestError as refused:
            self._answer(message.id, error=refused.error)
        except OutOfOrder as halted:
            data: dict[str, str | int] = {"reason": "out_of_order", "cause": halted.reason}
            self._answer(message.id, error=ErrorObject(OUT_OF_ORDER, "the box is out of order", data))
        except NOT_UNDERSTOOD:
            # The text of the validation error may hold what was typed: it goes nowhere.
            error = ErrorObject(INVALID_PARAMS, "the parameters do not fit the method", {"reason": "invalid_params"})
            self._answer(message.id, error=error)
        except Exception as error:
            # A programming error costs this request and nobody else's. Where it happened is logged, its text is not: it
            # may quote what was typed.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s: %s raised %s\n%s", self._server.role, message.method, type(error).__name__, where)
            self._answer(message.id, error=ErrorObject(INTERNAL_ERROR, "internal error", {"reason": "internal_error"}))
        else:
            self._answer(message.id, result=result)

    def _answer(self, number: int | str | None, **answer: object) -> None:
        self.send({"jsonrpc": "2.0", "id": number, **answer})

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: Mapping[str, object]) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > SEND_LIMIT:
            log.warning("%s: the peer does not read: connection closed", self._server.role)
            transport.abort()
            return
        transport.write(self._encoder.encode(message) + b"\n")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class RoleServer:
    """One role's listening socket. ``on_joined`` and ``on_left`` hear of connections; they are called on the loop."""

    def __init__(
        self,
        role: str,
        listener: socket.socket,
        methods: Mapping[str, Handler],
        allowed_uids: frozenset[int],
        on_joined: Callable[[Connection], None] | None = None,
        on_left: Callable[[Connection], None] | None = None,
    ) -> None:
        self.role = role
        self.methods = methods
        self.allowed_uids = allowed_uids
        self.connections: set[Connection] = set()
        self._listener = listener
        self._on_joined = on_joined
        self._on_left = on_left
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        # From 3.13 on asyncio unlinks the path when a server closes; but the path is systemd's, for the next start.
        keep: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
        self._server = await loop.create_unix_server(lambda: Connection(self), sock=self._listener, **keep)

    def joined(self, connection: Connection) -> None:
        self.connections.add(connection)
        if self._on_joined is not None:
            self._on_joined(connection)

    def left(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            if self._on_left is not None:
                self._on_left(connection)

    def broadcast(self, method: str, params: object) -> None:
        for connection in tuple(self.connections):
            connection.notify(method, params)

    async def close(self) -> None:
        """Ends all connections; the listening socket is systemd's and stays for the next start."""
        for connection in tuple(self.connections):
            connection.close()
        if self._server is not None:
            self._server.close()


def method(request: type[Any], work: Callable[[Any], Awaitable[object]]) -> tuple[str, Handler]:
    """A table row for an `controller.api.Request`: strict decoding, then ``work``."""
    decoder = msgspec.json.Decoder(request)

    async def handle(connection: Connection, params: msgspec.Raw) -> object:
        return await work(decoder.decode(params))

    return request.METHOD, handle
