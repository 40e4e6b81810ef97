"""A test state's certificates, as ICAO Doc 9303-12 has them: CSCA, document signers, revocation lists, master lists.

Written octet by octet, so that everything that a forger may do can be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto

from simulator.card import der
from simulator.card.cms import SignerOf, signed_data
from simulator.card.signing import SigningKey

MASTER_LIST = "2.23.136.1.1.2"
_MASTER_LIST_SIGNING = "2.23.136.1.1.3"
_DOCUMENT_TYPES = "2.23.136.1.1.6.2"
_EXTENSION = {
    "key_identifier": "2.5.29.14",
    "key_usage": "2.5.29.15",
    "usage_period": "2.5.29.16",
    "crl_number": "2.5.29.20",
    "basic_constraints": "2.5.29.19",
    "authority_key_identifier": "2.5.29.35",
    "extended_key_usage": "2.5.29.37",
}
#: Bits of KeyUsage (RFC 5280, 4.2.1.3): octet and unused bits.
_DIGITAL_SIGNATURE, _KEY_ENCIPHERMENT, _CERTIFICATES_AND_LISTS = (b"\x80", 7), (b"\x20", 5), (b"\x06", 1)


class Role(StrEnum):
    """What a certificate is for."""

    AUTHORITY = auto()
    DOCUMENT_SIGNER = auto()
    LIST_SIGNER = auto()
    KEY_ENCIPHERMENT = auto()
    """Not for signing at all: a document signer that is none."""


@dataclass(frozen=True, slots=True)
class Subject:
    """``country``: two letters, or ICAO's code for who is no state."""

    country: str
    name: str

    def encoded(self) -> bytes:
        parts = (("2.5.4.6", der.printable(self.country)), ("2.5.4.3", der.utf8(self.name)))
        return der.sequence(*(der.set_of([der.sequence(der.object_identifier(kind), value)]) for kind, value in parts))


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its private key."""

    certificate: bytes = field(repr=False)
    subject: Subject
    issuer: Subject
    serial: int
    key: SigningKey = field(repr=False)

    def as_signer(self, *, by_key_identifier: bool = False) -> SignerOf:
        """To sign CMS with."""
        name = der.implicit(0, self.key.key_identifier())
        if not by_key_identifier:
            name = der.sequence(self.issuer.encoded(), der.integer(self.serial))
        return SignerOf(self.key, name, 3 if by_key_identifier else 1)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, both aware."""

    start: datetime
    end: datetime


def issue(
    role: Role,
    subject: Subject,
    key: SigningKey,
    issuer: Issued | None,
    serial: int,
    valid: Span,
    *,
    signs: Span | None = None,
    version: int = 3,
) -> Issued:
    """A certificate for ``key``; self-signed without an ``issuer``. ``signs``: the private key usage period.

    A link certificate is one with role `Role.AUTHORITY` and the authority before as issuer.
    """
    signing = issuer.key if issuer is not None else key
    issuer_name = issuer.subject if issuer is not None else subject
    body = [
        der.explicit(0, der.integer(version - 1)) if version > 1 else b"",
        der.integer(serial),
        signing.algorithm(),
        issuer_name.encoded(),
        der.sequence(der.time(valid.start), der.time(valid.end)),
        subject.encoded(),
        key.public_key_info(),
    ]
    if version == 3:
        body.append(der.explicit(3, der.sequence(*_extensions(role, key, signing, signs))))
    return Issued(_signed(der.sequence(*body), signing), subject, issuer_name, serial, key)


def _signed(body: bytes, key: SigningKey) -> bytes:
    return der.sequence(body, key.algorithm(), der.bits(key.sign(body)))


def _extensions(role: Role, key: SigningKey, signing: SigningKey, signs: Span | None) -> list[bytes]:
    usage, unused = {
        Role.AUTHORITY: _CERTIFICATES_AND_LISTS,
        Role.KEY_ENCIPHERMENT: _KEY_ENCIPHERMENT,
    }.get(role, _DIGITAL_SIGNATURE)
    extensions = [
        _extension(_EXTENSION["authority_key_identifier"], der.sequence(der.implicit(0, signing.key_identifier()))),
        _extension(_EXTENSION["key_identifier"], der.octets(key.key_identifier())),
        _extension(_EXTENSION["key_usage"], der.bits(usage, unused), critical=True),
    ]
    if signs is not None:
        period = der.implicit(0, der.generalized(signs.start)) + der.implicit(1, der.generalized(signs.end))
        extensions.append(_extension(_EXTENSION["usage_period"], der.sequence(period)))
    if role is Role.AUTHORITY:
        path = der.sequence(der.boolean(True), der.integer(0))
        extensions.append(_extension(_EXTENSION["basic_constraints"], path, critical=True))
    elif role is Role.DOCUMENT_SIGNER:
        types = der.sequence(der.integer(0), der.set_of([der.printable("P"), der.printable("AR")]))
        extensions.append(_extension(_DOCUMENT_TYPES, types))
    elif role is Role.LIST_SIGNER:
        purpose = der.sequence(der.object_identifier(_MASTER_LIST_SIGNING))
        extensions.append(_extension(_EXTENSION["extended_key_usage"], purpose, critical=True))
    return extensions


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.object_identifier(oid), der.boolean(True) if critical else b"", der.octets(value))


def revocation_list(
    issuer: Issued, serials: Sequence[int], this_update: datetime, next_update: datetime, number: int = 1
) -> bytes:
    """A version 2 list of the certificates that ``issuer`` takes back."""
    entries = der.sequence(*(der.sequence(der.integer(serial), der.time(this_update)) for serial in serials))
    extensions = der.sequence(
        _extension(_EXTENSION["authority_key_identifier"], der.sequence(der.implicit(0, issuer.key.key_identifier()))),
        _extension(_EXTENSION["crl_number"], der.integer(number)),
    )
    body = der.sequence(
        der.integer(1),
        issuer.key.algorithm(),
        issuer.subject.encoded(),
        der.time(this_update),
        der.time(next_update),
        entries if serials else b"",
        der.explicit(0, extensions),
    )
    return _signed(body, issuer.key)


def master_list(certificates: Sequence[bytes], signer: Issued, authority: Issued, at: datetime) -> bytes:
    """A list of CSCA certificates, signed by ``signer``, which ``authority`` issued."""
    content = der.sequence(der.integer(0), der.set_of(certificates))
    return signed_data(
        MASTER_LIST, content, [signer.as_signer()], [signer.certificate, authority.certificate], signed_at=at
    )
