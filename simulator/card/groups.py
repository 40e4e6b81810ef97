"""The groups in which a chip agrees on keys: elliptic curves and subgroups modulo a prime.

Affine and Jacobian arithmetic in plain Python: simple enough to be read against the textbook, and deliberately not the
way the verifier does it. Nothing here is safe against side channels, nor needs to be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from simulator.card.parameters import CURVES, MODULAR, CurveParameters, ModularParameters

Randomness = Callable[[int], bytes]
"""Gives so many random bytes; tests give those of the published examples."""

Point = tuple[int, int] | None
"""Affine coordinates; None is the point at infinity."""

Element = TypeVar("Element")


class NotInGroup(ValueError):
    """What was received is no public key of this group."""


class Group(ABC, Generic[Element]):
    """A cyclic group of prime order with a generator."""

    public_key_tag: int
    """Tag of a public key in a public key data object (9303-11, 9.4.5)."""

    @property
    @abstractmethod
    def order(self) -> int:
        """Of the generator."""

    @property
    @abstractmethod
    def generator(self) -> Element:
        """Replaced by PACE's mapping."""

    @property
    @abstractmethod
    def field_prime(self) -> int:
        """Modulus of coordinates, or of the group itself."""

    @abstractmethod
    def power(self, base: Element, exponent: int) -> Element:
        """``base`` combined with itself so many times."""

    @abstractmethod
    def combine(self, one: Element, other: Element) -> Element:
        """The group's operation."""

    @abstractmethod
    def is_neutral(self, element: Element) -> bool:
        """Whether it is the point at infinity, or 1."""

    @abstractmethod
    def encode(self, element: Element) -> bytes:
        """As it is sent."""

    @abstractmethod
    def decode(self, encoded: bytes) -> Element:
        """What was sent; raises `NotInGroup`."""

    @abstractmethod
    def secret(self, element: Element) -> bytes:
        """A shared element as input of the key derivation."""

    @abstractmethod
    def from_field(self, number: int) -> Element:
        """The element that integrated mapping makes of a field element (9303-11, 4.4.3.3.2)."""

    @abstractmethod
    def with_generator(self, generator: Element) -> Group[Element]:
        """The same group with another generator."""

    def new_private(self, randomness: Randomness) -> int:
        """1 … order-1, from as many bytes as the order has; a number that does not fit is drawn again."""
        length = (self.order.bit_length() + 7) // 8
        mask = (1 << self.order.bit_length()) - 1
        while not 1 <= (number := int.from_bytes(randomness(length), "big") & mask) < self.order:
            pass
        return number

    def public(self, private: int) -> Element:
        """The public key of ``private``."""
        return self.power(self.generator, private)


