"""Key agreement on elliptic curves of cofactor 1: multiplication inside OpenSSL, one addition beside it.

OpenSSL's ECDH tells only the x coordinate of k·P. With P' = P + G it also tells x(k·P'), and k·P' = k·P + K, where
K = k·G is the public key, known in full. From x(Q), x(Q + K) and the point K the y coordinate of Q = k·P follows
without a square root (Okeya, Sakurai: Efficient Elliptic Curve Cryptosystems from a Scalar Multiplication Algorithm
with Recovery of the y-Coordinate, CHES 2001; here for a short Weierstrass equation). So the private number never
leaves OpenSSL, and what is reckoned in Python are a few field operations on points.

Three curves that the standard lists are not in the ``cryptography`` package (brainpoolP192r1, P224r1, P320r1). There
Python multiplies, with the same steps for every bit. Its integers do not take constant time; the numbers are made for
one session and used in it twice.
"""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hal.eid.curves import NamedCurve
from hal.eid.key_agreement import GroupError, KeyPair

_UNCOMPRESSED = 0x04
_Point = tuple[int, int]


class EllipticGroup:
    """The points of one named curve of cofactor 1."""

    public_key_tag = 0x86

    def __init__(self, curve: NamedCurve) -> None:
        if curve.cofactor != 1:
            raise ValueError("only curves of cofactor 1")
        self.curve = curve
        self.generator = self.encode(curve.generator)

    @property
    def name(self) -> str:
        return self.curve.name

    def generate(self) -> KeyPair:
        library = self.curve.library
        if library is None:
            return _PythonKeyPair(self, 1 + secrets.randbelow(self.curve.order - 1))
        return _OpensslKeyPair(self, ec.generate_private_key(library))

    def key_pair(self, scalar: int) -> KeyPair:
        scalar %= self.curve.order
        if not scalar:
            raise GroupError("zero is no private key")
        library = self.curve.library
        if library is None:
            return _PythonKeyPair(self, scalar)
        return _OpensslKeyPair(self, ec.derive_private_key(scalar, library))

    def decode(self, octets: bytes) -> bytes:
        size = self.curve.field_octets
        if len(octets) != 1 + 2 * size or octets[0] != _UNCOMPRESSED:
            raise GroupError("not an uncompressed point of this curve")
        self.check(self.point(octets))
        return bytes(octets)

    def check(self, point: _Point) -> None:
        """Raises `GroupError` when ``point`` is not on the curve. With cofactor 1 every point that is has its order."""
        x, y = point
        p = self.curve.p
        if not (0 <= x < p and 0 <= y < p) or (y * y - (x * x + self.curve.a) * x - self.curve.b) % p:
            raise GroupError("not a point of this curve")

    def combine(self, first: bytes, second: bytes) -> bytes:
        return self.encode(self.add(self.point(first), self.point(second)))

    def add(self, first: _Point, second: _Point) -> _Point:
        """Affine addition. Raises `GroupError` when the sum is the point at infinity."""
        p = self.curve.p
        (x1, y1), (x2, y2) = first, second
        if x1 != x2:
            slope = (y2 - y1) * pow(x2 - x1, -1, p) % p
        elif y1 == y2 and y1:
            slope = (3 * x1 * x1 + self.curve.a) * pow(2 * y1, -1, p) % p
        else:
            raise GroupError("the point at infinity")
        x = (slope * slope - x1 - x2) % p
        return x, (slope * (x1 - x) - y1) % p

    def point(self, element: bytes) -> _Point:
        """Its coordinates; nothing is checked."""
        size = self.curve.field_octets
        return int.from_bytes(element[1 : 1 + size], "big"), int.from_bytes(element[1 + size :], "big")

    def encode(self, point: _Point) -> bytes:
        """``point`` as an element."""
        size = self.curve.field_octets
        return bytes((_UNCOMPRESSED,)) + point[0].to_bytes(size, "big") + point[1].to_bytes(size, "big")


