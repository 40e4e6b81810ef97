"""X.509 certificates of issuing authorities (CSCA), document signers and master list signers: ICAO Doc 9303-12, 7.1.

Parsing takes out what the rules need and keeps the rest closed: the key is loaded only when a signature is checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509

from hal.eid import signatures
from hal.eid.names import country_of, name_key
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded
from hal.eid.signatures import PublicKey, Scheme

MASTER_LIST_SIGNING = "2.23.136.1.1.3"
"""Extended key usage of a master list signer (id-icao-cscaMasterListSigningKey)."""

#: Extensions that may be critical: the rules below look at them, or they forbid nothing. Another critical one makes a
#: certificate unusable (RFC 5280, 4.2). The list of document types that a signer may sign (2.23.136.1.1.6.2) is not
#: among them: nothing here compares it with the document, and a state that insists on it shall not be passed over.
_UNDERSTOOD = frozenset(
    (
        "authority_key_identifier",
        "key_identifier",
        "key_usage",
        "private_key_usage_period",
        "certificate_policies",
        "subject_alt_name",
        "issuer_alt_name",
        "basic_constraints",
        "extended_key_usage",
        "crl_distribution_points",
        "2.23.136.1.1.6.1",  # name change (7.1.1.6)
    )
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is needed of one certificate. Times are aware. ``issuer`` and ``subject`` are keys as `names` makes them.

    ``country`` is the subject's and ``issuer_country`` the issuer's: ISO 3166-1 alpha-2 or ICAO's code, upper case, or
    empty. ``key_use`` is None where the extension is missing. ``signs_from`` and ``signs_until``: private key usage
    period. ``subject_key_id`` and ``authority_key_id`` are empty when missing.
    """

    encoded: bytes = field(repr=False)
    signed_part: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    scheme: Scheme
    version: int
    serial: int = field(repr=False)
    issuer: str
    issuer_country: str
    subject: str
    country: str
    not_before: datetime
    not_after: datetime
    key_info: bytes = field(repr=False)
    subject_key_id: bytes = b""
    authority_key_id: bytes = b""
    authority: bool = False
    key_use: frozenset[str] | None = None
    extended_key_use: tuple[str, ...] = ()
    signs_from: datetime | None = None
    signs_until: datetime | None = None
    unknown_critical: bool = False

    @property
    def self_issued(self) -> bool:
        """Issuer and subject are the same: self-signed, or a link certificate without a change of name."""
        return self.issuer == self.subject

    def valid_at(self, at: datetime) -> bool:
        return self.not_before <= at <= self.not_after

    def public_key(self) -> PublicKey:
        """Raises as `signatures.load_public_key`."""
        return signatures.load_public_key(self.key_info)


def parse_certificate(encoded: bytes, reason: Reason = Reason.SECURITY_OBJECT_MALFORMED) -> Certificate:
    """One DER certificate and nothing after it.

    Raises `NotAccepted` with ``reason`` when it is malformed, ``algorithm_weak`` for a signature with MD2 or MD5, and
    `NotPossible` (``algorithm_unsupported``) for an unknown signature scheme. Signature, key and rules are not looked
    at.
    """
    with guarded(reason, "a certificate"):
        return _parse(x509.Certificate.load(encoded, strict=True), encoded)


def _parse(certificate: x509.Certificate, encoded: bytes) -> Certificate:
    body = certificate["tbs_certificate"]
    if certificate["signature_algorithm"].dump() != body["signature"].dump():
        raise ValueError("two signature algorithms")
    issuer, subject = body["issuer"].dump(), body["subject"].dump()
    validity = body["validity"]
    return Certificate(
        encoded=encoded,
        signed_part=body.dump(),
        signature=_whole_octets(certificate["signature_value"]),
        scheme=signatures.scheme_of(certificate["signature_algorithm"]),
        version={"v1": 1, "v2": 2, "v3": 3}[body["version"].native],
        serial=body["serial_number"].native,
        issuer=name_key(issuer),
        issuer_country=country_of(issuer),
        subject=name_key(subject),
        country=country_of(subject),
        not_before=_moment(validity["not_before"].native),
        not_after=_moment(validity["not_after"].native),
        key_info=body["subject_public_key_info"].dump(),
        **_extensions(body["extensions"]),
    )


