"""Changing a trust store: pinning roots, importing master lists, link certificates and revocation lists.

A change is whole or not there at all: objects are written first, under the name of their hash, then the manifest takes
the old one's place in one step. Whatever no manifest names is swept away afterwards.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from hal.eid import certificates, revocation, trust_files
from hal.eid.certificates import Certificate, parse_certificate
from hal.eid.master_list import MasterList, issued, verify_master_list
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.revocation import RevocationList, parse_revocation_list
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

#: How far another's clock may be ahead of ours.
_CLOCKS_APART = timedelta(days=1)


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
        anchor = _anchor(certificate, _whole(trust_files.keep_object(directory, encoded), encoded), ROOT)
        _commit(store, anchors=_with(store.manifest.anchors, anchor))
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
        anchor = _anchor(certificate, _whole(trust_files.keep_object(directory, encoded), encoded), origin)
        _commit(store, anchors=_with(store.manifest.anchors, anchor))
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
        _commit(store, anchors=anchors, master_lists=(*others, entry))
    return Imported(found.state, found.signed_at, len(usable), left_out, new_roots)


def import_revocation_list(directory: Path, encoded: bytes, at: datetime, *, older: bool = False) -> RevocationList:
    """Takes in a revocation list that one of the anchors signed, in place of the one before by the same key.

    Raises `NotAccepted` (``data_malformed``, ``document_signer_untrusted``, ``algorithm_weak``) and `TrustStoreError`
    as `import_master_list`.
    """
    listed = parse_revocation_list(encoded)
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        issuer = _issuer_of(store, listed, at)
        _check_not_ahead(listed.this_update, at)
        key_id = issuer.subject_key_id.hex()
        others: list[RevocationEntry] = []
        for one in store.manifest.revocation_lists:
            if (one.issuer, one.key_id) != (listed.issuer, key_id):
                others.append(one)
            elif listed.this_update < one.this_update and not older:
                raise _older("the revocation list", one.this_update, listed.this_update)
        entry = RevocationEntry(
            _whole(trust_files.keep_object(directory, encoded), encoded),
            listed.country,
            listed.issuer,
            key_id,
            listed.this_update,
            listed.next_update,
        )
        _commit(store, revocation_lists=(*others, entry))
    return listed


def expire(directory: Path, at: datetime, within: timedelta) -> Expired:
    """Takes out the anchors that are not valid any more at ``at``, and says what goes ``within`` that time.

    Revocation lists stay, stale ones too: what they revoke stays revoked. Raises `TrustStoreError` (``clock_wrong``
    when a list was signed later than ``at``).
    """
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        for one in store.manifest.master_lists:
            _check_not_ahead(one.signed_at, at)
        gone = tuple(one for one in store.manifest.anchors if one.not_after < at)
        left = tuple(one for one in store.manifest.anchors if one.not_after >= at)
        if gone:
            _commit(store, anchors=left)
        stale = tuple(one for one in store.manifest.revocation_lists if one.next_update is None or one.next_update < at)
        return Expired(gone, tuple(one for one in left if one.not_after < at + within), stale)


def _commit(
    store: TrustStore,
    *,
    anchors: tuple[Anchor, ...] | None = None,
    master_lists: tuple[MasterListEntry, ...] | None = None,
    revocation_lists: tuple[RevocationEntry, ...] | None = None,
) -> None:
    before = store.manifest
    manifest = Manifest(
        before.revision + 1,
        before.anchors if anchors is None else anchors,
        before.master_lists if master_lists is None else master_lists,
        before.revocation_lists if revocation_lists is None else revocation_lists,
    )
    if replace(manifest, revision=before.revision) != before:
        trust_files.replace_manifest(store.directory, manifest)
        # A reader that opened the store before this may still ask for what the old manifest names.
        trust_files.sweep(store.directory, before, manifest)


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


def _issuer_of(store: TrustStore, listed: RevocationList, at: datetime) -> Certificate:
    failure = NotAccepted(Reason.DOCUMENT_SIGNER_UNTRUSTED, "no anchor signed this revocation list")
    for anchor in store.manifest.anchors:
        if anchor.subject != listed.issuer:
            continue
        certificate = store.certificate(anchor)
        try:
            revocation.check_signed_by(listed, certificate)
        except NotAccepted as error:
            failure = failure if error.reason is Reason.SIGNATURE_WRONG else error
        else:
            if certificate.valid_at(at):
                return certificate
    raise failure


def _check_newer(manifest: Manifest, found: MasterList, at: datetime, older: bool) -> None:
    _check_not_ahead(found.signed_at, at)
    for one in manifest.master_lists:
        if one.state == found.state and found.signed_at < one.signed_at and not older:
            raise _older(f"the list of {found.state}", one.signed_at, found.signed_at)


def _older(what: str, stored: datetime, given: datetime) -> TrustStoreError:
    return TrustStoreError(
        "older_list",
        f"{what} in the store is of {stored:%Y-%m-%d %H:%M}, this one of {given:%Y-%m-%d %H:%M};"
        " --older imports it all the same",
    )


def _check_not_ahead(moment: datetime, at: datetime) -> None:
    if moment > at + _CLOCKS_APART:
        raise TrustStoreError(
            "clock_wrong", f"signed on {moment:%Y-%m-%d}, but here it is {at:%Y-%m-%d}: set the clock"
        )


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
    """Adds an anchor; of two for the same certificate the one that trusts more stays."""
    for index, one in enumerate(anchors):
        if one.piece.sha256 == new.piece.sha256:
            keep = min(one, new, key=lambda anchor: _rank(anchor.origin))
            return (*anchors[:index], keep, *anchors[index + 1 :])
    return (*anchors, new)


def _rank(origin: str) -> int:
    return (ROOT, LINK, ADDED).index(origin) if origin in (ROOT, LINK, ADDED) else 3


def _whole(name: str, content: bytes) -> Piece:
    return Piece(name, 0, len(content), hashlib.sha256(content).hexdigest())


def _within(name: str, found: MasterList, certificate: Certificate) -> Piece:
    encoded = certificate.encoded
    offset = found.content.find(encoded)
    if offset < 0:
        raise NotAccepted(Reason.SECURITY_OBJECT_MALFORMED, "a certificate of the list is not DER")
    return Piece(name, offset, len(encoded), hashlib.sha256(encoded).hexdigest())
