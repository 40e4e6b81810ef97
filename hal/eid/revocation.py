"""Certificate revocation lists of CSCAs (ICAO Doc 9303-12, 7.1.4; RFC 5280, 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import crl

from hal.eid import signatures
from hal.eid.certificates import Certificate
from hal.eid.names import country_of, name_key
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded
from hal.eid.signatures import Scheme

#: Extensions that may be critical: none of them makes a list speak of fewer certificates than it seems to.
_UNDERSTOOD = frozenset(("authority_key_identifier", "crl_number", "issuer_alt_name"))
_UNDERSTOOD_IN_ENTRIES = frozenset(("crl_reason", "invalidity_date"))


class Revocation(StrEnum):
    """What the lists say of a certificate. ``UNKNOWN``: there is no list of its issuer that is still fresh."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One list. ``serials``: of the certificates that its issuer revoked. ``next_update``: None when it says none."""

    encoded: bytes = field(repr=False)
    signed_part: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    scheme: Scheme
    issuer: str
    country: str
    authority_key_id: bytes
    this_update: datetime
    next_update: datetime | None
    serials: frozenset[int] = field(repr=False)

    def fresh_at(self, at: datetime) -> bool:
        """A list without the time of the next one is never fresh: ICAO asks for that time."""
        return self.next_update is not None and self.this_update <= at <= self.next_update


def parse_revocation_list(encoded: bytes) -> RevocationList:
    """One DER list and nothing after it. Its signature is not looked at.

    Raises `NotAccepted` (``data_malformed``) when it is malformed or has a critical extension that is not understood
    (a delta, a part of the certificates only), and for its signature scheme as `signatures.scheme_of`.
    """
    with guarded(Reason.DATA_MALFORMED, "a revocation list"):
        return _parse(crl.CertificateList.load(encoded, strict=True), encoded)


def _parse(content: crl.CertificateList, encoded: bytes) -> RevocationList:
    body = content["tbs_cert_list"]
    if content["signature_algorithm"].dump() != body["signature"].dump():
        raise ValueError("two signature algorithms")
    if content["signature"].contents[:1] != b"\x00":
        raise ValueError("a signature of incomplete octets")
    key_id = b""
    for extension in body["crl_extensions"]:
        _understood(extension, _UNDERSTOOD)
        if extension["extn_id"].native == "authority_key_identifier":
            key_id = extension["extn_value"].parsed["key_identifier"].native or b""
    next_update = body["next_update"].native
    return RevocationList(
        encoded=encoded,
        signed_part=body.dump(),
        signature=bytes(content["signature"].contents[1:]),
        scheme=signatures.scheme_of(content["signature_algorithm"]),
        issuer=name_key(body["issuer"].dump()),
        country=country_of(body["issuer"].dump()),
        authority_key_id=key_id,
        this_update=_moment(body["this_update"].native),
        next_update=None if next_update is None else _moment(next_update),
        serials=frozenset(_serial(entry) for entry in body["revoked_certificates"]),
    )


def _serial(entry: crl.RevokedCertificate) -> int:
    for extension in entry["crl_entry_extensions"]:
        _understood(extension, _UNDERSTOOD_IN_ENTRIES)
    return int(entry["user_certificate"].native)


def _understood(extension: crl.TBSCertListExtension, names: frozenset[str]) -> None:
    if extension["critical"].native and extension["extn_id"].native not in names:
        raise ValueError("a critical extension")


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("not a time")
    return value.astimezone(UTC)


def check_signed_by(listed: RevocationList, issuer: Certificate) -> None:
    """That ``issuer``, a CSCA certificate that may sign revocation lists, signed this one. SHA-1 is never accepted.

    Raises `NotAccepted` (``signature_wrong``, ``document_signer_misused``, ``algorithm_weak``).
    """
    if (issuer.subject, issuer.country) != (listed.issuer, listed.country):
        raise NotAccepted(Reason.SIGNATURE_WRONG, "a revocation list of another issuer")
    if issuer.key_use is None or "crl_sign" not in issuer.key_use:
        raise NotAccepted(Reason.DOCUMENT_SIGNER_MISUSED, "its key usage is not signing revocation lists")
    signatures.check(listed.scheme, issuer.public_key(), listed.signature, listed.signed_part, sha1=False)
