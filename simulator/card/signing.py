"""Keys that sign certificates, security objects and lists: RSA, RSASSA-PSS and ECDSA, curves named or written out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum, auto
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from simulator.card import der
from simulator.card.groups import CurveGroup
from simulator.card.parameters import CURVES

DIGESTS: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "sha1": ("1.3.14.3.2.26", hashes.SHA1()),  # noqa: S303 - old documents have it, and some must be refused for it
    "sha224": ("2.16.840.1.101.3.4.2.4", hashes.SHA224()),
    "sha256": ("2.16.840.1.101.3.4.2.1", hashes.SHA256()),
    "sha384": ("2.16.840.1.101.3.4.2.2", hashes.SHA384()),
    "sha512": ("2.16.840.1.101.3.4.2.3", hashes.SHA512()),
}
_ECDSA = {
    "sha1": "1.2.840.10045.4.1",
    "sha224": "1.2.840.10045.4.3.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_RSA = {
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_PRIME_FIELD = "1.2.840.10045.1.1"

CURVE_OIDS = {
    "secp192r1": "1.2.840.10045.3.1.1",
    "secp224r1": "1.3.132.0.33",
    "secp256r1": "1.2.840.10045.3.1.7",
    "secp384r1": "1.3.132.0.34",
    "secp521r1": "1.3.132.0.35",
    "brainpoolP192r1": "1.3.36.3.3.2.8.1.1.3",
    "brainpoolP224r1": "1.3.36.3.3.2.8.1.1.5",
    "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7",
    "brainpoolP320r1": "1.3.36.3.3.2.8.1.1.9",
    "brainpoolP384r1": "1.3.36.3.3.2.8.1.1.11",
    "brainpoolP512r1": "1.3.36.3.3.2.8.1.1.13",
}
_LIBRARY: dict[str, ec.EllipticCurve] = {
    "secp224r1": ec.SECP224R1(),
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpoolP256r1": ec.BrainpoolP256R1(),
    "brainpoolP384r1": ec.BrainpoolP384R1(),
    "brainpoolP512r1": ec.BrainpoolP512R1(),
}
_IDS = {curve.name: number for number, curve in CURVES.items()}


def parameter_id(curve: str) -> int:
    """Number of the standardised domain parameters (9303-11, table 6). Raises ``KeyError``."""
    return _IDS[curve]


class CurveForm(StrEnum):
    """How a public key says on which curve it lies."""

    NAMED = auto()
    EXPLICIT = auto()
    """All parameters, those of the curve."""
    FOREIGN = auto()
    """All parameters, and another base point than the curve's: whoever chooses it can forge (CVE-2020-0601)."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and how it signs. ``form`` only for curves, ``pss`` only for RSA."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    digest: str = "sha256"
    pss: bool = False
    form: CurveForm = CurveForm.NAMED

    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo."""
        if self.form is not CurveForm.NAMED and isinstance(self.private, ec.EllipticCurvePrivateKey):
            return curve_key_info(self.private.curve.name, self.point(), self.form)
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def point(self) -> bytes:
        """The public point, uncompressed; for RSA the PKCS#1 public key. What a key identifier is the hash of."""
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    def key_identifier(self) -> bytes:
        """SHA-1 of the public key (RFC 5280, 4.2.1.2): a name, not a proof."""
        return hashlib.sha1(self.point(), usedforsecurity=False).digest()

    def algorithm(self) -> bytes:
        """AlgorithmIdentifier of its signatures."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return der.algorithm(_ECDSA[self.digest])
        if not self.pss:
            return der.algorithm(_RSA[self.digest], der.NULL)
        digest = der.algorithm(DIGESTS[self.digest][0], der.NULL)
        parameters = der.sequence(
            der.explicit(0, digest),
            der.explicit(1, der.algorithm(_MGF1, digest)),
            der.explicit(2, der.integer(DIGESTS[self.digest][1].digest_size)),
        )
        return der.algorithm(_PSS, parameters)

    def sign(self, message: bytes) -> bytes:
        digest = DIGESTS[self.digest][1]
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(digest))
        scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if self.pss else padding.PKCS1v15()
        return self.private.sign(message, scheme, digest)


def curve_key_info(curve: str, point: bytes, form: CurveForm) -> bytes:
    """SubjectPublicKeyInfo of a point on one of `CURVE_OIDS`."""
    parameters = (
        der.object_identifier(CURVE_OIDS[_icao_name(curve)]) if form is CurveForm.NAMED else _written_out(curve, form)
    )
    return der.sequence(der.algorithm(_EC_PUBLIC_KEY, parameters), der.bits(point))


def _icao_name(curve: str) -> str:
    return next(name for name in CURVE_OIDS if name.lower() == curve.lower())


def _written_out(curve: str, form: CurveForm) -> bytes:
    known = CURVES[parameter_id(_icao_name(curve))]
    group = CurveGroup(known)
    width = group.coordinate_bytes
    base = group.generator if form is CurveForm.EXPLICIT else group.power(group.generator, 2)
    return der.sequence(
        der.integer(1),
        der.sequence(der.object_identifier(_PRIME_FIELD), der.integer(known.p)),
        der.sequence(der.octets(known.a.to_bytes(width, "big")), der.octets(known.b.to_bytes(width, "big"))),
        der.octets(group.encode(base)),
        der.integer(known.n),
        der.integer(1),
    )


def ecdsa_key(
    curve: str = "brainpoolP256r1", digest: str = "sha256", *, seed: str, form: CurveForm = CurveForm.NAMED
) -> SigningKey:
    """The key that belongs to ``seed``: the same one each time."""
    number = int.from_bytes(hashlib.sha512(f"{curve} {seed}".encode()).digest(), "big")
    private = 1 + number % (CURVES[parameter_id(curve)].n - 1)
    return SigningKey(ec.derive_private_key(private, _LIBRARY[curve]), digest, form=form)


def rsa_key(bits: int = 2048, digest: str = "sha256", *, seed: str, pss: bool = False) -> SigningKey:
    """A key that stays the same for this ``seed`` as long as the process lives."""
    return SigningKey(_rsa_private(bits, seed), digest, pss)


@cache
def _rsa_private(bits: int, seed: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def make_key(words: str, *, seed: str) -> SigningKey:
    """From words as scenarios have them: ``ecdsa brainpoolP256r1 sha256 [explicit|foreign]``, ``rsa 2048 sha256``,
    ``rsa-pss 2048 sha256``. Raises ``ValueError``.
    """
    match words.split():
        case ["ecdsa", curve, digest, *rest] if curve in _LIBRARY and digest in DIGESTS and len(rest) < 2:
            return ecdsa_key(curve, digest, seed=seed, form=CurveForm(rest[0]) if rest else CurveForm.NAMED)
        case ["rsa" | "rsa-pss" as kind, bits, digest] if bits.isdecimal() and digest in DIGESTS:
            return rsa_key(int(bits), digest, seed=seed, pss=kind == "rsa-pss")
    raise ValueError(f"no key: {words}")
