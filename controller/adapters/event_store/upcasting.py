"""Old events in their newest shape.

An event is never rewritten. When its shape changes, its version goes up and a pure function that lifts the old shape
by one step is registered here, for ever, with a fixture in ``tests/fixtures/events``. `Upcasters.newest` applies them
until none fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


#: The events' upcasters.
UPCASTERS = Upcasters()


@UPCASTERS.register("RightPrepared", 1)
def _says_whether_it_is_a_proxys(event: NewEvent) -> NewEvent:
    return NewEvent(event.type, 2, {**event.data, "proxy": "no", "checked_by": ""})


@UPCASTERS.register("PoliciesActivated", 1)
def _says_what_a_missing_old_document_means(event: NewEvent) -> NewEvent:
    """Until then everybody could collect all the same, and no date was named; the answer of the defaults is the
    same.
    """
    rules = event.data["rules"]
    lifted = [
        {**rule, "missing_old_document": "allow", "old_document_days": 14}
        for rule in (rules if isinstance(rules, list | tuple) else ())
        if isinstance(rule, Mapping)
    ]
    return NewEvent(event.type, 2, {**event.data, "rules": lifted})


@UPCASTERS.register("PoliciesActivated", 2)
def _says_how_strict_a_chip_check_is(event: NewEvent) -> NewEvent:
    """No chip was checked until then; the answer of the defaults is the strict one."""
    rules = event.data["rules"]
    lifted = [
        {**rule, "clone_proof": "required", "revocation": "required"}
        for rule in (rules if isinstance(rules, list | tuple) else ())
        if isinstance(rule, Mapping)
    ]
    return NewEvent(event.type, 3, {**event.data, "rules": lifted})


@UPCASTERS.register("ChipChecked", 1)
def _says_what_a_policy_did_without(event: NewEvent) -> NewEvent:
    """Until then it was not written down, and the policies that ship do without nothing."""
    return NewEvent(event.type, 2, {**event.data, "excused": []})
