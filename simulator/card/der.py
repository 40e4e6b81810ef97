"""Writing DER (ITU-T X.690): as much as certificates, CMS and a chip's security infos are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from simulator.card import tlv

NULL = b"\x05\x00"


def sequence(*members: bytes) -> bytes:
    return tlv.encode(0x30, b"".join(members))


def set_of(members: Iterable[bytes]) -> bytes:
    """In the order that DER wants."""
    return tlv.encode(0x31, b"".join(sorted(members)))


def integer(number: int) -> bytes:
    return tlv.encode(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def object_identifier(dotted: str) -> bytes:
    return tlv.encode(0x06, tlv.encode_oid(dotted))


def octets(value: bytes) -> bytes:
    return tlv.encode(0x04, value)


def bits(value: bytes, unused: int = 0) -> bytes:
    return tlv.encode(0x03, bytes([unused]) + value)


def boolean(value: bool) -> bytes:
    return tlv.encode(0x01, b"\xff" if value else b"\x00")


def printable(text: str) -> bytes:
    return tlv.encode(0x13, text.encode("ascii"))


def utf8(text: str) -> bytes:
    return tlv.encode(0x0C, text.encode())


def time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime from then on, as X.509 wants it."""
    moment = moment.astimezone(UTC)
    if moment.year < 2050:
        return tlv.encode(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return generalized_time(moment)


def generalized_time(moment: datetime) -> bytes:
    return tlv.encode(0x18, generalized(moment))


def generalized(moment: datetime) -> bytes:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()


def explicit(number: int, content: bytes) -> bytes:
    """Context tag [number] around a whole element, or around the members of an implicit constructed one."""
    return tlv.encode(0xA0 | number, content)


def implicit(number: int, content: bytes) -> bytes:
    """Context tag [number] for primitive content."""
    return tlv.encode(0x80 | number, content)


def algorithm(dotted: str, parameters: bytes = b"") -> bytes:
    return sequence(object_identifier(dotted), parameters)