def _extensions(extensions: x509.Extensions) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for extension in extensions:
        name = extension["extn_id"].native
        if name in seen:
            raise ValueError("an extension twice")
        seen.add(name)
        if extension["critical"].native and name not in _UNDERSTOOD:
            found["unknown_critical"] = True
        if name not in _READ:
            continue
        value = extension["extn_value"].parsed
        found.update(_READ[name](value))
    return found


def _key_use(value: x509.KeyUsage) -> dict[str, Any]:
    return {"key_use": frozenset(value.native)}


def _usage_period(value: x509.PrivateKeyUsagePeriod) -> dict[str, Any]:
    start, end = value["not_before"].native, value["not_after"].native
    return {"signs_from": start and _moment(start), "signs_until": end and _moment(end)}


_READ = {
    "authority_key_identifier": lambda value: {"authority_key_id": value["key_identifier"].native or b""},
    "key_identifier": lambda value: {"subject_key_id": value.native},
    "basic_constraints": lambda value: {"authority": value["ca"].native},
    "key_usage": _key_use,
    "extended_key_usage": lambda value: {"extended_key_use": tuple(purpose.dotted for purpose in value)},
    "private_key_usage_period": _usage_period,
}


def _whole_octets(value: x509.OctetBitString) -> bytes:
    if value.contents[:1] != b"\x00":
        raise ValueError("a signature of incomplete octets")
    return bytes(value.contents[1:])


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("not a time")
    return value.astimezone(UTC)


def check_signed_by(certificate: Certificate, issuer: Certificate, *, sha1: bool) -> None:
    """That ``issuer``'s key made the signature. Raises `NotAccepted` (``signature_wrong``, ``algorithm_weak``) and what
    loading the key raises.
    """
    signatures.check(certificate.scheme, issuer.public_key(), certificate.signature, certificate.signed_part, sha1=sha1)


def check_document_signer(certificate: Certificate) -> None:
    """That this certificate may sign documents: `NotAccepted` (``document_signer_misused``).

    Version 3; key usage digitalSignature; not an authority; no extended key usage (those of master list signers,
    deviation list signers and visa signers come from the same CSCA); issuer and subject of one country.
    """
    _check_end_entity(certificate, Reason.DOCUMENT_SIGNER_MISUSED)
    if certificate.extended_key_use:
        raise NotAccepted(Reason.DOCUMENT_SIGNER_MISUSED, "its extended key usage is another one")


def check_list_signer(certificate: Certificate) -> None:
    """That this certificate may sign master lists: `NotAccepted` (``document_signer_misused``)."""
    _check_end_entity(certificate, Reason.DOCUMENT_SIGNER_MISUSED)
    if certificate.extended_key_use != (MASTER_LIST_SIGNING,):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_MISUSED, "its extended key usage is not signing master lists")


def _check_end_entity(certificate: Certificate, reason: Reason) -> None:
    if certificate.version != 3 or certificate.unknown_critical:
        raise NotAccepted(reason, "not version 3, or a critical extension that nobody knows")
    if certificate.authority or certificate.key_use is None or "digital_signature" not in certificate.key_use:
        raise NotAccepted(reason, "its key usage is not signing")
    if not certificate.country or certificate.country != certificate.issuer_country:
        raise NotAccepted(reason, "of another country than its issuer")


def check_authority(certificate: Certificate) -> None:
    """That this certificate is one of a CSCA: `NotAccepted` (``document_signer_untrusted``).

    Version 3; an authority with key usage keyCertSign; of one country.
    """
    reason = Reason.DOCUMENT_SIGNER_UNTRUSTED
    if certificate.version != 3 or certificate.unknown_critical:
        raise NotAccepted(reason, "CSCA: not version 3, or a critical extension that nobody knows")
    if not certificate.authority or certificate.key_use is None or "key_cert_sign" not in certificate.key_use:
        raise NotAccepted(reason, "CSCA: its key usage is not signing certificates")
    if not certificate.country or certificate.country != certificate.issuer_country:
        raise NotAccepted(reason, "CSCA: of another country than its issuer")


def may_have_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether name, key identifier and country fit; the signature is not looked at."""
    return (
        issuer.subject == certificate.issuer
        and issuer.country == certificate.issuer_country
        and (
            not certificate.authority_key_id
            or not issuer.subject_key_id
            or issuer.subject_key_id == certificate.authority_key_id
        )
    )