@dataclass(frozen=True, slots=True)
class ModularGroup(Group[int]):
    """Numbers modulo a prime."""

    parameters: ModularParameters

    public_key_tag = 0x84

    @property
    def order(self) -> int:
        return self.parameters.q

    @property
    def generator(self) -> int:
        return self.parameters.g

    @property
    def field_prime(self) -> int:
        return self.parameters.p

    def power(self, base: int, exponent: int) -> int:
        return pow(base, exponent, self.parameters.p)

    def combine(self, one: int, other: int) -> int:
        return one * other % self.parameters.p

    def is_neutral(self, element: int) -> bool:
        return element == 1

    def encode(self, element: int) -> bytes:
        # An unsigned integer has as few octets as it needs (TR-03110-3, D.2.1.1).
        return element.to_bytes((element.bit_length() + 7) // 8, "big")

    def decode(self, encoded: bytes) -> int:
        number = int.from_bytes(encoded, "big")
        if not 1 < number < self.parameters.p - 1 or pow(number, self.parameters.q, self.parameters.p) != 1:
            raise NotInGroup("not in the subgroup")
        return number

    def secret(self, element: int) -> bytes:
        return element.to_bytes((self.parameters.p.bit_length() + 7) // 8, "big")

    def from_field(self, number: int) -> int:
        return pow(number, (self.parameters.p - 1) // self.parameters.q, self.parameters.p)

    def with_generator(self, generator: int) -> ModularGroup:
        return ModularGroup(replace(self.parameters, g=generator))


@dataclass(frozen=True, slots=True)
class CurveGroup(Group[Point]):
    """Points of an elliptic curve."""

    parameters: CurveParameters

    public_key_tag = 0x86

    @property
    def order(self) -> int:
        return self.parameters.n

    @property
    def generator(self) -> Point:
        return self.parameters.x, self.parameters.y

    @property
    def field_prime(self) -> int:
        return self.parameters.p

    @property
    def coordinate_bytes(self) -> int:
        """Length of one coordinate."""
        return (self.parameters.p.bit_length() + 7) // 8

    def holds(self, point: Point) -> bool:
        """Whether it lies on the curve."""
        if point is None:
            return True
        x, y = point
        curve = self.parameters
        return (y * y - x * x * x - curve.a * x - curve.b) % curve.p == 0

    def combine(self, one: Point, other: Point) -> Point:
        if one is None or other is None:
            return one or other
        p = self.parameters.p
        (x1, y1), (x2, y2) = one, other
        if x1 == x2:
            if (y1 + y2) % p == 0:
                return None
            slope = (3 * x1 * x1 + self.parameters.a) * pow(2 * y1, -1, p) % p
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, p) % p
        x3 = (slope * slope - x1 - x2) % p
        return x3, (slope * (x1 - x3) - y1) % p

    def power(self, base: Point, exponent: int) -> Point:
        if base is None or not exponent:
            return None
        p = self.parameters.p
        x, y, z = 0, 1, 0
        for bit in bin(exponent)[2:]:
            x, y, z = self._double(x, y, z)
            if bit == "1":
                x, y, z = self._add(x, y, z, *base)
        if not z:
            return None
        inverse = pow(z, -1, p)
        square = inverse * inverse % p
        return x * square % p, y * square * inverse % p

    def _double(self, x: int, y: int, z: int) -> tuple[int, int, int]:
        if not z or not y:
            return 0, 1, 0
        p = self.parameters.p
        yy = y * y % p
        s = 4 * x * yy % p
        zz = z * z % p
        m = (3 * x * x + self.parameters.a * zz * zz) % p
        x3 = (m * m - 2 * s) % p
        return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p

    def _add(self, x: int, y: int, z: int, x2: int, y2: int) -> tuple[int, int, int]:
        """Jacobian plus affine."""
        if not z:
            return x2, y2, 1
        p = self.parameters.p
        zz = z * z % p
        h = (x2 * zz - x) % p
        r = (y2 * zz * z - y) % p
        if not h:
            return self._double(x, y, z) if not r else (0, 1, 0)
        hh = h * h % p
        hhh = hh * h % p
        v = x * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return x3, (r * (v - x3) - y * hhh) % p, z * h % p

    def is_neutral(self, element: Point) -> bool:
        return element is None

    def encode(self, element: Point) -> bytes:
        if element is None:
            return b"\0"
        x, y = element
        return b"\x04" + x.to_bytes(self.coordinate_bytes, "big") + y.to_bytes(self.coordinate_bytes, "big")

    def decode(self, encoded: bytes) -> Point:
        length = self.coordinate_bytes
        if len(encoded) != 1 + 2 * length or encoded[0] != 4:
            raise NotInGroup("not an uncompressed point")
        point = int.from_bytes(encoded[1 : 1 + length], "big"), int.from_bytes(encoded[1 + length :], "big")
        if max(point) >= self.parameters.p or not self.holds(point):
            raise NotInGroup("not on the curve")
        return point

    def secret(self, element: Point) -> bytes:
        if element is None:
            raise NotInGroup("the shared point is at infinity")
        return element[0].to_bytes(self.coordinate_bytes, "big")

    def from_field(self, number: int) -> Point:
        """9303-11 appendix B (Brier et al.), for p ≡ 3 mod 4."""
        curve, p = self.parameters, self.parameters.p
        if p % 4 != 3:
            raise NotInGroup("no integrated mapping for this field")
        alpha = -number * number % p
        x2 = -curve.b * pow(curve.a, -1, p) * (1 + pow(alpha + alpha * alpha, -1, p)) % p
        x3 = alpha * x2 % p
        h2 = (x2 * x2 * x2 + curve.a * x2 + curve.b) % p
        root = pow(h2, p - 1 - (p + 1) // 4, p)
        if root * root * h2 % p == 1:
            return x2, root * h2 % p
        return x3, root * pow(number, 3, p) * h2 % p

    def with_generator(self, generator: Point) -> CurveGroup:
        if generator is None:
            raise NotInGroup("the new generator is at infinity")
        return CurveGroup(replace(self.parameters, x=generator[0], y=generator[1]))


AnyGroup = ModularGroup | CurveGroup


def standard_group(parameter_id: int) -> AnyGroup:
    """Standardised domain parameters 0–2 and 8–18; KeyError for others."""
    if parameter_id in MODULAR:
        return ModularGroup(MODULAR[parameter_id])
    return CurveGroup(CURVES[parameter_id])
