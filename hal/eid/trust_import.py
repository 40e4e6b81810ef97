"""Changing whom a trust store trusts: pinning roots, importing master lists and link certificates.

A change is whole or not there at all: objects are written first, under the name of their hash, then the manifest takes
the old one's place in one step. Whatever no manifest names is swept away afterwards.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hal.eid import certificates, trust_files
from hal.eid.certificates import Certificate, parse_certificate
from hal.eid.master_list import MasterList, issued, verify_master_list
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.trust_change import check_not_ahead, commit, older_list, whole
from hal.eid.trust_manifest import (
    ADDED,
    LINK,
    ROOT,
    Anchor,
    Manifest,
    MasterListEntry,
    Piece,
    RevocationEntry,
    TrustStoreError,
)
from hal.eid.trust_store import TrustStore


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of importing a master list. ``left_out``: why → how many certificates are no usable anchors now."""

    state: str
    signed_at: datetime
    anchors: int
    left_out: Mapping[str, int]
    new_roots: int


@dataclass(frozen=True, slots=True)
class Expired:
    """What `expire` took out, and what is about to go."""

    anchors: tuple[Anchor, ...]
    soon: tuple[Anchor, ...]
    stale_revocation_lists: tuple[RevocationEntry, ...]


def pin_root(directory: Path, encoded: bytes, at: datetime) -> Certificate:
    """Makes a self-signed CSCA certificate a root, on the word of whoever calls. Pinning it again changes nothing.

    Raises `NotAccepted` when it is none, cannot be used or is not valid at ``at``, and `TrustStoreError`.
    """
    certificate = _usable(encoded, at)
    if not certificate.self_issued:
        raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "a root is a self-signed CSCA certificate")
    certificates.check_signed_by(certificate, certificate, sha1=True)
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        anchor = _anchor(certificate, whole(trust_files.keep_object(directory, encoded), encoded), ROOT)
        commit(store, anchors=_with(store.manifest.anchors, anchor))
    return certificate


def import_link(directory: Path, encoded: bytes, at: datetime) -> Certificate:
    """Makes a CSCA certificate an anchor that one of the anchors issued; a root, if that anchor is one.

    Raises `NotAccepted` when no anchor issued it, it cannot be used or is not valid at ``at``, and `TrustStoreError`.
    """
    certificate = _usable(encoded, at)
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        roots = {one.piece.sha256 for one in store.manifest.roots()}
        above = [one for one in store.manifest.anchors if issued(store.certificate(one), certificate, at)]
        if not above:
            raise NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "no anchor issued this certificate; --root pins one")
        origin = LINK if any(one.piece.sha256 in roots for one in above) else ADDED
        anchor = _anchor(certificate, whole(trust_files.keep_object(directory, encoded), encoded), origin)
        commit(store, anchors=_with(store.manifest.anchors, anchor))
    return certificate


def import_master_list(directory: Path, file: bytes, at: datetime, *, older: bool = False) -> Imported:
    """Makes the CSCA certificates of a master list anchors, in place of those of the list before from the same state.

    Certificates in it that a root issued for its successor become roots, so that the next list may be signed below the
    new key. ``older``: a list that was signed before the one that it replaces is taken all the same.

    Raises `NotAccepted` as `verify_master_list`; `TrustStoreError`: ``no_root``, ``older_list``, ``clock_wrong``,
    ``nothing_usable``, ``busy``, ``cannot_write``, ``damaged``.
    """
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        roots = [store.certificate(anchor) for anchor in store.manifest.roots()]
        if not roots:
            raise TrustStoreError(
                "no_root", "no root is pinned: give the CSCA certificate of the list's state (--root)"
            )
        found = verify_master_list(file, roots, at)
        _check_newer(store.manifest, found, at, older)
        usable, left_out = _sort_out(found.certificates, at)
        if not usable:
            raise TrustStoreError("nothing_usable", "not one certificate of the list can be used now")
        origin = f"list:{found.state}"
        name = trust_files.keep_object(directory, found.content)
        anchors = tuple(one for one in store.manifest.anchors if one.origin != origin)
        known_roots = {one.encoded for one in roots}
        new_roots = 0
        for certificate in usable:
            link = certificate.encoded not in known_roots and any(issued(root, certificate, at) for root in roots)
            new_roots += link
            anchors = _with(anchors, _anchor(certificate, _within(name, found, certificate), LINK if link else origin))
        entry = MasterListEntry(
            found.state, found.signed_at, hashlib.sha256(file).hexdigest(), len(usable), sum(left_out.values())
        )
        others = tuple(one for one in store.manifest.master_lists if one.state != found.state)
        commit(store, anchors=anchors, master_lists=(*others, entry))
    return Imported(found.state, found.signed_at, len(usable), left_out, new_roots)


