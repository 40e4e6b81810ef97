"""Active authentication: the chip signs a challenge with a key that never leaves it (ICAO Doc 9303-11, 6.1).

RSA keys by ISO/IEC 9796-2 scheme 1 with message recovery: the signature itself holds the part of the message that the
chip chose. Keys on a curve by ECDSA over the challenge, r‖s.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from asn1crypto import keys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from hal.eid import signatures
from hal.eid.apdu import EXTENDED_EXPECTED, SHORT_EXPECTED, CommandApdu
from hal.eid.messaging import Messaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.parsing import guarded
from hal.eid.security_infos import SecurityInfos

CHALLENGE_SIZE = 8
_INTERNAL_AUTHENTICATE = 0x88
_SHORTEST_RSA_BITS = 1024
"""Shorter than what certificates need: these keys are from the years in which the documents were made, and a
signature has to be made while the document lies in the reader."""

_SHORT_AND_PROTECTED = 223
"""Bytes that any secure messaging has room for in a short answer."""
_HEADER = 0x6A
"""Partial recovery, no padding: the message is longer than the signature can hold."""
_IMPLICIT_TRAILER = b"\xbc"
_TRAILERS = {b"\x33\xcc": "sha1", b"\x34\xcc": "sha256", b"\x35\xcc": "sha512", b"\x36\xcc": "sha384"} | {
    b"\x38\xcc": "sha224"
}

_PLAIN_ECDSA = "0.4.0.127.0.7.1.1.4.1"
_ECDSA_HASHES: dict[int, hashes.HashAlgorithm] = {
    # A challenge of this session is signed, nothing that could have been prepared.
    1: hashes.SHA1(),  # noqa: S303
    2: hashes.SHA224(),
    3: hashes.SHA256(),
    4: hashes.SHA384(),
    5: hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class RsaKey:
    """The public key of a chip that signs by ISO/IEC 9796-2. It is as good as a serial number, and never shown."""

    modulus: int = field(repr=False)
    exponent: int = field(repr=False)


ActiveAuthenticationKey = RsaKey | ec.EllipticCurvePublicKey


def load_key(subject_public_key_info: bytes) -> ActiveAuthenticationKey:
    """The key of DG15.

    Raises `NotAccepted` (``data_malformed``, ``curve_unknown``, ``algorithm_weak``) or `NotPossible`
    (``algorithm_unsupported``).
    """
    with guarded(Reason.DATA_MALFORMED, "the key of DG15"):
        info = keys.PublicKeyInfo.load(subject_public_key_info, strict=True)
        if info["algorithm"]["algorithm"].native == "rsa":
            numbers = info["public_key"].parsed
            key = RsaKey(int(numbers["modulus"].native), int(numbers["public_exponent"].native))
            if key.modulus.bit_length() < _SHORTEST_RSA_BITS:
                raise NotAccepted(Reason.ALGORITHM_WEAK, f"RSA of less than {_SHORTEST_RSA_BITS} bits")
            if key.exponent < 3 or key.exponent % 2 == 0 or key.modulus % 2 == 0:
                raise NotAccepted(Reason.DATA_MALFORMED, "an RSA key that is none")
            return key
    loaded = signatures.load_public_key(subject_public_key_info)
    if not isinstance(loaded, ec.EllipticCurvePublicKey):
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "kind of key in DG15")
    return loaded


def algorithm_name(key: ActiveAuthenticationKey) -> str:
    """For the technician: kind and size."""
    return f"RSA-{key.modulus.bit_length()}" if isinstance(key, RsaKey) else f"ECDSA {key.curve.name}"


def authenticate(
    messaging: Messaging,
    key: ActiveAuthenticationKey,
    infos: SecurityInfos | None,
    challenge: bytes | None = None,
) -> None:
    """Have the chip sign a challenge of its own for each call. ``infos`` of DG14 name the hash of ECDSA.

    Raises `NotAccepted` (``cloned``) when it cannot, or signs something else; `NotPossible`
    (``algorithm_unsupported``) for an algorithm that documents do not have, (``protocol_unsupported``) for a signature
    that does not fit a short answer where there is no extended length; what ``messaging`` raises. ``challenge`` is
    given by tests of published examples only.
    """
    challenge = secrets.token_bytes(CHALLENGE_SIZE) if challenge is None else challenge
    digest = _ecdsa_hash(key, infos) if not isinstance(key, RsaKey) else None
    answer = messaging.exchange(
        CommandApdu(0x00, _INTERNAL_AUTHENTICATE, 0x00, 0x00, challenge, _expected(messaging, key))
    )
    if not answer.ok:
        raise NotAccepted(Reason.CLONED, f"INTERNAL AUTHENTICATE answered {answer.status:04X}")
    if isinstance(key, RsaKey):
        check_recovery_signature(key, answer.data, challenge)
    elif digest is not None:
        _check_ecdsa(key, answer.data, challenge, digest)


def _expected(messaging: Messaging, key: ActiveAuthenticationKey) -> int:
    """Everything there is. A signature that does not fit a short answer needs extended length."""
    size = (key.modulus.bit_length() + 7) // 8 if isinstance(key, RsaKey) else 0
    if size <= _SHORT_AND_PROTECTED:
        return SHORT_EXPECTED
    if messaging.extended_length:
        return EXTENDED_EXPECTED
    if size <= messaging.largest_answer:
        return SHORT_EXPECTED
    raise NotPossible(Reason.PROTOCOL_UNSUPPORTED, "a signature that needs extended length, which is not there")


def check_recovery_signature(key: RsaKey, signature: bytes, challenge: bytes) -> None:
    """A signature by ISO/IEC 9796-2 scheme 1 over a recoverable part and ``challenge``.

    Raises `NotAccepted` (``cloned``).
    """
    size = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= key.modulus:
        raise NotAccepted(Reason.CLONED, "a signature of another size than its key")
    representative = pow(number, key.exponent, key.modulus).to_bytes(size, "big")
    digest_name, trailer_size = _trailer(representative)
    digest_size = hashlib.new(digest_name, usedforsecurity=False).digest_size
    recovered = representative[1 : -digest_size - trailer_size]
    digest = representative[-digest_size - trailer_size : -trailer_size]
    if representative[0] != _HEADER or not recovered or len(digest) != digest_size:
        raise NotAccepted(Reason.CLONED, "a signature without the form of ISO/IEC 9796-2")
    signed = hashlib.new(digest_name, recovered + challenge, usedforsecurity=False).digest()
    if not hmac.compare_digest(signed, digest):
        raise NotAccepted(Reason.CLONED, "a signature over something else")


def _trailer(representative: bytes) -> tuple[str, int]:
    """Hash and size of the trailer."""
    if representative.endswith(_IMPLICIT_TRAILER):
        return "sha1", 1
    name = _TRAILERS.get(representative[-2:])
    if name is None:
        raise NotAccepted(Reason.CLONED, "a signature without the trailer of ISO/IEC 9796-2")
    return name, 2


def _ecdsa_hash(key: ec.EllipticCurvePublicKey, infos: SecurityInfos | None) -> hashes.HashAlgorithm:
    for info in infos.active_authentication if infos is not None else ():
        prefix, _, arc = info.signature_algorithm.rpartition(".")
        if prefix != _PLAIN_ECDSA or int(arc) not in _ECDSA_HASHES:
            raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, f"active authentication by {info.signature_algorithm}")
        return _ECDSA_HASHES[int(arc)]
    # The info is mandatory and yet missing in documents of some states: they take the hash of the curve's size.
    bits = key.curve.key_size
    return _ECDSA_HASHES[2 if bits <= 224 else 3 if bits <= 256 else 4 if bits <= 384 else 5]


def _check_ecdsa(
    key: ec.EllipticCurvePublicKey, signature: bytes, challenge: bytes, digest: hashes.HashAlgorithm
) -> None:
    half = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * half:
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        signature = utils.encode_dss_signature(r, s)
    # Anything else may be the DER form, against the standard, that some identity cards answer.
    try:
        key.verify(signature, challenge, ec.ECDSA(digest))
    except (InvalidSignature, ValueError):
        raise NotAccepted(Reason.CLONED, "a signature over something else, or of another key") from None
