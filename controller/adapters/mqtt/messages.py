"""The messages that the box sends, as bytes (docs/mqtt/schemas)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from controller.adapters.mqtt.config import BoxIdentity
from controller.adapters.mqtt.strict_json import NotStrict, read_object
from controller.ports import CommandAnswer, Entry

CLOUD_EVENT_TYPE = "application/cloudevents+json"

#: `data` is text and not a JSON value: a library that parsed and wrote it again would break the bytes that were hashed.
ENTRY_TYPE = "text/plain; charset=utf-8"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_WALL_MS = 253_402_300_799_999


class _EntryHead(msgspec.Struct, frozen=True):
    """What the envelope repeats of an entry's body."""

    at: int
    type: str


_heads = msgspec.json.Decoder(_EntryHead)


def as_json(value: Mapping[str, object]) -> bytes:
    """Compact JSON in UTF-8. Raises ``ValueError`` for NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def source_of(box: str) -> str:
    return f"/abholfach/v1/box/{box}"


def cloud_event(identity: BoxIdentity, entry: Entry) -> bytes:
    """One entry of the log as a CloudEvent. ``data`` is the exact text whose SHA-256 is ``hash``; ``prev`` is the hash
    of the entry before.
    """
    head = _heads.decode(entry.body)
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": f"{identity.epoch}-{entry.seq}",
        "source": source_of(identity.box),
        "type": f"abholfach.{head.type}",
    }
    if 0 <= head.at <= _LAST_WALL_MS:
        event["time"] = _rfc3339(head.at)
    event |= {
        "datacontenttype": ENTRY_TYPE,
        "epoch": identity.epoch,
        "seq": entry.seq,
        "prev": entry.previous.hex(),
        "hash": entry.hash.hex(),
        "data": entry.body.decode(),
    }
    return as_json(event)


def connection_state(
    identity: BoxIdentity, status: str, reason: str, connection: str, more: Mapping[str, object]
) -> bytes:
    """Birth (``online``), goodbye and last will (``offline``; ``reason`` is ``stopped`` or ``lost``).

    ``connection`` is one connection's own id, which its will carries too. Brokers may be late with a will: an
    ``offline`` counts only if it names the connection of the ``online`` that is known.
    """
    own: dict[str, object] = {
        "box": identity.box,
        "status": status,
        "epoch": identity.epoch,
        "boot": identity.boot,
        "connection": connection,
        "software": identity.software,
        "hardware": identity.hardware,
    }
    if reason:
        own["reason"] = reason
    return as_json({**more, **own})


def command_result(id: str, issuer: str, answer: CommandAnswer) -> bytes:
    """The courtesy copy of what became of a command; what counts is the event in the log."""
    result: dict[str, object] = {"id": id, "issuer": issuer, "result": answer.result}
    if answer.code:
        result["code"] = answer.code
    if answer.repeated:
        result["repeated"] = True
    return as_json(result)


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A consumer has everything up to ``upto`` of this ``epoch``; ``hash`` (hex) is that entry's."""

    epoch: int
    upto: int
    hash: str


def read_acknowledgement(payload: bytes) -> Acknowledgement | None:
    """The acknowledgement in ``payload``, ``None`` if it is not one."""
    try:
        return msgspec.convert(read_object(payload), Acknowledgement, strict=True)
    except (NotStrict, msgspec.ValidationError):
        return None


def _rfc3339(wall_ms: int) -> str:
    text = (_EPOCH + timedelta(milliseconds=wall_ms)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
