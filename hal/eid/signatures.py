"""Signatures as travel documents, their certificates and revocation lists carry them.

RSA PKCS #1 v1.5, RSASSA-PSS and ECDSA with SHA-1 (only where the caller says so: docs/adr/0013), SHA-224, SHA-256,
SHA-384 and SHA-512. ICAO Doc 9303-12, 4.1.6; RFC 4055, RFC 5754, RFC 5758.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hal.eid import curves
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.parsing import guarded

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

#: ICAO Doc 9303-12, 4.1.6.1, and what certificates of today have at least.
SHORTEST_RSA_BITS = 2048

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - whether it counts is decided where it is used
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_WEAK_HASHES = frozenset(("md2", "md5"))


class SchemeKind(StrEnum):
    RSA_PKCS1 = "RSA PKCS#1 v1.5"
    RSA_PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a signature was made. ``mask_digest`` and ``salt_octets`` only for RSASSA-PSS."""

    kind: SchemeKind
    digest: str
    mask_digest: str = ""
    salt_octets: int = 0

    def __str__(self) -> str:
        return f"{self.kind.value} with {self.digest}"


def digest_name(identifier: algos.DigestAlgorithm) -> str:
    """The hash that ``identifier`` names: a key of hashlib. Raises `NotAccepted` or `NotPossible`."""
    name = str(identifier["algorithm"].native)
    if name in _WEAK_HASHES:
        raise NotAccepted(Reason.ALGORITHM_WEAK, name)
    if name not in _HASHES:
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "hash")
    _without_parameters(identifier)
    return name


def digest(name: str, data: bytes, *, sha1: bool) -> bytes:
    """The hash. Raises `NotAccepted` (``algorithm_weak``) for SHA-1 unless ``sha1``."""
    if name == "sha1" and not sha1:
        raise NotAccepted(Reason.ALGORITHM_WEAK, "SHA-1")
    return hashlib.new(name, data, usedforsecurity=name != "sha1").digest()


def digest_octets(name: str) -> int:
    return _HASHES[name].digest_size


def scheme_of(identifier: algos.SignedDigestAlgorithm, message_digest: str = "") -> Scheme:
    """The scheme that ``identifier`` names. ``message_digest``: the hash where it is said elsewhere (CMS).

    Raises `NotAccepted` (``algorithm_weak``, ``security_object_malformed``) or `NotPossible`
    (``algorithm_unsupported``).
    """
    with guarded(Reason.SECURITY_OBJECT_MALFORMED, "a signature's algorithm"):
        name = str(identifier["algorithm"].native)
        if name == "rsassa_pss":
            return _pss(identifier["parameters"])
        _without_parameters(identifier)
    if name == "rsassa_pkcs1v15" and message_digest:
        return Scheme(SchemeKind.RSA_PKCS1, message_digest)
    hash_name, _, family = name.partition("_")
    if hash_name in _WEAK_HASHES:
        raise NotAccepted(Reason.ALGORITHM_WEAK, hash_name)
    if hash_name in _HASHES and family in ("rsa", "ecdsa"):
        return Scheme(SchemeKind.RSA_PKCS1 if family == "rsa" else SchemeKind.ECDSA, hash_name)
    raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "signature scheme")


def _pss(parameters: algos.RSASSAPSSParams) -> Scheme:
    mask = parameters["mask_gen_algorithm"]
    if mask["algorithm"].native != "mgf1" or parameters["trailer_field"].native != "trailer_field_bc":
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "RSASSA-PSS parameters")
    salt = parameters["salt_length"].native
    if not 0 <= salt <= 512:
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "salt length")
    return Scheme(
        SchemeKind.RSA_PSS, digest_name(parameters["hash_algorithm"]), digest_name(mask["parameters"]), int(salt)
    )


def _without_parameters(identifier: algos.DigestAlgorithm | algos.SignedDigestAlgorithm) -> None:
    """Parameters are left out or NULL; many documents have NULL where the standard has them left out."""
    if identifier["parameters"].dump() not in (b"", b"\x05\x00"):
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "parameters of an algorithm that has none")


def load_public_key(encoded: bytes) -> PublicKey:
    """The key of a SubjectPublicKeyInfo (DER), its curve named or spelled out.

    Raises `NotAccepted` (``algorithm_weak``, ``curve_unknown``, ``data_malformed``) or `NotPossible`
    (``algorithm_unsupported``).
    """
    with guarded(Reason.DATA_MALFORMED, "a public key"):
        info = keys.PublicKeyInfo.load(encoded, strict=True)
        algorithm = info["algorithm"]["algorithm"].native
        if algorithm == "ec":
            curve = curves.of_parameters(info["algorithm"]["parameters"])
            return curve.public_key(bytes(info["public_key"]))
        if algorithm not in ("rsa", "rsassa_pss"):
            raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, "kind of public key")
        numbers = info["public_key"].parsed
        modulus, exponent = numbers["modulus"].native, numbers["public_exponent"].native
        if modulus.bit_length() < SHORTEST_RSA_BITS:
            raise NotAccepted(Reason.ALGORITHM_WEAK, f"RSA of less than {SHORTEST_RSA_BITS} bits")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def check(scheme: Scheme, key: PublicKey, signature: bytes, message: bytes, *, sha1: bool) -> None:
    """Raises `NotAccepted` (``signature_wrong``; ``algorithm_weak`` for SHA-1 unless ``sha1``)."""
    if not sha1 and "sha1" in (scheme.digest, scheme.mask_digest):
        raise NotAccepted(Reason.ALGORITHM_WEAK, "SHA-1")
    algorithm = _HASHES[scheme.digest]
    try:
        if scheme.kind is SchemeKind.ECDSA:
            if not isinstance(key, ec.EllipticCurvePublicKey):
                raise NotAccepted(Reason.SIGNATURE_WRONG, "an ECDSA signature for an RSA key")
            key.verify(signature, message, ec.ECDSA(algorithm))
            return
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotAccepted(Reason.SIGNATURE_WRONG, "an RSA signature for a key on a curve")
        key.verify(signature, message, _padding(scheme), algorithm)
    except (InvalidSignature, ValueError):
        raise NotAccepted(Reason.SIGNATURE_WRONG, str(scheme)) from None
    except UnsupportedAlgorithm:
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, str(scheme)) from None


def _padding(scheme: Scheme) -> padding.AsymmetricPadding:
    if scheme.kind is SchemeKind.RSA_PKCS1:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(_HASHES[scheme.mask_digest]), scheme.salt_octets)
