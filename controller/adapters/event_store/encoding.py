"""The exact bytes of an entry: what is hashed, kept, sent and never rewritten.

A body is RFC 8785 (canonical JSON) over a small alphabet: strings, integers within ±(2^53 − 1), lists and objects of
these, object keys in ASCII. Over this alphabet msgspec's sorted encoder writes exactly RFC 8785 (a test holds it
against the `rfc8785` package): keys in ASCII sort alike by code point and by UTF-16 code unit, and there are no
floats. What lies outside is refused, never bent.

The first key in canonical order is ``after``, the hash of the entry before. So an entry's link can be checked by
comparing bytes `LINK_START` to `LINK_END`, without parsing; and as no key of the body sorts between ``seq`` and
``type`` and a type holds only letters and digits, ``,"seq":N,"type":"`` stands near the end of the body and nowhere
after that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from controller.ports import Entry, JsonValue, LogError, NewEvent, RecordedEvent, Stamp

#: The ``after`` of the very first entry.
GENESIS = bytes(32)

#: Integers beyond this are not exact in every JSON reader (RFC 8785, I-JSON).
LARGEST_INTEGER = 2**53 - 1

#: A body longer than this is refused. An event holds ids and numbers; the largest are a few kilobytes.
LARGEST_BODY = 256 * 1024

DEEPEST = 16

LINK_START = len(b'{"after":"')
LINK_END = LINK_START + 64

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")

_encoder = msgspec.json.Encoder(order="sorted")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body as it is parsed. ``at`` and ``mono`` in milliseconds, ``clock`` is ``trusted`` or ``untrusted``."""

    after: str
    at: int
    boot: str
    box: str
    clock: str
    data: dict[str, Any]
    epoch: int
    mono: int
    seq: int
    type: str
    v: int


_decoder = msgspec.json.Decoder(Body)


def check_id(what: str, value: str) -> str:
    """``value`` if it may stand in every body as the box's or the boot's id. Raises `LogError` (``bad_id``)."""
    if not _ID.fullmatch(value):
        raise LogError("bad_id", f"{what} must be 1 to 64 letters, digits, dots, colons, hyphens or underscores")
    return value


def canonical(value: JsonValue) -> bytes:
    """The RFC 8785 bytes of ``value``. Raises `LogError` (``not_canonical``) for anything outside the alphabet."""
    return _encode(_plain(value, "value", 0))


def encode_body(event: NewEvent, stamp: Stamp, *, box: str, epoch: int, seq: int, after: bytes) -> bytes:
    """The body of ``event`` as entry ``seq`` after the entry whose hash is ``after``.

    Raises `LogError` with code ``not_canonical``, ``event_too_large`` or ``bad_id``; nothing has been written then.
    """
    if not _TYPE.fullmatch(event.type):
        raise LogError(
            "not_canonical", "an event's type must be 1 to 64 letters and digits, beginning with a letter", seq
        )
    body = _encode(
        {
            "after": after.hex(),
            "at": _integer(stamp.wall_ms, "wall_ms"),
            "boot": check_id("the boot's id", stamp.boot),
            "box": box,
            "clock": "trusted" if stamp.clock_trusted else "untrusted",
            "data": _plain(event.data, event.type, 0),
            "epoch": epoch,
            "mono": _integer(stamp.mono_ms, "mono_ms"),
            "seq": seq,
            "type": event.type,
            "v": _integer(event.version, "version"),
        }
    )
    if len(body) > LARGEST_BODY:
        raise LogError("event_too_large", f"{event.type} has {len(body)} bytes, the most is {LARGEST_BODY}", seq)
    return body


def make_entry(event: NewEvent, stamp: Stamp, *, box: str, epoch: int, seq: int, after: bytes) -> Entry:
    """``event`` as the entry that will be stored. Errors as `encode_body`."""
    body = encode_body(event, stamp, box=box, epoch=epoch, seq=seq, after=after)
    return Entry(seq=seq, hash=hashlib.sha256(body).digest(), previous=after, body=body)


def link_of(body: bytes, seq: int) -> bytes:
    """The hash of the entry before, out of ``body``. Raises `LogError` (``log_damaged``) when there is none."""
    try:
        link = bytes.fromhex(body[LINK_START:LINK_END].decode("ascii"))
    except ValueError:
        link = b""
    if len(link) != len(GENESIS):
        raise LogError("log_damaged", f"entry {seq} does not name the entry before it", seq)
    return link


def decode_body(body: bytes, seq: int) -> Body:
    """The parsed body of entry ``seq``. Raises `LogError` (``log_damaged``) when it is not one of ours."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LogError("log_damaged", f"entry {seq} cannot be read: {error}", seq) from error


def recorded(body: Body) -> RecordedEvent:
    """A parsed body as the event it recorded, in the shape in which it was written."""
    stamp = Stamp(wall_ms=body.at, mono_ms=body.mono, boot=body.boot, clock_trusted=body.clock == "trusted")
    return RecordedEvent(seq=body.seq, type=body.type, version=body.v, data=body.data, stamp=stamp)


def _encode(plain: object) -> bytes:
    try:
        return _encoder.encode(plain)
    except UnicodeEncodeError as error:
        raise LogError("not_canonical", "a string holds a lone surrogate, which has no UTF-8 form") from error


def _integer(value: int, where: str) -> int:
    # A bool is an int to Python, and `true` to JSON.
    if type(value) is not int or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise LogError("not_canonical", f"{where} must be an integer within ±(2^53 − 1)")
    return value


def _plain(value: object, where: str, depth: int) -> object:
    """``value`` in plain strings, integers, lists and dicts. The message names the place, never the value: it may be
    somebody's.
    """
    if depth > DEEPEST:
        raise LogError("not_canonical", f"{where} is nested deeper than {DEEPEST}")
    if isinstance(value, str):
        return str.__str__(value)  # a StrEnum's value
    if isinstance(value, int):
        return _integer(value, where)
    if isinstance(value, Mapping):
        plain = {}
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise LogError("not_canonical", f"{where} has a key that is not an ASCII string")
            plain[str.__str__(key)] = _plain(item, f"{where}.{key}", depth + 1)
        return plain
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise LogError(
        "not_canonical", f"{where} is a {type(value).__name__}; only strings, integers, lists and objects are kept"
    )
