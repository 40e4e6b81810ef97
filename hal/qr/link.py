"""The code reader's end of the controller's socket: listens for the scan mode, sends what was found.

``post`` is for any thread. While there is no connection the mode is OFF and nothing is kept for later: a code that was
read while nobody listened says nothing about who stands there now.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from hal.interfaces import monotonic_ms
from hal.link import LineLink
from hal.qr.scan import Scan
from hal.wire import (
    MODE_METHOD,
    DocumentKeyReport,
    ForeignScan,
    Notification,
    ReaderHealth,
    ScanMode,
    ScanReport,
    ScanVerdict,
    UnreadableScan,
    mode_from_params,
)

_log = logging.getLogger(__name__)

_MAX_WAITING: Final = 32


class ControllerLink(LineLink):
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
        super().__init__(path, now_ms)
        self._name = source
        self._on_mode = on_mode
        self._is_current = is_current
        self._waiting: deque[Scan] = deque(maxlen=_MAX_WAITING)

    def post(self, scan: Scan) -> None:
        """Hand over what was found. Any thread; never blocks. The oldest is lost if nobody takes them."""
        self._waiting.append(scan)
        self.wake()

    def send_health(self, health: ReaderHealth) -> None:
        """Send it if connected."""
        self._ask(ReaderHealth.METHOD, health.params())

    def _opened(self) -> None:
        self._waiting.clear()

    def _lost(self) -> None:
        self._waiting.clear()
        self._on_mode(ScanMode.OFF, True)

    def _heard(self, notification: Notification) -> bool:
        if notification.method != MODE_METHOD:
            return False
        mode = mode_from_params(notification.params)
        _log.debug("scan_mode: %s", mode)
        self._on_mode(mode, False)
        return True

    def _answered(self, method: str | None, result: Any) -> None:
        if method in (ScanReport.METHOD, DocumentKeyReport.METHOD):
            verdict = ScanVerdict.from_result(result)
            _log.info(
                "%s: %s", method.replace(".", "_"), "accepted" if verdict.accepted else f"refused ({verdict.reason})"
            )

    def _send_waiting(self) -> None:
        while self.connected and self._waiting:
            scan = self._waiting.popleft()
            if not self._is_current(scan):
                _log.debug("scan_dropped: the mode has changed since")
            elif scan.unreadable is not None:
                self._ask(UnreadableScan.METHOD, UnreadableScan(self._name, scan.unreadable).params())
            elif scan.document is not None:
                document = DocumentKeyReport(scan.document, scan.captured_mono_ms, self._name)
                self._ask(DocumentKeyReport.METHOD, document.params())
            elif scan.reading is None:
                self._ask(ForeignScan.METHOD, ForeignScan(self._name).params())
            else:
                reading = scan.reading
                report = ScanReport(reading.text, reading.symbology, scan.captured_mono_ms, self._name)
                self._ask(ScanReport.METHOD, report.params())
