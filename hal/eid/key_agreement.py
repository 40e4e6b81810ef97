"""What PACE and chip authentication ask of a Diffie-Hellman group, on a curve or modulo a prime.

Elements are octets in the form in which they are sent: an uncompressed point, or an unsigned number without leading
zeros. Whatever came from a chip goes through `Group.decode` first; after that it is a member of the group.
"""

from __future__ import annotations

from typing import Protocol


class GroupError(ValueError):
    """An element that is none: off the curve, neutral, outside the subgroup, or in another form."""


class KeyPair(Protocol):
    """A private key that is used for one session and its public key. Its repr shows neither."""

    @property
    def public(self) -> bytes:
        """The private key times the group's standard generator."""
        ...

    def multiply(self, element: bytes) -> bytes:
        """The private key times ``element``, which `Group.decode` accepted. Raises `GroupError` for the neutral."""
        ...

    def agree(self, element: bytes) -> bytes:
        """The shared secret with the public key ``element``: the x coordinate, or the number with leading zeros."""
        ...


class Group(Protocol):
    """A group of prime order with its standard generator."""

    @property
    def name(self) -> str:
        """For people: ``brainpoolP256r1``, ``DH-2048-256``."""
        ...

    @property
    def public_key_tag(self) -> int:
        """Of a public key in a public key data object: 0x86 for a point, 0x84 for a number."""
        ...

    def generate(self) -> KeyPair:
        """A fresh key pair from the operating system's randomness."""
        ...

    def key_pair(self, scalar: int) -> KeyPair:
        """The key pair of a known number, taken modulo the order. Raises `GroupError` for zero."""
        ...

    def decode(self, octets: bytes) -> bytes:
        """The element that ``octets`` stand for, which came from a chip. Raises `GroupError`."""
        ...

    def combine(self, first: bytes, second: bytes) -> bytes:
        """The group operation on two elements. Raises `GroupError` when the result is neutral."""
        ...
