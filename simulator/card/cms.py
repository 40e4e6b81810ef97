"""CMS SignedData (RFC 5652), well made and in every way badly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from simulator.card import der
from simulator.card.signing import DIGESTS, SigningKey

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"


@dataclass(frozen=True, slots=True)
class SignerOf:
    """Who signs: ``name`` is its SignerIdentifier, ``version`` 1 (issuer and serial number) or 3 (key identifier)."""

    key: SigningKey = field(repr=False)
    name: bytes
    version: int = 1


def signed_data(
    content_type: str,
    content: bytes,
    signers: Sequence[SignerOf],
    certificates: Sequence[bytes],
    *,
    signed_at: datetime | None = None,
    attribute_type: str = "",
    spoil_signature: bool = False,
) -> bytes:
    """A ContentInfo. ``attribute_type``: what the signed attribute says of the content, when not the truth.
    ``spoil_signature`` changes its last octet.
    """
    digests = {signer.key.digest for signer in signers}
    encapsulated = der.sequence(der.object_identifier(content_type), der.explicit(0, der.octets(content)))
    infos = [
        _signer_info(signer, attribute_type or content_type, content, signed_at, spoil_signature) for signer in signers
    ]
    body = der.sequence(
        der.integer(3),
        der.set_of(_digest(name) for name in digests),
        encapsulated,
        der.explicit(0, b"".join(sorted(certificates))) if certificates else b"",
        der.set_of(infos),
    )
    return der.sequence(der.object_identifier(_SIGNED_DATA), der.explicit(0, body))


def _signer_info(signer: SignerOf, content_type: str, content: bytes, signed_at: datetime | None, spoil: bool) -> bytes:
    digest = hashlib.new(signer.key.digest, content, usedforsecurity=False).digest()
    attributes = [
        _attribute(_CONTENT_TYPE, der.object_identifier(content_type)),
        _attribute(_MESSAGE_DIGEST, der.octets(digest)),
    ]
    if signed_at is not None:
        attributes.append(_attribute(_SIGNING_TIME, der.time(signed_at)))
    to_sign = der.set_of(attributes)
    signature = signer.key.sign(to_sign)
    if spoil:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return der.sequence(
        der.integer(signer.version),
        signer.name,
        _digest(signer.key.digest),
        b"\xa0" + to_sign[1:],  # [0] IMPLICIT; what is signed has the tag of a SET
        signer.key.algorithm(),
        der.octets(signature),
    )


def _attribute(oid: str, value: bytes) -> bytes:
    return der.sequence(der.object_identifier(oid), der.set_of([value]))


def _digest(name: str) -> bytes:
    return der.algorithm(DIGESTS[name][0])
