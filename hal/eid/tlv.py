"""Strict BER-TLV as cards use it (ISO/IEC 7816-4, clause 6; ITU-T X.690): definite lengths only, nothing left over.

Protocol answers have to use the shortest length form. Files may not: chips in the field carry longer ones than needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_LONGEST_TAG = 3
_LONGEST_LENGTH = 4


class TlvError(ValueError):
    """These bytes are not the TLV they should be. The message never holds the bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """Tag and length that stand before a value. ``size``: bytes that they take up; ``length``: bytes of the value."""

    tag: int
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class Element:
    """One data object. ``tag`` with all its bytes (``0x5F1F``); ``encoded`` is how it stood in the input."""

    tag: int
    value: bytes = field(repr=False)
    encoded: bytes = field(repr=False)


def parse_header(data: bytes, offset: int = 0, *, shortest: bool = True) -> Header:
    """Tag and length at ``offset``; the value itself may still be missing (the beginning of a file).

    Raises `TlvError` when cut short, for an indefinite length, a tag of more than three bytes, a length of more than
    four, and unless ``shortest`` is off for a length that could be shorter.
    """
    tag, end = _tag(data, offset)
    length, end = _length(data, end, shortest)
    return Header(tag, end - offset, length)


def parse(data: bytes, *, shortest: bool = True) -> tuple[Element, ...]:
    """All data objects in ``data``, one after the other. Raises `TlvError` also for what is left over."""
    elements: list[Element] = []
    offset = 0
    while offset < len(data):
        header = parse_header(data, offset, shortest=shortest)
        start = offset + header.size
        end = start + header.length
        if end > len(data):
            raise TlvError("a data object is cut short")
        elements.append(Element(header.tag, bytes(data[start:end]), bytes(data[offset:end])))
        offset = end
    return tuple(elements)


def parse_one(data: bytes, tag: int, *, shortest: bool = True) -> bytes:
    """The value of the one data object that ``data`` is. Raises `TlvError` when it is another, none or several."""
    elements = parse(data, shortest=shortest)
    if len(elements) != 1 or elements[0].tag != tag:
        raise TlvError(f"one data object {tag:X} was expected")
    return elements[0].value


def encode(tag: int, value: bytes) -> bytes:
    """A data object with the shortest length form."""
    length = len(value)
    if length < 0x80:
        return _tag_bytes(tag) + bytes((length,)) + value
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return _tag_bytes(tag) + bytes((0x80 | len(octets),)) + octets + value


def _tag_bytes(tag: int) -> bytes:
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")


def _tag(data: bytes, offset: int) -> tuple[int, int]:
    first = _octet(data, offset)
    if first in (0x00, 0xFF):
        raise TlvError("00 and FF are no tags")
    if first & 0x1F != 0x1F:
        return first, offset + 1
    tag = first
    for index in range(1, _LONGEST_TAG):
        octet = _octet(data, offset + index)
        if index == 1 and (octet & 0x7F == 0 or octet < 0x1F):
            raise TlvError("a tag is longer than needed")
        tag = tag << 8 | octet
        if not octet & 0x80:
            return tag, offset + index + 1
    raise TlvError("a tag has more than three bytes")


def _length(data: bytes, offset: int, shortest: bool) -> tuple[int, int]:
    first = _octet(data, offset)
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    if not 1 <= count <= _LONGEST_LENGTH:
        raise TlvError("a length is indefinite or has more than four bytes")
    end = offset + 1 + count
    if end > len(data):
        raise TlvError("a length is cut short")
    length = int.from_bytes(data[offset + 1 : end], "big")
    if shortest and (length < 0x80 or length >> 8 * (count - 1) == 0):
        raise TlvError("a length is longer than needed")
    return length, end


def _octet(data: bytes, offset: int) -> int:
    if offset >= len(data):
        raise TlvError("a data object is cut short")
    return data[offset]
