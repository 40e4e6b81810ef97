"""Passive authentication: is what the chip says what its issuing state signed (ICAO Doc 9303-11, 5.1).

CMS signature → document signer's certificate → pinned CSCA of the same country → rules, validity at the time of use,
revocation → the hash of every data group that was read → no data group that matters was held back.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hal.eid import certificates, signatures
from hal.eid.certificates import Certificate
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.revocation import Revocation
from hal.eid.security_object import SecurityObject, parse_security_object
from hal.eid.signed_data import SignedData, check_signature, parse_signed_data
from hal.eid.trust_store import TrustStore

#: SHA-1 counts only in what a signer made whose certificate is older than this
#: (docs/adr/0013-sha1-in-old-documents.md).
SHA1_UNTIL = datetime(2020, 1, 1, tzinfo=UTC)

#: Data groups that decide something here: the MRZ, and the keys that prove the chip to be the original.
MATTERING = (1, 14, 15)

_CARD_SECURITY = "0.4.0.127.0.7.3.2.1"


@dataclass(frozen=True, slots=True)
class Authenticity:
    """What passive authentication found to be genuine.

    ``issuing_state``: of the document signer's certificate, upper case (ISO 3166-1 alpha-2 or ICAO's codes).
    ``data_groups``: number → signed hash, of all that the document has. ``algorithm``: of the signature, for engineers.
    ``revocation``: `Revocation.UNKNOWN` only where a revocation list was not asked for.
    """

    issuing_state: str
    data_groups: Mapping[int, bytes] = field(repr=False)
    algorithm: str
    revocation: Revocation


@dataclass(frozen=True, slots=True)
class SignedContent:
    """Content that a document signer of ``issuing_state`` signed. ``revocation`` as of `Authenticity`."""

    issuing_state: str
    content: bytes = field(repr=False)
    revocation: Revocation


def verify(
    sod: bytes, read: Mapping[int, bytes], trust: TrustStore, at: datetime, revocation_required: bool
) -> Authenticity:
    """Checks EF.SOD and the data groups that were ``read`` (number → whole file).

    ``at``: the time of use from a trusted clock, aware. ``revocation_required``: without a fresh revocation list of the
    issuer nothing is accepted. A certificate that any list revokes, fresh or not, is refused either way.

    Raises `NotAccepted` with the reason, `NotPossible` for algorithms that are not known and without any anchor, and
    `TrustStoreError` when the store is damaged.
    """
    trust.require_anchors()
    security_object = parse_security_object(sod)
    signer = security_object.signed.signer()
    revocation = _check_signed(security_object.signed, signer, trust, at, revocation_required)
    check_hashes(security_object, read, sha1=_sha1_counts(signer))
    check_complete(security_object.data_groups, read)
    return Authenticity(signer.country, security_object.data_groups, str(security_object.signed.scheme), revocation)


def verify_card_security(file: bytes, trust: TrustStore, at: datetime, revocation_required: bool) -> SignedContent:
    """Checks EF.CardSecurity and returns its SecurityInfos (DER). BSI TR-03110-3, A.1.2.5; PACE-CAM needs it.

    Raises as `verify`.
    """
    trust.require_anchors()
    signed = parse_signed_data(file, _CARD_SECURITY)
    signer = signed.signer()
    revocation = _check_signed(signed, signer, trust, at, revocation_required)
    return SignedContent(signer.country, signed.content, revocation)


def _check_signed(
    signed: SignedData, signer: Certificate, trust: TrustStore, at: datetime, revocation_required: bool
) -> Revocation:
    issuers = find_issuers(signer, trust)
    certificates.check_document_signer(signer)
    check_signature(signed, signer, sha1=_sha1_counts(signer))
    check_any_times(signer, issuers, at)
    revocation = revocation_of(signer, issuers, trust, at)
    if revocation is Revocation.REVOKED:
        raise NotAccepted(Reason.DOCUMENT_SIGNER_REVOKED)
    if revocation_required and revocation is Revocation.UNKNOWN:
        raise NotAccepted(Reason.REVOCATION_UNKNOWN)
    return revocation


def _sha1_counts(signer: Certificate) -> bool:
    return signer.not_before < SHA1_UNTIL


def find_issuers(signer: Certificate, trust: TrustStore) -> tuple[Certificate, ...]:
    """The pinned CSCA certificates whose key signed this one. There may be several for one key: self-signed, and as
    link certificates, each with validity and private key usage period of its own.

    Raises `NotAccepted`: ``document_signer_untrusted`` when there is none; the more telling reason when one fits by
    name and its signature cannot be verified.
    """
    failure: NotAccepted | None = None
    found: list[Certificate] = []
    for candidate in trust.issuers_of(signer):
        try:
            certificates.check_authority(candidate)
            certificates.check_signed_by(signer, candidate, sha1=_sha1_counts(signer))
        except NotAccepted as error:
            failure = failure or error
        else:
            found.append(candidate)
    if found:
        return tuple(found)
    if failure is not None and failure.reason is not Reason.SIGNATURE_WRONG:
        raise failure
    raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "no pinned CSCA issued its certificate")


def check_any_times(signer: Certificate, issuers: Sequence[Certificate], at: datetime) -> None:
    """That `check_times` holds for one of ``issuers``; raises what it raises for the one that is valid longest."""
    *others, last = sorted(issuers, key=lambda one: one.not_after)
    for issuer in others:
        try:
            check_times(signer, issuer, at)
        except NotAccepted:
            continue
        return
    check_times(signer, last, at)


def check_times(signer: Certificate, issuer: Certificate, at: datetime) -> None:
    """That both certificates are valid at ``at`` and that the CSCA issued the signer's while it might.

    ICAO Doc 9303-12, 5: a CSCA certificate is valid for as long as the documents below it, but its key signs only
    within the private key usage period. Raises `NotAccepted` (``document_signer_expired``,
    ``document_signer_untrusted``).
    """
    if not signer.valid_at(at):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_EXPIRED, "the document signer's certificate is not valid now")
    if not issuer.valid_at(at):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "the CSCA's certificate is not valid now")
    start = issuer.signs_from or issuer.not_before
    end = issuer.signs_until or issuer.not_after
    if not start <= signer.not_before <= end:
        raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "issued outside the CSCA's private key usage period")


def revocation_of(signer: Certificate, issuers: Sequence[Certificate], trust: TrustStore, at: datetime) -> Revocation:
    """What the revocation lists of the issuer's name say of the signer's certificate, and of the issuer's own."""
    fresh = False
    own = {issuer.serial for issuer in issuers if issuer.self_issued}
    for listed in trust.revocation_lists(signer.issuer):
        if signer.serial in listed.serials or own & listed.serials:
            return Revocation.REVOKED
        fresh = fresh or listed.fresh_at(at)
    return Revocation.GOOD if fresh else Revocation.UNKNOWN


def check_hashes(security_object: SecurityObject, read: Mapping[int, bytes], *, sha1: bool) -> None:
    """That every data group that was read is the one that was signed. Raises `NotAccepted` (``data_group_changed``,
    ``algorithm_weak``).
    """
    for number, content in read.items():
        signed = security_object.data_groups.get(number)
        found = signatures.digest(security_object.digest, content, sha1=sha1)
        if signed is None or not hmac.compare_digest(signed, found):
            raise NotAccepted(Reason.DATA_GROUP_CHANGED, f"DG{number}")


def check_complete(listed: Mapping[int, bytes], read: Mapping[int, bytes]) -> None:
    """That no data group which decides something (`MATTERING`) is signed and was not read: a copy leaves out the keys
    that it cannot prove. Raises `NotAccepted` (``data_group_missing``).
    """
    for number in MATTERING:
        if number not in read and (number in listed or number == 1):
            raise NotAccepted(Reason.DATA_GROUP_MISSING, f"DG{number}")
