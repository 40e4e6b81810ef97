"""What lies in the card readers: found, plugged in, taken out, put in, while pcscd comes and goes.

Only contactless cards count: many readers hold a security module with contacts that looks like one more reader with a
card in it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hal.eid.channel import Cancelled, ChannelError
from hal.eid.pcsc import is_contactless
from hal.eid.scard import PLUG_AND_PLAY, Context, ReaderState, ReaderUnknown
from hal.interfaces import monotonic_ms
from hal.wire import ChipReaderState

_log = logging.getLogger(__name__)

LOOK_EVERY_MS: Final = 1_000
"""So often everything is looked at anew even if pcscd told of no change."""

SILENT_MS: Final = 4 * LOOK_EVERY_MS

RETRY_MS: Final = 500
"""Between two tries to reach a pcscd that does not answer."""


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A contactless card. ``arrivals``: another number for each card that was put there."""

    reader: str
    arrivals: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known at one moment."""

    state: ChipReaderState
    cards: tuple[CardSeen, ...] = ()


class CardWatch:
    """Watches all readers whose name contains ``name`` (any case; empty: all) on a thread of its own.

    Everything public is for any thread.
    """

    def __init__(self, name: str = "") -> None:
        self._name = name.casefold()
        self._on_change: Callable[[], None] = lambda: None
        self._seen = Seen(ChipReaderState.STARTING)
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._context: Context | None = None
        self._holding = threading.Lock()
        self._progress_ms = monotonic_ms()
        self._thread = threading.Thread(target=self._run, name="card-watch", daemon=True)

    @property
    def seen(self) -> Seen:
        """How it is now. A pcscd that has not answered for `SILENT_MS` counts as none."""
        if monotonic_ms() - self._progress_ms > SILENT_MS:
            return Seen(ChipReaderState.NO_CARD_STACK)
        return self._seen

    def listen(self, on_change: Callable[[], None]) -> None:
        """Have this called after each change, on the watch's thread. Before `start`."""
        self._on_change = on_change

    def start(self) -> None:
        """Begin. Once."""
        self._thread.start()

    def wait(self, until: Callable[[Seen], bool], timeout_s: float) -> bool:
        """Wait until what is seen is as wished (asked after each change and each `notify`); whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: until(self.seen), timeout_s)

    def notify(self) -> None:
        """Have everybody in `wait` ask again."""
        with self._changed:
            self._changed.notify_all()

    def close(self, timeout_ms: int) -> bool:
        """End; whether the thread is gone. False: it is somewhere in the card stack, which does not return."""
        self._stop.set()
        # A pcscd that hangs lets nobody come back from cancelling either.
        threading.Thread(target=self._cancel, name="card-watch-end", daemon=True).start()
        self._thread.join(timeout_ms / 1000)
        return not self._thread.is_alive()

    def _cancel(self) -> None:
        """Again and again: what is cancelled before it has begun to wait, waits."""
        while self._thread.is_alive():
            with self._holding:
                if self._context is not None:
                    self._context.cancel()
            self._thread.join(0.02)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except Cancelled:
                _log.debug("card_watch: cancelled")
            except ChannelError as error:
                if self._seen.state is not ChipReaderState.NO_CARD_STACK:
                    _log.warning("card_stack_absent: pcscd does not answer (%s); trying until it does", error)
                self._publish(Seen(ChipReaderState.NO_CARD_STACK))
                self._stop.wait(RETRY_MS / 1000)

    def _watch(self) -> None:
        context = Context()
        with self._holding:
            self._context = context
        try:
            known: dict[str, int] = {}
            while not self._stop.is_set():
                try:
                    known = self._look(context, known)
                except ReaderUnknown:
                    known = {}  # Between the list and the question one was unplugged.
        finally:
            with self._holding:
                self._context = None
                context.close()

    def _look(self, context: Context, known: dict[str, int]) -> dict[str, int]:
        names = [name for name in context.readers() if self._name in name.casefold()]
        if known.keys() != {PLUG_AND_PLAY, *names}:
            # State 0, "unknown", is answered at once for every reader that is there.
            known = dict.fromkeys((PLUG_AND_PLAY, *names), 0)
            if not names:
                self._publish(Seen(ChipReaderState.NO_READER))
        states = context.wait_for_change(list(known.items()), LOOK_EVERY_MS)
        self._progress_ms = monotonic_ms()
        if states is None:
            return known
        if names:
            self._publish(_seen(state for state in states if state.reader != PLUG_AND_PLAY))
        return {state.reader: state.state for state in states}

    def _publish(self, seen: Seen) -> None:
        self._progress_ms = monotonic_ms()
        if seen == self._seen:
            return
        if seen.state is not self._seen.state:
            _log.info("card_readers: %s", seen.state)
        with self._changed:
            self._seen = seen
            self._changed.notify_all()
        self._on_change()


def _seen(readers: Iterable[ReaderState]) -> Seen:
    cards = (CardSeen(one.reader, one.arrivals) for one in readers if one.present and is_contactless(one.atr))
    return Seen(ChipReaderState.OK, tuple(cards))
