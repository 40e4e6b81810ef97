"""Events and states as bytes, and back.

The domain knows dataclasses, the log knows names, versions and JSON. This is the one place where both meet: which event
has which name, and how a folded state is kept in a snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from controller.domain import events
from controller.domain.evolve import FOLD_VERSION
from controller.domain.model import Box
from controller.domain.moment import Moment
from controller.ports import LogError, NewEvent, RecordedEvent, Stamp

#: Parts of other events, never an entry of their own.
_PARTS = (events.CompartmentPlan, events.PolicyRule, events.Event)

EVENT_TYPES: Mapping[str, type[events.Event]] = {
    name: kind
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, events.Event) and kind not in _PARTS
}


class EventCodec:
    """Translates between the domain's events and the log's. Stateless; any thread."""

    fold_version = FOLD_VERSION

    def __init__(self) -> None:
        self._state_encoder = msgspec.json.Encoder(order="deterministic")
        self._state_decoder = msgspec.json.Decoder(Box)

    def encode(self, event: events.Event) -> NewEvent:
        data: dict[str, Any] = msgspec.to_builtins(event)
        return NewEvent(type(event).__name__, event.VERSION, data)

    def decode(self, recorded: RecordedEvent) -> events.Event:
        """Raises `LogError` (``event_unknown``, ``event_malformed``) with the sequence number: such a log is not
        guessed at.
        """
        kind = EVENT_TYPES.get(recorded.type)
        if kind is None:
            raise LogError(
                "event_unknown",
                f"entry {recorded.seq} is a {recorded.type}, which this version does not know: install a newer version",
                recorded.seq,
            )
        try:
            return msgspec.convert(recorded.data, type=kind)
        except msgspec.ValidationError as error:
            raise LogError(
                "event_malformed", f"entry {recorded.seq} ({recorded.type}): {error}", recorded.seq
            ) from error

    def encode_state(self, box: Box) -> bytes:
        """The same state always gives the same bytes."""
        return self._state_encoder.encode(box)

    def decode_state(self, state: bytes) -> Box:
        """Raises `LogError` (``snapshot_malformed``)."""
        try:
            return self._state_decoder.decode(state)
        except msgspec.DecodeError as error:
            raise LogError("snapshot_malformed", f"the snapshot cannot be read: {error}") from error

    @staticmethod
    def digest(state: bytes) -> str:
        return hashlib.sha256(state).hexdigest()


def stamp_of(at: Moment) -> Stamp:
    return Stamp(at.wall_ms, at.mono_ms, at.boot, at.clock_trusted)


def moment_of(stamp: Stamp) -> Moment:
    return Moment(stamp.wall_ms, stamp.mono_ms, stamp.boot, stamp.clock_trusted)
