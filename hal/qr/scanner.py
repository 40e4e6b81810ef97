"""Takes texts from a scanner that decodes by itself, and has them sifted by the scan mode.

Neither zxing-cpp nor zbar is needed for that: a box with a scanner has no decoder of pictures in its reader's process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hal.interfaces import monotonic_ms
from hal.qr.filter import ScanFilter
from hal.qr.scan import Reading, Scan
from hal.qr.source_thread import Patience, SourceThread, ThreadFactory
from hal.wire import ALLOWED


@dataclass(frozen=True, slots=True)
class ScannedText:
    """One code that a scanner has read; ``mono_ms``: when it began to send it."""

    reading: Reading
    mono_ms: int


@runtime_checkable
class TextSource(Protocol):
    """A scanner, opened."""

    @property
    def name(self) -> str:
        """Its device, for messages."""
        ...

    def texts(self) -> Iterator[ScannedText | None]:
        """Texts as they come; ``None`` whenever a second has passed, and the scanner was looked after and is there.

        Ends when the source is closed; ``OSError`` when the scanner is gone.
        """
        ...

    def close(self) -> None:
        """Stop and give the device back. Idempotent, and allowed from another thread."""
        ...


ScannerFactory = Callable[[], TextSource]
"""Opens the scanner anew. Raises ``HardwareFault`` or ``OSError`` if it cannot be opened now."""


def scanning(open_source: ScannerFactory, patience: Patience | None = None) -> ThreadFactory:
    """A thread for this scanner."""
    return lambda on_scan: ScannerThread(open_source, on_scan, patience)


class ScannerThread(SourceThread[TextSource, ScannedText]):
    """The thread of a scanner. ``frames`` counts the texts that came, ``decoded`` those that somebody wanted."""

    _SILENCE_IS_FINE = True

    def __init__(
        self,
        open_source: ScannerFactory,
        on_scan: Callable[[Scan], None],
        patience: Patience | None = None,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        super().__init__(open_source, on_scan, patience, now_ms)
        # A scanner sends each code once, and has its own rules for when to believe it.
        self._filter = ScanFilter(agree=False)

    def _items(self, source: TextSource) -> Iterator[ScannedText | None]:
        return source.texts()

    def _take(self, item: ScannedText) -> None:
        self.frames += 1
        if self._forget:
            self._forget = False
            self._filter.forget()
        published = self._published
        if not ALLOWED[published.mode].symbologies or item.mono_ms <= published.since_ms:
            return
        self.decoded += 1
        sifted = self._filter.sift(published.mode, [item.reading], item.mono_ms)
        for reading in sifted.reports:
            self._on_scan(Scan(reading, item.mono_ms, published))
        if sifted.foreign:
            self._on_scan(Scan(None, item.mono_ms, published))
