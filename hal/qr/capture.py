"""Takes frames from a camera and has them decoded and sifted. How cameras are watched: `hal.qr.source_thread`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Final

from hal.interfaces import Frame, FrameSource, monotonic_ms
from hal.qr.attention import Attention, Effort
from hal.qr.decode import Decoder
from hal.qr.document_key import DocumentKeyReader
from hal.qr.filter import ScanFilter
from hal.qr.finders import finders
from hal.qr.hint import hint_of, hint_of_squares
from hal.qr.light import light_of
from hal.qr.scan import PublishedMode, Scan
from hal.qr.source_thread import Patience, SourceThread, ThreadFactory
from hal.qr.unreadable import UnreadableWatch
from hal.wire import ALLOWED, ScanHint, ScanMode

_log = logging.getLogger(__name__)

LIGHT_EVERY_MS: Final = 1000
"""So often it is looked how the picture is lit, whatever is wanted of it."""

SEARCH_EVERY_MS: Final = 400
"""So often the squares of a code are searched that no decoder sees, while something moves."""

SourceFactory = Callable[[], FrameSource]
"""Opens the source anew. Raises ``HardwareFault`` or ``OSError`` if it cannot be opened now."""


def capturing(open_source: SourceFactory, patience: Patience | None = None) -> ThreadFactory:
    """A thread for this camera."""
    return lambda on_scan: Capture(open_source, on_scan, patience)


class Capture(SourceThread[FrameSource, Frame]):
    """The thread of a camera."""

    reads_pages = True

    def __init__(
        self,
        open_source: SourceFactory,
        on_scan: Callable[[Scan], None],
        patience: Patience | None = None,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        super().__init__(open_source, on_scan, patience, now_ms)
        self._decoder = Decoder(now_ms=now_ms)
        self._attention = Attention()
        self._attentive_for: PublishedMode | None = None
        self._filter = ScanFilter()
        self._unreadable = UnreadableWatch()
        self._documents = DocumentKeyReader()
        self._documents_for: PublishedMode | None = None
        self._light_ms: int | None = None
        self._searched_ms = 0

    def _items(self, source: FrameSource) -> Iterator[Frame | None]:
        return source.frames()

    def _take(self, frame: Frame) -> None:
        self.frames += 1
        self._look_at_light(frame)
        if self._forget:
            self._forget = False
            self._filter.forget()
            self._unreadable.forget()
        published = self._published
        if published.mode is ScanMode.DOCUMENT_KEY:
            self._take_document(frame, published)
            return
        if not ALLOWED[published.mode].symbologies:
            self._changed.wait(self._patience.idle_ms / 1000)
            self._changed.clear()
            return
        if frame.mono_ms <= published.since_ms:
            return
        if published is not self._attentive_for:
            self._attentive_for = published
            self._attention.forget()
            self._decoder.forget()
        effort = self._attention.effort(frame)
        if effort is Effort.NONE:
            return
        readings = self._decoder.decode(frame, published.mode, quick=effort is Effort.QUICK)
        unreadable = None if readings else self._why_unreadable(frame, published.mode)
        self._attention.tell(read=bool(readings), unreadable=unreadable is not None)
        sifted = self._filter.sift(published.mode, readings, frame.mono_ms)
        self.decoded += bool(readings)
        for reading in sifted.reports:
            self._on_scan(Scan(reading, frame.mono_ms, published))
        if sifted.foreign:
            self._on_scan(Scan(None, frame.mono_ms, published))
        hint = self._unreadable.noticed(published.mode, unreadable, read=bool(readings), now_ms=frame.mono_ms)
        if hint is not None:
            _log.warning("code_unreadable: a code was held there and could not be read: %s", hint)
            self._on_scan(Scan(None, frame.mono_ms, published, unreadable=hint))

    def _why_unreadable(self, frame: Frame, mode: ScanMode) -> ScanHint | None:
        """Why the code in this frame was not read; ``None`` if there seems to be none, or nobody would be told."""
        if mode is not ScanMode.PICKUP:
            return None
        if self._decoder.unreadable:
            return hint_of(frame, self._decoder.corners)
        if not self._attention.awake or 0 <= frame.mono_ms - self._searched_ms < SEARCH_EVERY_MS:
            return None
        self._searched_ms = frame.mono_ms
        squares = finders(frame)
        return None if squares is None else hint_of_squares(frame, *squares)

    def _look_at_light(self, frame: Frame) -> None:
        if self._light_ms is None or not 0 <= frame.mono_ms - self._light_ms < LIGHT_EVERY_MS:
            self._light_ms, self.light = frame.mono_ms, light_of(frame)

    def _take_document(self, frame: Frame, published: PublishedMode) -> None:
        if published is not self._documents_for:
            self._documents_for = published
            self._documents.forget()
        if frame.mono_ms <= published.since_ms:
            return
        document = self._documents.read(frame)
        if document is not None:
            self.decoded += 1
            self._on_scan(Scan(None, frame.mono_ms, published, document=document))
        # It costs much more than a code, and nobody turns a page ten times a second.
        self._changed.wait(self._patience.document_ms / 1000)
        self._changed.clear()
