"""Elements of BER/DER as the files of a travel document have them: definite lengths, at most three octets of tag."""

from __future__ import annotations

from dataclasses import dataclass, field

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06


class DerError(ValueError):
    """The octets are not what they should be. The message names a place, never contents."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element; ``tag`` with all its octets as one number (``0x5F1F``), ``encoded`` with tag and length."""

    tag: int
    content: bytes = field(repr=False)
    encoded: bytes = field(repr=False)

    def children(self) -> tuple[Element, ...]:
        """What its content holds. Raises `DerError`."""
        return elements(self.content)


def header(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Tag, offset of the content and length of the content of the element that begins at ``at``.

    The content itself need not be there yet. Raises `DerError` when the header is cut short, longer than any file on a
    card needs, or of indefinite length.
    """
    start = at
    if at >= len(data):
        raise DerError("an element is missing")
    tag = data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        while True:
            if at >= len(data) or at - start > 2:
                raise DerError("a tag is cut short or too long")
            tag = tag << 8 | data[at]
            at += 1
            if not tag & 0x80:
                break
    if at >= len(data):
        raise DerError("a length is missing")
    length = data[at]
    at += 1
    if length >= 0x80:
        octets = length & 0x7F
        if octets == 0 or octets > 4 or at + octets > len(data):
            raise DerError("a length is indefinite, cut short or too long")
        length = int.from_bytes(data[at : at + octets], "big")
        at += octets
    return tag, at, length


def elements(data: bytes) -> tuple[Element, ...]:
    """All elements that stand one after the other in ``data``, without a gap or a rest. Raises `DerError`."""
    found: list[Element] = []
    at = 0
    while at < len(data):
        tag, content, length = header(data, at)
        end = content + length
        if end > len(data):
            raise DerError("an element ends before its length says")
        found.append(Element(tag, data[content:end], data[at:end]))
        at = end
    return tuple(found)


def single(data: bytes, tag: int) -> Element:
    """The one element that ``data`` consists of. Raises `DerError` for another tag or a rest."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise DerError(f"one element of tag {tag:02X} was expected")
    return found[0]


def object_identifier(element: Element) -> str:
    """In dotted form. Raises `DerError`."""
    content = element.content
    if element.tag != OBJECT_IDENTIFIER or not content or content[-1] & 0x80 or len(content) > 64:
        raise DerError("an object identifier was expected")
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def integer(element: Element) -> int:
    """The value of an INTEGER. Raises `DerError`."""
    if element.tag != INTEGER or not element.content:
        raise DerError("an integer was expected")
    return int.from_bytes(element.content, "big", signed=True)


def bit_string(element: Element) -> bytes:
    """The octets of a BIT STRING of whole octets. Raises `DerError`."""
    if element.tag != BIT_STRING or not element.content or element.content[0] != 0:
        raise DerError("a bit string of whole octets was expected")
    return element.content[1:]
