"""Door contacts on a board that has to be asked: what it said last, and who hears of changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from hal.interfaces import DoorLevel, DoorListener, DoorReading, UnknownCompartment, monotonic_ms

log = logging.getLogger(__name__)

NOTHING: Mapping[str, int] = {}
OUTDATED_MS = 2_000
"""What was read so long ago is not known any more, whatever the reason."""


class PolledDoors:
    """``DoorSensors`` of one board. ``learn`` and ``lose`` are called by whoever polls it, on one thread."""

    def __init__(
        self,
        contacts: Mapping[str, int],
        *,
        watch_closely: Callable[[int, int], None] = lambda channel, until_mono_ms: None,
        on_close: Callable[[], None] = lambda: None,
        clock: Callable[[], int] = monotonic_ms,
        progress: Callable[[], int] | None = None,
        others: Mapping[str, int] = NOTHING,
    ) -> None:
        """``contacts``: compartment → channel. ``watch_closely`` is told which channel's door may move, and until
        when. ``others``: name → channel, of contacts that are no door's.
        """
        self._channels = {**contacts, **others}
        self._others = frozenset(others)
        self._watch_closely = watch_closely
        self._on_close = on_close
        self._progress = clock if progress is None else progress
        self._clock = clock
        self._guard = threading.Lock()
        self._readings: dict[str, DoorReading] = {}
        self._doubtful: dict[str, DoorReading] = {}
        self._listeners: tuple[DoorListener, ...] = ()
        self._closed = False
        self._polled_ms: dict[int, int] = {}
        """Channel → when it was asked for last."""
        self.listener_failures = 0
        """How often a listener raised. Anything but 0 is a programming error."""

    @property
    def compartments(self) -> Sequence[str]:
        """Labels in the profile's order."""
        return tuple(name for name in self._channels if name not in self._others)

    def contact(self, name: str) -> DoorLevel:
        """See `hal.boards.board.BoardContacts.contact`."""
        return self._known(name).level

    def subscribe(self, listener: DoorListener) -> None:
        """See ``DoorSensors.subscribe``."""
        with self._guard:
            self._listeners = (*self._listeners, listener)

    def read(self, compartment: str) -> DoorReading:
        """See ``DoorSensors.read``: what the last poll said, with its time."""
        if compartment not in self._channels or compartment in self._others:
            raise UnknownCompartment(compartment)
        return self._known(compartment)

    def _known(self, compartment: str) -> DoorReading:
        now = self._clock()
        with self._guard:
            reading = self._readings.get(compartment)
            polled = self._polled_ms.get(self._channels[compartment])
        if reading is None or polled is None or now - polled > OUTDATED_MS:
            return DoorReading(compartment, DoorLevel.UNKNOWN, now)
        return DoorReading(compartment, reading.level, polled)

    def watch_closely(self, compartment: str, until_mono_ms: int) -> None:
        """See ``DoorSensors.watch_closely``."""
        channel = self._channels.get(compartment)
        if channel is not None:
            self._watch_closely(channel, until_mono_ms)

    @property
    def progress_ms(self) -> int:
        """See ``DoorSensors.progress_ms``: of the thread that polls, if it says so; one that has ended stands still."""
        return self._progress()

    def close(self) -> None:
        """See ``DoorSensors.close``."""
        with self._guard:
            self._listeners = ()
            closed, self._closed = self._closed, True
        if not closed:
            self._on_close()

    def learn(self, levels: Mapping[int, DoorLevel], mono_ms: int) -> bool:
        """What a poll at ``mono_ms`` said, of the channels that it was for. ``True``: ask again soon.

        A contact that was caught bouncing is not a door that moved: a change counts when two polls in a row say it,
        from the time of the first.
        """
        changes: list[DoorReading] = []
        with self._guard:
            for compartment, channel in self._channels.items():
                level = levels.get(channel)
                if level is None:
                    continue
                self._polled_ms[channel] = mono_ms
                known = self._readings.get(compartment)
                if known is not None and known.level is level:
                    self._doubtful.pop(compartment, None)
                    continue
                doubtful = self._doubtful.pop(compartment, None)
                sure = known is None or known.level is DoorLevel.UNKNOWN
                if sure or (doubtful is not None and doubtful.level is level):
                    since = mono_ms if doubtful is None or doubtful.level is not level else doubtful.mono_ms
                    self._readings[compartment] = DoorReading(compartment, level, since)
                    changes.append(self._readings[compartment])
                else:
                    self._doubtful[compartment] = DoorReading(compartment, level, mono_ms)
            ask_again = any(self._channels[label] in levels for label in self._doubtful)
        self._tell(changes)
        return ask_again

    def lose(self, mono_ms: int) -> None:
        """The board cannot be asked: no door's position is known."""
        with self._guard:
            lost = [label for label, known in self._readings.items() if known.level is not DoorLevel.UNKNOWN]
            changes = [DoorReading(label, DoorLevel.UNKNOWN, mono_ms) for label in lost]
            self._readings.update({change.compartment: change for change in changes})
            self._doubtful.clear()
        self._tell(changes)

    def level(self, channel: int) -> DoorLevel:
        """What is known of the contact on a channel, also while it is doubtful."""
        with self._guard:
            for compartment, own in self._channels.items():
                if own == channel:
                    known = self._doubtful.get(compartment) or self._readings.get(compartment)
                    return DoorLevel.UNKNOWN if known is None else known.level
        return DoorLevel.UNKNOWN

    def _tell(self, changes: Sequence[DoorReading]) -> None:
        for reading in changes:
            for listener in () if reading.compartment in self._others else self._listeners:
                try:
                    listener(reading)
                except Exception:
                    # Whatever a listener does, the others hear, and the thread that polls lives on.
                    self.listener_failures += 1
                    log.exception("a door listener raised; the change will be found by polling")
