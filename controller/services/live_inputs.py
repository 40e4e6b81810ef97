"""What the box's senses say right now: doors, readers, and how the last test of each lock went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.ports import DoorInput, LockTest, ReaderInput
from controller.services.actor import Actor

#: How an opening's outcome is told of a test.
OUTCOMES = {"closed": "opened", "failed": "failed", "abandoned": "left_open"}


@dataclass(slots=True)
class _Firing:
    """A test under way."""

    authorisation: str
    label: str
    authorised_mono_ms: int
    attempts: int
    opened_ms: int = 0
    others: tuple[str, ...] = ()


class LiveInputs:
    """Follows events and readers' words; kept in memory only. One event loop."""

    def __init__(self, actor: Actor, changed: Callable[[], None]) -> None:
        self._actor = actor
        self._changed = changed
        self._doors: dict[str, DoorInput] = {}
        self._readers: dict[str, ReaderInput] = {}
        self._heard: dict[str, tuple[int, int]] = {}
        self._firing: _Firing | None = None
        self._tests: dict[str, LockTest] = {}
        self._on_test: list[Callable[[LockTest], None]] = []
        actor.on_event(self._happened)

    @property
    def doors(self) -> Mapping[str, DoorInput]:
        return dict(self._doors)

    @property
    def readers(self) -> Mapping[str, ReaderInput]:
        return dict(self._readers)

    @property
    def tests(self) -> tuple[LockTest, ...]:
        """The last test of each lock, by label."""
        return tuple(test for _, test in sorted(self._tests.items()))

    @property
    def waiting(self) -> str:
        """What the test under way waits for: its door to ``open`` or to ``close``; empty without one."""
        if self._firing is None:
            return ""
        return "close" if self._firing.opened_ms else "open"

    def on_test(self, listener: Callable[[LockTest], None]) -> None:
        """``listener`` hears how each test of a lock ended."""
        self._on_test.append(listener)

    def reader_said(self, source: str, state: str, frames: int, decoded: int, light: str = "") -> None:
        now = self._actor.now().mono_ms
        before = self._heard.get(source)
        tenths = 0
        if before is not None and frames >= before[1] and now > before[0]:
            tenths = (frames - before[1]) * 10_000 // (now - before[0])
        self._heard[source] = (now, frames)
        known = self._readers.get(source, ReaderInput("", 0, 0, 0))
        self._readers[source] = replace(known, state=state, frames=frames, decoded=decoded, tenths=tenths, light=light)
        self._changed()

    def reader_hinted(self, source: str, hint: str) -> None:
        """A code was held before this reader and could not be read. Of a reader that has said how it is."""
        known = self._readers.get(source)
        if known is None:
            return
        hints = {**known.hints, hint: known.hints.get(hint, 0) + 1}
        self._readers[source] = replace(known, hint=hint, hint_wall_ms=self._actor.now().wall_ms, hints=hints)
        self._changed()

    def reader_gone(self, source: str) -> None:
        self._heard.pop(source, None)
        if self._readers.pop(source, None) is not None:
            self._changed()

    def _happened(self, event: ev.Event, at: Moment) -> None:
        match event:
            case ev.DoorOpened() | ev.DoorClosed():
                known = self._doors.get(event.compartment, DoorInput())
                self._doors[event.compartment] = DoorInput(known.edges + 1, at.wall_ms)
                self._door_of_test(event)
            case ev.DoorRead() | ev.DoorUnreadable():
                known = self._doors.get(event.compartment, DoorInput())
                self._doors[event.compartment] = replace(known, since_wall_ms=at.wall_ms)
            case ev.UnlockAuthorised(purpose="test"):
                self._firing = _Firing(event.authorisation, event.compartment, at.mono_ms, event.attempt)
            case ev.OpeningEnded():
                self._ended(event, at)
            case _:
                pass

    def _door_of_test(self, event: ev.DoorOpened | ev.DoorClosed) -> None:
        firing = self._firing
        if firing is None or not isinstance(event, ev.DoorOpened):
            return
        if event.cause == "test":
            firing.others = (*firing.others, event.compartment)
        if firing.label != event.compartment:
            return
        if event.cause == "authorised":
            firing.opened_ms = max(1, event.seen_mono_ms - firing.authorised_mono_ms)

    def _ended(self, event: ev.OpeningEnded, at: Moment) -> None:
        firing, self._firing = self._firing, None
        if firing is None or firing.authorisation != event.authorisation:
            self._firing = firing
            return
        outcome = OUTCOMES.get(event.outcome, event.outcome)
        test = LockTest(firing.label, outcome, firing.opened_ms, firing.attempts, at.wall_ms, firing.others)
        self._tests[firing.label] = test
        for listener in self._on_test:
            listener(test)
