"""CSCA master lists: a state's (or ICAO's) signed collection of CSCA certificates (ICAO Doc 9303-12, 8).

Whoever signs a list decides which documents are genuine, so the signer has to chain to a root that was pinned by hand.
What the list itself brings is no root: an embedded certificate may only lead on from a pinned root by its signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import core, x509

from hal.eid import certificates
from hal.eid.certificates import Certificate, may_have_issued, parse_certificate
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.parsing import guarded
from hal.eid.passive_authentication import check_times
from hal.eid.signed_data import SignedData, check_signature, parse_signed_data

MASTER_LIST = "2.23.136.1.1.2"
#: Link certificates between a pinned root and the list's signer: changes of the CSCA's key that nobody pinned.
_MOST_LINKS = 3


class _CertificateSet(core.SetOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = x509.Certificate


class _MasterList(core.Sequence):  # type: ignore[misc]
    _fields = [("version", core.Integer), ("certificates", _CertificateSet)]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class MasterList:
    """A list whose signature was accepted. ``state``: its signer's. ``certificates``: DER, none of them looked at.

    ``content``: what was signed, in which the certificates stand.
    """

    state: str
    signed_at: datetime
    content: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)


def verify_master_list(file: bytes, roots: Sequence[Certificate], at: datetime) -> MasterList:
    """The list in ``file`` (DER), if its signer chains to one of ``roots`` at the time ``at``. SHA-1 is never accepted.

    Raises `NotAccepted`: ``content_type_wrong``, ``signer_count_wrong``, ``document_signer_untrusted`` (no chain),
    ``document_signer_misused``, ``document_signer_expired``, ``signature_wrong``, ``algorithm_weak``,
    ``security_object_malformed``; `NotPossible`: ``algorithm_unsupported``.
    """
    signed = parse_signed_data(file, MASTER_LIST)
    signer = signed.signer()
    certificates.check_list_signer(signer)
    if not signer.valid_at(at):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_EXPIRED, "the list signer's certificate is not valid now")
    if not _chains(signer, tuple(_authorities(signed)), roots, at, _MOST_LINKS):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "the list's signer does not chain to a pinned root")
    check_signature(signed, signer, sha1=False)
    if signed.signed_at is None:
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "a master list without the time of signing")
    with guarded(Reason.SECURITY_OBJECT_MALFORMED, "a master list"):
        content = _MasterList.load(signed.content, strict=True)
        if content["version"].native != 0 or not len(content["certificates"]):
            raise ValueError("version, or nothing inside")
        found = tuple(one.dump() for one in content["certificates"])
    return MasterList(signer.country, signed.signed_at, signed.content, found)


def _authorities(signed: SignedData) -> Iterator[Certificate]:
    """The embedded certificates that can be read. One that cannot leads nowhere, so it is passed over."""
    for encoded in signed.certificates:
        try:
            yield parse_certificate(encoded)
        except NotAccepted:
            continue


def _chains(
    certificate: Certificate, links: Sequence[Certificate], roots: Sequence[Certificate], at: datetime, left: int
) -> bool:
    if any(issued(root, certificate, at) for root in roots):
        return True
    return left > 0 and any(
        issued(link, certificate, at) and _chains(link, links, roots, at, left - 1) for link in links
    )


def issued(issuer: Certificate, certificate: Certificate, at: datetime) -> bool:
    """Whether ``issuer``, a CSCA, issued this certificate as its rules allow, and both are valid at ``at``. With SHA-1
    nothing is issued here.
    """
    if not may_have_issued(issuer, certificate):
        return False
    try:
        certificates.check_authority(issuer)
        certificates.check_signed_by(certificate, issuer, sha1=False)
        check_times(certificate, issuer, at)
    except NotAccepted:
        return False
    return True
