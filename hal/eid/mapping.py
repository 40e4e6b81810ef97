"""From PACE's nonce to a generator that nobody can choose (ICAO Doc 9303-11, 4.4.3.3; TR-03110-3, A.3.5).

Generic mapping (and chip-authentication mapping, which is the same up to here): an anonymous key agreement gives a
secret element H; the new generator is s·G + H. Integrated mapping: a pseudo-random number from both nonces becomes an
element by a public rule.

The integrated mapping reckons in Python. Of what it handles only the nonce s is worth anything, and only to somebody
who does not know the CAN or MRZ and measures this process's time to the microsecond while it runs.
"""

from __future__ import annotations

from typing import Final

from hal.eid.elliptic_group import EllipticGroup
from hal.eid.key_agreement import Group, GroupError, KeyPair
from hal.eid.key_derivation import CipherSuite
from hal.eid.modular_group import ModularGroup
from hal.eid.modular_group import encode as encode_number

_CONSTANTS: Final = {
    16: (
        bytes.fromhex("a668892a7c41e3ca739f40b057d85904"),
        bytes.fromhex("a4e136ac725f738b01c1f60217c188ad"),
    ),
    32: (
        bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
        bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
    ),
}
_SURPLUS_BITS: Final = 64


def map_generic(group: Group, nonce: bytes, own: KeyPair, chip: bytes) -> bytes:
    """The generator s·G + H, where H is ``own`` private key times the ``chip``'s mapping key.

    Raises `GroupError` when it is neutral.
    """
    shared = own.multiply(chip)
    scalar = int.from_bytes(nonce, "big")
    try:
        shift = group.key_pair(scalar).public
    except GroupError:
        # The nonce is a multiple of the order: nothing is added.
        return shared
    return group.combine(shift, shared)


def map_integrated(group: Group, suite: CipherSuite, chip_nonce: bytes, own_nonce: bytes) -> bytes:
    """The generator from both nonces. Raises `GroupError` for nonces of the wrong length and for those, as good as
    impossible, that have none.
    """
    if isinstance(group, EllipticGroup):
        return group.encode(encode_point(group, pseudo_random(suite, chip_nonce, own_nonce, group.curve.p)))
    if not isinstance(group, ModularGroup):
        raise TypeError("a group of either kind")
    number = pow(pseudo_random(suite, chip_nonce, own_nonce, group.p), (group.p - 1) // group.q, group.p)
    if number <= 1:
        raise GroupError("the neutral element")
    return encode_number(number)


def pseudo_random(suite: CipherSuite, chip_nonce: bytes, own_nonce: bytes, p: int) -> int:
    """R_p(s, t): a number below ``p`` from a chain of encryptions (9303-11, 4.4.3.3.2). Raises `GroupError` for nonces
    of the wrong length: s has whole blocks of 16 octets, not fewer than the key; t is as long as a key.
    """
    if len(chip_nonce) != suite.nonce_size or len(own_nonce) != suite.key_size:
        raise GroupError("a nonce of the wrong length")
    chain, output = _CONSTANTS[suite.nonce_size]
    key = suite.encrypt(own_nonce, chip_nonce)
    number = 0
    bits = 0
    while bits < p.bit_length() + _SURPLUS_BITS:
        current = key[: suite.key_size]
        number = number << 8 * len(output) | int.from_bytes(suite.encrypt(current, output), "big")
        bits += 8 * len(output)
        key = suite.encrypt(current, chain)
    return number % p


def encode_point(group: EllipticGroup, number: int) -> tuple[int, int]:
    """A point of the curve from any number (9303-11, 4.4.3.3.2 and appendix B; Brier, Coron, Icart, Madore, Randriam,
    Tibouchi: Efficient Indifferentiable Hashing into Ordinary Elliptic Curves, 2010). Only for p ≡ 3 modulo 4.

    Raises `GroupError` for the three numbers without a point (0, 1 and -1) and for a curve that it cannot serve.
    """
    curve = group.curve
    p, a, b = curve.p, curve.a, curve.b
    if p % 4 != 3:
        raise GroupError("no integrated mapping on this curve")
    alpha = -number * number % p
    denominator = alpha * (1 + alpha) % p
    if not denominator:
        raise GroupError("a number without a point")
    x2 = -b * (1 + pow(denominator, -1, p)) * pow(a, -1, p) % p
    x3 = alpha * x2 % p
    h2 = ((x2 * x2 + a) * x2 + b) % p
    root = pow(h2, p - 1 - (p + 1) // 4, p)
    square = root * root * h2 % p == 1
    point = (x2, root * h2 % p) if square else (x3, root * pow(number, 3, p) * h2 % p)
    group.check(point)
    return point
