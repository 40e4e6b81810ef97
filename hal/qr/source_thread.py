"""The thread that takes what a source gives, whatever kind of source it is, and watches that it goes on giving.

Two rules make the watch simple. The thread counts *progress*: each thing that came, each second without one, each try
to open the source. Whoever runs the thread looks at that progress, because a driver that hangs in native code cannot
look itself.
"""

from __future__ import annotations

import logging
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from hal.interfaces import HardwareFault, monotonic_ms
from hal.qr.scan import PublishedMode, Scan
from hal.wire import ReaderState, ScanMode, SeenLight

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in ms. The defaults are those of a box."""

    no_frame_ms: int = 3000
    """Without a frame for so long, the source is opened anew."""
    reopenings: int = 3
    """So many times in vain, then the process ends and systemd starts another."""
    document_ms: int = 100
    """Between two frames while a document's machine readable zone is looked for."""
    idle_ms: int = 250
    """Between two frames while nothing is to be read."""


class Closable(Protocol):
    """What every source has."""

    def close(self) -> None:
        """Stop and give the device back. Idempotent, and allowed from another thread."""
        ...


SourceT = TypeVar("SourceT", bound=Closable)
ItemT = TypeVar("ItemT")


class SourceThread(ABC, Generic[SourceT, ItemT]):
    """``on_scan`` is called on the thread and must hand over and return; everything else is for the owner.

    ``publish`` sets the mode. What was captured before the mode was published is thrown away by whoever implements
    `_take`: what was held before the reader while nothing was to be read stays unread.
    """

    reads_pages: ClassVar[bool] = False
    """Whether it can read a document's photo page."""

    def __init__(
        self,
        open_source: Callable[[], SourceT],
        on_scan: Callable[[Scan], None],
        patience: Patience | None = None,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._open_source = open_source
        self._on_scan = on_scan
        self._patience = patience or Patience()
        self._now_ms = now_ms
        self._published = PublishedMode(ScanMode.OFF, now_ms())
        self._forget = False
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._source: SourceT | None = None
        self._progress_ms = now_ms()
        self._alive_ms: int | None = None
        self._failed_openings = 0
        self._pushed_at_ms: int | None = None
        self.frames = 0
        self.decoded = 0
        self.light: SeenLight | None = None
        """Of the last pictures, where the source gives any."""
        self.given_up = False
        """Nothing for too long, in spite of everything: the process should end."""
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    @property
    def state(self) -> ReaderState:
        """How the reader is, for ``reader.health``."""
        if self._failed_openings:
            return ReaderState.NO_FRAMES
        if self._alive_ms is None:
            return ReaderState.STARTING
        silent = self._now_ms() - self._alive_ms > self._patience.no_frame_ms
        return ReaderState.NO_FRAMES if silent else ReaderState.OK

    @property
    def progress_age_ms(self) -> int:
        """How long ago the thread last made progress. Without frames it still does: that is the source's fault."""
        return self._now_ms() - self._progress_ms

    def start(self) -> None:
        """Start the thread. Once."""
        self._thread.start()

    def publish(self, mode: ScanMode, *, forget: bool = False) -> None:
        """From now on ``mode`` holds. With ``forget``, codes already reported are new again. For the owner's thread."""
        if forget:
            self._forget = True
        if forget or mode is not self._published.mode:
            self._published = PublishedMode(mode, self._now_ms())
            self._changed.set()

    def is_current(self, scan: Scan) -> bool:
        """Whether the mode under which this was found still holds, without a break."""
        return scan.published is self._published

    def supervise(self) -> None:
        """Push a thread that hangs in its driver; give up when that does not help. Call it often, from outside."""
        age, patience = self.progress_age_ms, self._patience.no_frame_ms
        if self.given_up or age <= patience or not self._thread.is_alive():
            return
        if age > patience * (1 + self._patience.reopenings):
            _log.error("reader_stuck: the source does not return; ending, so that the process is started anew")
            self.given_up = True
        elif self._pushed_at_ms != self._progress_ms:
            self._pushed_at_ms = self._progress_ms
            _log.warning("reader_stuck: the source has not returned for %d ms; closing it", age)
            self._close()

    def close(self, timeout_ms: int) -> bool:
        """Stop and give the source back; ``False`` if the thread has not ended within ``timeout_ms``."""
        self._stop.set()
        self._changed.set()
        self._close()
        if self._thread.ident is not None:
            self._thread.join(timeout_ms / 1000)
        return not self._thread.is_alive()

    @abstractmethod
    def _items(self, source: SourceT) -> Iterator[ItemT | None]:
        """What the source gives, and ``None`` for each second without anything."""

    @abstractmethod
    def _take(self, item: ItemT) -> None:
        """Find what there is to report in it. On the thread."""

    _SILENCE_IS_FINE = False
    """Whether a source that says ``None`` is as alive as one that gives something."""

    def _run(self) -> None:
        try:
            while not self._stop.is_set() and not self.given_up:
                self._watch_once()
        except Exception as error:
            # A fault of ours must not leave a process that looks alive. Where, and not what: the text of an exception
            # may quote what it stumbled over.
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("reader_fault: the capture thread ended with %s at\n%s", type(error).__name__, where)
            self.given_up = True

    def _watch_once(self) -> None:
        """From opening the source to its loss."""
        self._progress_ms = opened_ms = self._now_ms()
        try:
            self._source = source = self._open_source()
        except (HardwareFault, OSError) as error:
            _log.warning("source_unavailable: %s", error)
            self._lost()
            self._pause()
            return
        try:
            for item in self._items(source):
                self._progress_ms = now_ms = self._now_ms()
                if self._stop.is_set():
                    return
                if item is not None or self._SILENCE_IS_FINE:
                    self._alive_ms, self._failed_openings = now_ms, 0
                    if item is not None:
                        self._take(item)
                    opened_ms = self._now_ms()
                elif now_ms - opened_ms >= self._patience.no_frame_ms:
                    break
        except (HardwareFault, OSError) as error:
            _log.warning("source_failed: %s", error)
        finally:
            self._close()
        if not self._stop.is_set():
            self._lost()
            if self._now_ms() - opened_ms < self._patience.no_frame_ms:
                self._pause()

    def _lost(self) -> None:
        self._failed_openings += 1
        if self._failed_openings > self._patience.reopenings:
            _log.error("no_frames: %d openings brought nothing; ending", self._failed_openings)
            self.given_up = True
        else:
            _log.warning("no_frames: opening the source anew")

    def _pause(self) -> None:
        """Before opening anew what failed or ended at once: shorter than what counts as standing still."""
        if not self.given_up:
            self._stop.wait(self._patience.no_frame_ms / 3000)

    def _close(self) -> None:
        """Called on both threads: a source's ``close`` is idempotent and allowed from another thread."""
        source = self._source
        if source is None:
            return
        try:
            source.close()
        except OSError as error:
            _log.warning("source_close_failed: %s", error)


ThreadFactory = Callable[[Callable[[Scan], None]], "SourceThread[Any, Any]"]
"""Makes a reader's thread that calls this with what it finds."""
