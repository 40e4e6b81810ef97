"""Active authentication as the chip does it (ICAO 9303-11, 6.1): a signature over the terminal's challenge."""

from __future__ import annotations

import hashlib

from simulator.card.groups import CurveGroup, Randomness
from simulator.card.image import EcdsaSigner, RsaSigner
from simulator.card.parameters import CURVES

CHALLENGE_BYTES = 8
_TRAILERS = {
    "sha1": b"\xbc",
    "sha224": b"\x38\xcc",
    "sha256": b"\x34\xcc",
    "sha384": b"\x36\xcc",
    "sha512": b"\x35\xcc",
}
"""ISO/IEC 9796-2: one byte for SHA-1, else the identifier of ISO/IEC 10118-3 and CC."""


def sign(signer: RsaSigner | EcdsaSigner, challenge: bytes, randomness: Randomness) -> bytes:
    """The signature as INTERNAL AUTHENTICATE answers it."""
    if isinstance(signer, RsaSigner):
        return sign_with_recovery(signer, challenge, randomness)
    return _sign_ecdsa(signer, challenge, randomness)


def sign_with_recovery(signer: RsaSigner, message_tail: bytes, randomness: Randomness) -> bytes:
    """ISO/IEC 9796-2 digital signature scheme 1, partial recovery: 6A ‖ M1 ‖ H(M1 ‖ M2) ‖ trailer, M1 random."""
    length = (signer.modulus.bit_length() + 7) // 8
    trailer = _TRAILERS[signer.digest]
    digest_size = hashlib.new(signer.digest).digest_size
    recoverable = randomness(length - 1 - digest_size - len(trailer))
    digest = hashlib.new(signer.digest, recoverable + message_tail).digest()
    representative = int.from_bytes(b"\x6a" + recoverable + digest + trailer, "big")
    return pow(representative, signer.private_exponent, signer.modulus).to_bytes(length, "big")


def _sign_ecdsa(signer: EcdsaSigner, message: bytes, randomness: Randomness) -> bytes:
    group = CurveGroup(CURVES[signer.key.parameter_id])
    order = group.order
    digest = hashlib.new(signer.digest, message).digest()
    number = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - order.bit_length())
    while True:
        once = group.new_private(randomness)
        r = int.from_bytes(group.secret(group.public(once)), "big") % order
        s = pow(once, -1, order) * (number + r * signer.key.private) % order
        if r and s:
            length = (order.bit_length() + 7) // 8
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
