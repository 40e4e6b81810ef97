"""BER-TLV as a card reads it in commands and writes it in answers (ISO/IEC 7816-4, 5.2.2)."""

from __future__ import annotations


class MalformedTlv(ValueError):
    """The bytes are no sequence of data objects."""


def encode(tag: int, value: bytes) -> bytes:
    """One data object. ``tag`` as its bytes read as a number: 0x87, 0x7F49."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + _length(len(value)) + value


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def decode(data: bytes) -> list[tuple[int, bytes]]:
    """The data objects that stand one after the other in ``data``; raises `MalformedTlv`."""
    objects = []
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _read_length(data, at)
        if at + length > len(data):
            raise MalformedTlv("a value ends after the data")
        objects.append((tag, data[at : at + length]))
        at += length
    return objects


def _tag(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first & 0x1F != 0x1F:
        return first, at + 1
    if at + 1 >= len(data) or data[at + 1] & 0x80:
        raise MalformedTlv("a tag of more than two bytes, or cut short")
    return first << 8 | data[at + 1], at + 2


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise MalformedTlv("no length")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= 3 or at + 1 + count > len(data):
        raise MalformedTlv("a length that cannot be")
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count


def unpack(data: bytes, template: int) -> dict[int, bytes]:
    """The objects inside the one template ``data`` consists of, by tag; raises `MalformedTlv` for anything else."""
    outer = decode(data)
    if len(outer) != 1 or outer[0][0] != template:
        raise MalformedTlv("not the template")
    return collect(outer[0][1])


def collect(data: bytes) -> dict[int, bytes]:
    """The objects in ``data`` by tag, none of them twice; raises `MalformedTlv`."""
    objects = decode(data)
    found = dict(objects)
    if len(found) != len(objects):
        raise MalformedTlv("an object stands there twice")
    return found


def encode_oid(dotted: str) -> bytes:
    """The value of an object identifier, without tag and length."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    encoded = bytearray()
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        encoded += bytes(reversed(digits))
    return bytes(encoded)
