"""A scanner's thread, and what it reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from hal.interfaces import monotonic_ms
from hal.qr.scan import Scan
from hal.qr.scanner import ScannerFactory, ScannerThread
from hal.qr.source_thread import Patience
from hal.wire import ScanMode

WAIT_S = 30


class Reading:
    """Runs a thread over a source, and waits for what it says."""

    def __init__(self, open_source: ScannerFactory) -> None:
        self.scans: list[Scan] = []
        # Short, so that a scanner that was pulled out is opened again at once.
        self.thread = ScannerThread(open_source, self.scans.append, Patience(no_frame_ms=300, reopenings=1000))
        self.thread.start()

    def publish(self, mode: ScanMode) -> None:
        """And wait: what comes within the millisecond of a publication counts as having been there before."""
        self.thread.publish(mode)
        published = monotonic_ms()
        self.until(lambda: monotonic_ms() > published)

    def until(self, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not what():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    @property
    def texts(self) -> list[str]:
        return [scan.reading.text.reveal() for scan in self.scans if scan.reading is not None]

    @property
    def foreign(self) -> int:
        return sum(scan.reading is None for scan in self.scans)


@pytest.fixture
def read() -> Iterator[Callable[[ScannerFactory], Reading]]:
    """Starts a thread over a source; it ends with the test."""
    started: list[Reading] = []

    def begin(open_source: ScannerFactory) -> Reading:
        started.append(Reading(open_source))
        return started[-1]

    yield begin
    for each in started:
        assert each.thread.close(WAIT_S * 1000)