class _OpensslKeyPair:
    """The private number stays in OpenSSL."""

    def __init__(self, group: EllipticGroup, key: ec.EllipticCurvePrivateKey) -> None:
        self._group = group
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def agree(self, element: bytes) -> bytes:
        try:
            peer = ec.EllipticCurvePublicKey.from_encoded_point(self._key.curve, element)
        except ValueError:
            raise GroupError("not a point of this curve") from None
        return self._key.exchange(ec.ECDH(), peer)

    def multiply(self, element: bytes) -> bytes:
        group = self._group
        if element == group.generator:
            return self.public
        curve = group.curve
        p = curve.p
        x_k, y_k = group.point(self.public)
        x_q = int.from_bytes(self.agree(element), "big")
        if x_q == x_k:
            # Only for the generator, which is done, and its inverse.
            return group.encode((x_k, p - y_k))
        try:
            shifted = group.combine(element, group.generator)
        except GroupError:
            # Unreachable: that is the inverse of the generator, and x_q was x_k.
            raise AssertionError("an element that is the inverse of the generator") from None
        x_s = int.from_bytes(self.agree(shifted), "big")
        a, b = curve.a, curve.b
        numerator = 2 * b + (a + x_k * x_q) * (x_k + x_q) - x_s * (x_k - x_q) * (x_k - x_q)
        return group.encode((x_q, numerator * pow(2 * y_k, -1, p) % p))


class _PythonKeyPair:
    """For curves that OpenSSL is not asked to reckon on."""

    def __init__(self, group: EllipticGroup, scalar: int) -> None:
        self._group = group
        self._scalar = scalar
        self.public = self.multiply(group.generator)

    def agree(self, element: bytes) -> bytes:
        return self.multiply(element)[1 : 1 + self._group.curve.field_octets]

    def multiply(self, element: bytes) -> bytes:
        """Montgomery's ladder in x and z only, then y as above: low = n·P, high = low + P at every step."""
        group = self._group
        curve = group.curve
        p, a, b = curve.p, curve.a, curve.b
        x, y = group.point(element)
        # One more than the order's bits for every number, so that the number of steps tells nothing.
        scalar = self._scalar + curve.order
        scalar += curve.order if scalar.bit_length() == curve.order.bit_length() else 0
        low, high = (x, 1), _double((x, 1), p, a, b)
        for index in range(scalar.bit_length() - 2, -1, -1):
            total = _differential_sum(low, high, x, p, a, b)
            if scalar >> index & 1:
                low, high = total, _double(high, p, a, b)
            else:
                low, high = _double(low, p, a, b), total
        # The private number is not zero and the order is prime: low is never at infinity.
        x_q = low[0] * pow(low[1], -1, p) % p
        if not high[1]:
            return group.encode((x, (p - y) % p))
        x_s = high[0] * pow(high[1], -1, p) % p
        numerator = 2 * b + (a + x * x_q) * (x + x_q) - x_s * (x - x_q) * (x - x_q)
        return group.encode((x_q, numerator * pow(2 * y, -1, p) % p))


_Projective = tuple[int, int]


def _double(point: _Projective, p: int, a: int, b: int) -> _Projective:
    """2·P from (X : Z) (Brier, Joye: Weierstraß Elliptic Curves and Side-Channel Attacks, PKC 2002)."""
    x, z = point
    xx, zz = x * x % p, z * z % p
    xz = x * z % p
    difference = (xx - a * zz) % p
    return (
        (difference * difference - 8 * b * xz * zz) % p,
        4 * (xz * (xx + a * zz) + b * zz * zz) % p,
    )


def _differential_sum(low: _Projective, high: _Projective, x: int, p: int, a: int, b: int) -> _Projective:
    """P + Q from (X : Z) of both and the affine x of Q - P (the same)."""
    (x1, z1), (x2, z2) = low, high
    cross1, cross2 = x1 * z2 % p, x2 * z1 % p
    zz = z1 * z2 % p
    total_z = (cross1 - cross2) * (cross1 - cross2) % p
    return (2 * (x1 * x2 + a * zz) * (cross1 + cross2) + 4 * b * zz * zz - x * total_z) % p, total_z
