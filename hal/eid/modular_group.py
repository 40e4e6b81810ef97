"""Key agreement modulo a prime, in a subgroup of prime order (RFC 5114; ICAO Doc 9303-11, 9.5.1).

The ``cryptography`` package is giving up Diffie-Hellman over finite fields, so Python raises to the power. Its time
depends on the exponent, which is therefore a different one for each power: the private number plus a random multiple
of the order.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from hal.eid.key_agreement import GroupError, KeyPair

_BLINDING_BITS = 64


@dataclass(frozen=True, slots=True)
class ModularGroup:
    """The subgroup of prime order ``q`` of the numbers modulo the prime ``p``, made by ``g``."""

    name: str
    p: int = field(repr=False)
    g: int = field(repr=False)
    q: int = field(repr=False)

    @property
    def public_key_tag(self) -> int:
        return 0x84

    @property
    def octets(self) -> int:
        """Octets of a number below ``p``."""
        return (self.p.bit_length() + 7) // 8

    def generate(self) -> KeyPair:
        return _ModularKeyPair(self, 1 + secrets.randbelow(self.q - 1))

    def key_pair(self, scalar: int) -> KeyPair:
        if not scalar % self.q:
            raise GroupError("zero is no private key")
        return _ModularKeyPair(self, scalar % self.q)

    def decode(self, octets: bytes) -> bytes:
        """Leading zeros are accepted, up to the length of ``p``."""
        number = int.from_bytes(octets, "big")
        if not 1 < number < self.p - 1 or len(octets) > self.octets or pow(number, self.q, self.p) != 1:
            raise GroupError("not a member of the subgroup")
        return encode(number)

    def combine(self, first: bytes, second: bytes) -> bytes:
        product = int.from_bytes(first, "big") * int.from_bytes(second, "big") % self.p
        if product == 1:
            raise GroupError("the neutral element")
        return encode(product)


@dataclass(frozen=True, slots=True, repr=False)
class _ModularKeyPair:
    group: ModularGroup
    scalar: int

    @property
    def public(self) -> bytes:
        return self.multiply(encode(self.group.g))

    def multiply(self, element: bytes) -> bytes:
        return encode(self._power(element))

    def agree(self, element: bytes) -> bytes:
        return self._power(element).to_bytes(self.group.octets, "big")

    def _power(self, element: bytes) -> int:
        exponent = self.scalar + secrets.randbits(_BLINDING_BITS) * self.group.q
        return pow(int.from_bytes(element, "big"), exponent, self.group.p)


def encode(number: int) -> bytes:
    """An unsigned number in as few octets as it needs (TR-03110-3, D.2.1.1)."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
