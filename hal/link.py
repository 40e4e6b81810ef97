"""A reader's end of the controller's socket: a connection that comes back by itself, and lines of JSON-RPC over it.

What is said over it, a subclass decides. One thread drives it (`step`); `wake` is for any thread.
"""

from __future__ import annotations

import logging
import os
import select
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from hal.interfaces import monotonic_ms
from hal.wire import ErrorResponse, LineSplitter, Notification, Request, Response, WireError, decode, encode

_log = logging.getLogger(__name__)

FIRST_PAUSE_MS: Final = 50
LONGEST_PAUSE_MS: Final = 500
"""Between two tries to connect: doubled from the first to the longest."""

MAX_ASKED: Final = 32
"""Calls whose answers are waited for; the oldest is forgotten first."""

_MAX_UNSENT: Final = 256 * 1024


class LineLink(ABC):
    """A connection to the controller's socket at ``path``. Nothing is kept for a controller that is not there."""

    def __init__(self, path: str, now_ms: Callable[[], int] = monotonic_ms) -> None:
        self._path = path
        self._now_ms = now_ms
        self._socket: socket.socket | None = None
        self._splitter = LineSplitter()
        self._unsent = b""
        self._asked: dict[int, str] = {}
        self._last_id = 0
        self._pause_ms = FIRST_PAUSE_MS
        self._next_try_ms = now_ms()
        self._complained = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    @property
    def connected(self) -> bool:
        """Whether somebody listens."""
        return self._socket is not None

    @property
    def wake_fileno(self) -> int:
        """A descriptor that ends the wait in ``step`` when a byte is written to it, also from a signal."""
        return self._wake_write

    def wake(self) -> None:
        """End the wait in ``step``. Any thread."""
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            pass  # The pipe is full of wake-ups already.

    def step(self, timeout_ms: int) -> None:
        """Wait at most ``timeout_ms`` for anything to happen, then do what there is to do."""
        if self._socket is None and self._now_ms() >= self._next_try_ms:
            self._connect()
        if self._socket is None:
            timeout_ms = max(0, min(timeout_ms, self._next_try_ms - self._now_ms()))
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        if self._socket is not None:
            poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
        events = dict(poll.poll(timeout_ms))
        if self._wake_read in events:
            self._drain_wakes()
        if self._socket is not None and events.get(self._socket.fileno(), 0) & ~select.POLLOUT:
            self._receive()
        self._send_waiting()
        self._flush()

    def close(self, *, wakes: bool = True) -> None:
        """Send what is left as far as it goes at once, then end the connection. Not to be used afterwards.

        ``wakes`` is False when a thread may still call `wake`: then its descriptor stays open.
        """
        self._flush()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if not wakes:
            return
        os.close(self._wake_read)
        os.close(self._wake_write)

    @abstractmethod
    def _heard(self, notification: Notification) -> bool:
        """What the controller says by itself; whether it was understood. May raise ``WireError``: the end of it."""

    @abstractmethod
    def _answered(self, method: str | None, result: Any) -> None:
        """The answer to a call of ``method`` (``None``: nobody asked). May raise ``WireError``."""

    @abstractmethod
    def _opened(self) -> None:
        """The connection is there."""

    @abstractmethod
    def _lost(self) -> None:
        """The connection is lost: nothing that the controller said holds any more."""

    @abstractmethod
    def _send_waiting(self) -> None:
        """Send what other threads handed over, with `_ask`. On the thread of `step`, connected or not."""

    def _ask(self, method: str, params: dict[str, Any]) -> None:
        """Send one call; nothing happens without a connection."""
        if self._socket is None:
            return
        self._last_id += 1
        while len(self._asked) >= MAX_ASKED:
            self._asked.pop(next(iter(self._asked)))
        self._asked[self._last_id] = method
        self._queue(encode(Request(self._last_id, method, params)))

    def _connect(self) -> None:
        fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        fresh.setblocking(False)
        try:
            fresh.connect(self._path)
        except OSError as error:
            fresh.close()
            if not self._complained:
                self._complained = True
                _log.warning("controller_absent: %s: %s; trying until it is there", self._path, error.strerror)
            self._wait_longer()
            return
        self._socket = fresh
        self._splitter, self._unsent, self._complained = LineSplitter(), b"", False
        self._asked.clear()
        _log.info("controller_connected: %s", self._path)
        self._opened()

    def _wait_longer(self) -> None:
        self._next_try_ms = self._now_ms() + self._pause_ms
        self._pause_ms = min(LONGEST_PAUSE_MS, self._pause_ms * 2)

    def _disconnect(self, why: str) -> None:
        _log.warning("controller_lost: %s; reading nothing until it is back", why)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._unsent = b""
        self._lost()
        self._wait_longer()

    def _drain_wakes(self) -> None:
        try:
            while os.read(self._wake_read, 4096):
                pass
        except BlockingIOError:
            pass  # Drained.

    def _receive(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(65536)
            if not data:
                self._disconnect("it closed the connection")
                return
            for line in self._splitter.feed(data):
                self._handle(line)
                if not self.connected:
                    return  # What it said after that no longer holds.
        except BlockingIOError:
            return
        except OSError as error:
            self._disconnect(error.strerror or type(error).__name__)
        except WireError as error:
            self._disconnect(f"it sent what the protocol does not allow ({error.reason})")

    def _handle(self, line: bytes) -> None:
        match decode(line):
            case Notification() as notification:
                if self._heard(notification):
                    # It speaks our language, so it is there: the next loss is answered quickly again.
                    self._pause_ms = FIRST_PAUSE_MS
                else:
                    _log.debug("notification_unknown: ignored")
            case Request(identity):
                self._queue(encode(ErrorResponse(identity, -32601, "method_not_found")))
            case Response(identity, result):
                self._pause_ms = FIRST_PAUSE_MS
                self._answered(self._asked.pop(identity, None), result)
            case ErrorResponse(identity, code, reason):
                method = self._asked.pop(identity, "unknown") if identity is not None else "unknown"
                _log.warning("call_failed: %s: %s (%d)", method, reason, code)

    def _queue(self, line: bytes) -> None:
        if len(self._unsent) + len(line) > _MAX_UNSENT:
            self._disconnect("it does not read what it is sent")
            return
        self._unsent += line
        self._flush()

    def _flush(self) -> None:
        while self._socket is not None and self._unsent:
            try:
                sent = self._socket.send(self._unsent, socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError as error:
                self._disconnect(error.strerror or type(error).__name__)
                return
            self._unsent = self._unsent[sent:]
