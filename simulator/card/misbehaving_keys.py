"""Public keys that no honest chip sends."""

from __future__ import annotations

from typing import Any

from simulator.card.groups import Group
from simulator.card.image import Misbehaviour

_REFLECTING = frozenset({Misbehaviour.PACE_REFLECTS_KEY, Misbehaviour.PACE_REFLECTS_MAPPING_KEY})


def spoil_public_key(group: Group[Any], public: bytes, received: bytes, misbehaviour: frozenset[Misbehaviour]) -> bytes:
    """What is sent instead of ``public`` to a terminal that sent ``received``: its own key, the neutral element, or
    something outside the group.
    """
    if misbehaviour & _REFLECTING:
        return received
    if Misbehaviour.PACE_POINT_AT_INFINITY in misbehaviour:
        # One byte 00 for a point; 1, padded, for DH.
        return group.encode(group.power(group.generator, 0))
    # Off the curve, and for DH a quadratic non-residue's neighbour: the order of p-1 is 2, which no subgroup here has.
    if public[0] == 4 and group.public_key_tag == 0x86:
        return public[:-1] + bytes([public[-1] ^ 1])
    # A public key may be shorter than the prime: it has no leading zeros.
    outside = group.field_prime - 1
    return outside.to_bytes((outside.bit_length() + 7) // 8, "big")
