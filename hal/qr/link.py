"""The reader's end of the controller's socket: connects, listens for the scan mode, sends what was found.

One thread drives it (``step``); ``post`` is for any thread. While there is no connection the mode is OFF and nothing is
kept for later: a code that was read while nobody listened says nothing about who stands there now.
"""

from __future__ import annotations

import logging
import os
import select
import socket
from collections import deque
from collections.abc import Callable
from typing import Final

from hal.interfaces import monotonic_ms
from hal.qr.capture import Scan
from hal.wire import (
    MODE_METHOD,
    ErrorResponse,
    ForeignScan,
    LineSplitter,
    Notification,
    ReaderHealth,
    Request,
    Response,
    ScanMode,
    ScanReport,
    ScanVerdict,
    UnreadableScan,
    WireError,
    decode,
    encode,
    mode_from_params,
)

_log = logging.getLogger(__name__)

FIRST_PAUSE_MS: Final = 50
LONGEST_PAUSE_MS: Final = 500
"""Between two tries to connect: doubled from the first to the longest."""

_MAX_UNSENT: Final = 256 * 1024
_MAX_WAITING: Final = 32


class ControllerLink:
    """A connection to the controller's socket at ``path`` that comes back by itself.

    ``on_mode(mode, anew)`` is called, on the thread of ``step``, at each ``scan.mode``, and with OFF and ``anew`` when
    the connection is lost. ``is_current`` is asked before a scan is sent. ``source`` is the reader's name.
    """

    def __init__(
        self,
        path: str,
        source: str,
        on_mode: Callable[[ScanMode, bool], None],
        is_current: Callable[[Scan], bool],
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._path = path
        self._name = source
        self._on_mode = on_mode
        self._is_current = is_current
        self._now_ms = now_ms
        self._socket: socket.socket | None = None
        self._splitter = LineSplitter()
        self._unsent = b""
        self._waiting: deque[Scan] = deque(maxlen=_MAX_WAITING)
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

    def post(self, scan: Scan) -> None:
        """Hand over what was found. Any thread; never blocks. The oldest is lost if nobody takes them."""
        self._waiting.append(scan)
        self.wake()

    def wake(self) -> None:
        """End the wait in ``step``. Any thread."""
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            pass  # The pipe is full of wake-ups already.

    def send_health(self, health: ReaderHealth) -> None:
        """Send it if connected."""
        if self._socket is not None:
            self._ask(ReaderHealth.METHOD, health.params())

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
        self._send_scans()
        self._flush()

    def close(self) -> None:
        """Send what is left as far as it goes at once, then end the connection. Not to be used afterwards."""
        self._flush()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        os.close(self._wake_read)
        os.close(self._wake_write)

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
        self._waiting.clear()
        _log.info("controller_connected: %s", self._path)

    def _wait_longer(self) -> None:
        self._next_try_ms = self._now_ms() + self._pause_ms
        self._pause_ms = min(LONGEST_PAUSE_MS, self._pause_ms * 2)

    def _disconnect(self, why: str) -> None:
        _log.warning("controller_lost: %s; reading nothing until it is back", why)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._unsent = b""
        self._waiting.clear()
        self._on_mode(ScanMode.OFF, True)
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
            case Notification(method, params) if method == MODE_METHOD:
                # It speaks our language, so it is there: the next loss is answered quickly again.
                self._pause_ms = FIRST_PAUSE_MS
                mode = mode_from_params(params)
                _log.debug("scan_mode: %s", mode)
                self._on_mode(mode, False)
            case Notification():
                _log.debug("notification_unknown: ignored")
            case Request(identity):
                self._queue(encode(ErrorResponse(identity, -32601, "method_not_found")))
            case Response(identity, result):
                if self._asked.pop(identity, None) == ScanReport.METHOD:
                    verdict = ScanVerdict.from_result(result)
                    _log.info("scan_report: %s", "accepted" if verdict.accepted else f"refused ({verdict.reason})")
            case ErrorResponse(identity, code, reason):
                method = self._asked.pop(identity, "unknown") if identity is not None else "unknown"
                _log.warning("call_failed: %s: %s (%d)", method, reason, code)

    def _send_scans(self) -> None:
        while self._socket is not None and self._waiting:
            scan = self._waiting.popleft()
            if not self._is_current(scan):
                _log.debug("scan_dropped: the mode has changed since")
            elif scan.unreadable:
                self._ask(UnreadableScan.METHOD, UnreadableScan(self._name).params())
            elif scan.reading is None:
                self._ask(ForeignScan.METHOD, ForeignScan(self._name).params())
            else:
                reading = scan.reading
                report = ScanReport(reading.text, reading.symbology, scan.captured_mono_ms, self._name)
                self._ask(ScanReport.METHOD, report.params())

    def _ask(self, method: str, params: dict[str, object]) -> None:
        self._last_id += 1
        while len(self._asked) >= _MAX_WAITING:
            self._asked.pop(next(iter(self._asked)))
        self._asked[self._last_id] = method
        self._queue(encode(Request(self._last_id, method, params)))

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
