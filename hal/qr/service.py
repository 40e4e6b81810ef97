"""The reader process: a capture thread, the link to the controller, and what systemd wants to know."""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType
from typing import Final

from hal.interfaces import monotonic_ms
from hal.notify import notify, watchdog_interval_ms
from hal.qr.link import ControllerLink
from hal.qr.scan import Scan
from hal.qr.source_thread import ThreadFactory
from hal.wire import ReaderHealth, ScanMode

_log = logging.getLogger(__name__)

HEALTH_EVERY_MS: Final = 1000
"""Well below the 5 s after which the controller holds a reader for dead."""

EXIT_NO_FRAMES: Final = 74
"""``EX_IOERR``: the source brings no frames. systemd starts the process anew."""

_STEP_MS: Final = 250
_STOP_MS: Final = 700


class Reader:
    """One reader. ``name`` says which (``qr``), ``make_thread`` makes the thread of its camera or scanner."""

    def __init__(self, name: str, make_thread: ThreadFactory, socket_path: str) -> None:
        self._name = name
        self._capture = make_thread(self._post)
        self._link = ControllerLink(socket_path, name, self._mode, self._capture.is_current)
        self._stop = threading.Event()
        self._health_due_ms = 0
        self._was_connected = False
        self._watchdog_ms = watchdog_interval_ms()
        self._watchdog_due_ms = 0
        self.stuck = False
        """After ``run``: the frame source did not return, and its thread is still somewhere in the driver."""

    def stop(self) -> None:
        """End ``run`` soon. Any thread, and from a signal handler."""
        self._stop.set()
        self._link.wake()

    def run(self) -> int:
        """Read until ``stop``; the exit code. Once."""
        self._capture.start()
        notify("READY=1")
        while not self._stop.is_set() and not self._capture.given_up:
            self._link.step(_STEP_MS if self._watchdog_ms is None else min(_STEP_MS, self._watchdog_ms))
            self._capture.supervise()
            self._tell()
        notify("STOPPING=1")
        if self._capture.given_up:
            self._send_health()
        self.stuck = not self._capture.close(_STOP_MS)
        self._link.close()
        return EXIT_NO_FRAMES if self._capture.given_up else 0

    def _post(self, scan: Scan) -> None:
        self._link.post(scan)

    def _mode(self, mode: ScanMode, anew: bool) -> None:
        self._capture.publish(mode, forget=anew)

    def _tell(self) -> None:
        now_ms = monotonic_ms()
        if now_ms >= self._health_due_ms or (self._link.connected and not self._was_connected):
            self._health_due_ms = now_ms + HEALTH_EVERY_MS
            self._send_health()
        self._was_connected = self._link.connected
        if self._watchdog_ms is not None and now_ms >= self._watchdog_due_ms and self._progressing():
            self._watchdog_due_ms = now_ms + self._watchdog_ms
            notify("WATCHDOG=1")

    def _send_health(self) -> None:
        capture = self._capture
        counts = capture.frames, capture.decoded
        self._link.send_health(
            ReaderHealth(self._name, capture.state, *counts, capture.light, pages=capture.reads_pages)
        )

    def _progressing(self) -> bool:
        """The watchdog is for what ``supervise`` cannot mend: it hears nothing of a thread that stands still."""
        return self._capture.progress_age_ms < 2 * (self._watchdog_ms or 0) + HEALTH_EVERY_MS


def run_until_signal(name: str, make_thread: ThreadFactory, socket_path: str) -> int:
    """Run a reader until SIGTERM or SIGINT and return its exit code. For the main thread of a process of its own."""
    reader = Reader(name, make_thread, socket_path)

    def stop(_number: int, _frame: FrameType | None) -> None:
        reader.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    code = reader.run()
    if reader.stuck:
        _log.warning("reader_stuck: the frame source did not return; ending without it")
        logging.shutdown()
        # A thread in native code must not meet an interpreter that is being torn down.
        os._exit(code)
    return code
