"""Values of ASN.1's universal types, as they stand in the files of a travel document (ITU-T X.690)."""

from __future__ import annotations

from hal.eid.tlv import Element, TlvError

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
BIT_STRING = 0x03
OBJECT_IDENTIFIER = 0x06


def object_identifier(element: Element) -> str:
    """In dotted form. Raises `TlvError`."""
    value = element.value
    if element.tag != OBJECT_IDENTIFIER or not value or value[-1] & 0x80 or len(value) > 64:
        raise TlvError("an object identifier was expected")
    arcs: list[int] = []
    arc = 0
    for octet in value:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def encode_object_identifier(dotted: str) -> bytes:
    """The value of an OBJECT IDENTIFIER, without tag and length."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    encoded = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        encoded += bytes(reversed(groups))
    return encoded


def integer(element: Element) -> int:
    """The value of an INTEGER. Raises `TlvError`."""
    if element.tag != INTEGER or not element.value:
        raise TlvError("an integer was expected")
    return int.from_bytes(element.value, "big", signed=True)


def bit_string(element: Element) -> bytes:
    """The octets of a BIT STRING of whole octets. Raises `TlvError`."""
    if element.tag != BIT_STRING or element.value[:1] != b"\x00":
        raise TlvError("a bit string of whole octets was expected")
    return element.value[1:]
