"""Old events in their newest shape.

An event is never rewritten. When its shape changes, its version goes up and a pure function that lifts the old shape
by one step is registered here, for ever, with a fixture in ``tests/fixtures/events``. `Upcasters.newest` applies them
until none fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from controller.ports import LogError, NewEvent, RecordedEvent

#: Lifts an event of one type and version to a later version (or to another type). Pure: it reads nothing but the event.
Upcaster = Callable[[NewEvent], NewEvent]

#: More steps than an event can have: two upcasters that lead to each other must not hang the start.
_MOST_STEPS = 1000


class Upcasters:
    """The registry ``(type, version) → upcaster``."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, int], Upcaster] = {}

    def register(self, type: str, version: int) -> Callable[[Upcaster], Upcaster]:
        """Decorator: the function lifts events of ``type`` at ``version``. One function for each; `ValueError` for a
        second.
        """

        def keep(upcaster: Upcaster) -> Upcaster:
            if (type, version) in self._steps:
                raise ValueError(f"{type} version {version} has an upcaster already")
            self._steps[type, version] = upcaster
            return upcaster

        return keep

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(sorted(self._steps))

    def newest(self, event: RecordedEvent) -> RecordedEvent:
        """``event`` in its newest shape. Raises `LogError` (``upcaster_failed``) when an upcaster does not move
        forward.
        """
        if (event.type, event.version) not in self._steps:
            return event
        shape = NewEvent(type=event.type, version=event.version, data=event.data)
        for _ in range(_MOST_STEPS):
            step = self._steps.get((shape.type, shape.version))
            if step is None:
                return replace(event, type=shape.type, version=shape.version, data=shape.data)
            lifted = step(shape)
            if lifted.type == shape.type and lifted.version <= shape.version:
                break
            shape = lifted
        raise LogError(
            "upcaster_failed",
            f"entry {event.seq}: the upcasters of {event.type} version {event.version} lead nowhere",
            event.seq,
        )


#: The events' upcasters. Empty: every event is still in its first shape.
UPCASTERS = Upcasters()