def expire(directory: Path, at: datetime, within: timedelta) -> Expired:
    """Takes out the anchors that are not valid any more at ``at``, and says what goes ``within`` that time.

    Revocation lists stay, stale ones too: what they revoke stays revoked. Raises `TrustStoreError` (``clock_wrong``
    when a list was signed later than ``at``).
    """
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        for one in store.manifest.master_lists:
            check_not_ahead(one.signed_at, at)
        gone = tuple(one for one in store.manifest.anchors if one.not_after < at)
        left = tuple(one for one in store.manifest.anchors if one.not_after >= at)
        if gone:
            commit(store, anchors=left)
        stale = tuple(one for one in store.manifest.revocation_lists if one.next_update is None or one.next_update < at)
        return Expired(gone, tuple(one for one in left if one.not_after < at + within), stale)


def _usable(encoded: bytes, at: datetime) -> Certificate:
    """A certificate that can be an anchor now. Raises `NotAccepted`."""
    certificate = parse_certificate(encoded)
    certificates.check_authority(certificate)
    if not certificate.valid_at(at):
        raise NotAccepted(Reason.DOCUMENT_SIGNER_EXPIRED, "not valid now")
    certificate.public_key()
    return certificate


def _sort_out(encoded: tuple[bytes, ...], at: datetime) -> tuple[list[Certificate], Mapping[str, int]]:
    usable: dict[bytes, Certificate] = {}
    left_out: Counter[str] = Counter()
    for one in encoded:
        try:
            usable[one] = _usable(one, at)
        except NotAccepted as error:
            left_out[error.reason.value] += 1
    return list(usable.values()), dict(sorted(left_out.items()))


def _check_newer(manifest: Manifest, found: MasterList, at: datetime, older: bool) -> None:
    check_not_ahead(found.signed_at, at)
    for one in manifest.master_lists:
        if one.state == found.state and found.signed_at < one.signed_at and not older:
            raise older_list(f"the list of {found.state}", one.signed_at, found.signed_at)


def _anchor(certificate: Certificate, piece: Piece, origin: str) -> Anchor:
    return Anchor(
        piece,
        origin,
        certificate.country,
        certificate.subject,
        certificate.subject_key_id.hex(),
        certificate.not_before.replace(microsecond=0),
        certificate.not_after.replace(microsecond=0),
    )


def _with(anchors: tuple[Anchor, ...], new: Anchor) -> tuple[Anchor, ...]:
    """Adds an anchor; of two for the same certificate the one that trusts more stays, else the new one: the object of
    an old list shall not be kept for what the new list has too.
    """
    for index, one in enumerate(anchors):
        if one.piece.sha256 == new.piece.sha256:
            keep = min(new, one, key=lambda anchor: _rank(anchor.origin))
            return (*anchors[:index], keep, *anchors[index + 1 :])
    return (*anchors, new)


def _rank(origin: str) -> int:
    return (ROOT, LINK, ADDED).index(origin) if origin in (ROOT, LINK, ADDED) else 3


def _within(name: str, found: MasterList, certificate: Certificate) -> Piece:
    encoded = certificate.encoded
    offset = found.content.find(encoded)
    if offset < 0:
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "a certificate of the list is not DER")
    return Piece(name, offset, len(encoded), hashlib.sha256(encoded).hexdigest())
