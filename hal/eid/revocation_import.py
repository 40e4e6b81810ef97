"""Taking revocation lists into a trust store, one by one or by the hundred."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hal.eid import revocation, trust_files
from hal.eid.certificates import Certificate
from hal.eid.outcome import NotAccepted, Reason
from hal.eid.revocation import RevocationList, parse_revocation_list
from hal.eid.trust_change import check_not_ahead, commit, older_list
from hal.eid.trust_manifest import Piece, RevocationEntry, TrustStoreError
from hal.eid.trust_store import TrustStore


@dataclass(frozen=True, slots=True)
class ImportedRevocations:
    """What came of a collection. ``left_out``: why → how many lists."""

    taken: tuple[RevocationList, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Accepted:
    listed: RevocationList
    issuer: Certificate

    @property
    def key(self) -> tuple[str, str]:
        """Of two lists with the same key one takes the other's place."""
        return self.listed.issuer, self.issuer.subject_key_id.hex()


def import_revocation_list(directory: Path, encoded: bytes, at: datetime, *, older: bool = False) -> RevocationList:
    """Takes in a revocation list (DER) that one of the anchors signed, in place of the one before by the same key.

    ``older``: one that was made before the list that it replaces is taken all the same. Raises `NotAccepted`
    (``data_malformed``, ``document_signer_untrusted``, ``document_signer_misused``, ``algorithm_weak``) and
    `TrustStoreError` (``older_list``, ``clock_wrong``, ``busy``, ``cannot_write``, ``damaged``).
    """
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        accepted = _accept(store, encoded, at, older)
        _place(store, [accepted])
    return accepted.listed


def import_revocation_lists(directory: Path, collection: Iterable[bytes], at: datetime) -> ImportedRevocations:
    """Takes in whatever can be taken of a collection (that of the ICAO PKD): one change for all of it.

    What is refused on its own is counted and left, older lists among it. Raises `TrustStoreError` (``busy``,
    ``cannot_write``, ``damaged``), and what ``collection`` raises.
    """
    best: dict[tuple[str, str], _Accepted] = {}
    left_out: Counter[str] = Counter()
    with trust_files.writing(directory):
        store = TrustStore.open(directory)
        for encoded in collection:
            try:
                accepted = _accept(store, encoded, at, older=False)
            except NotAccepted as error:
                left_out[error.reason.value] += 1
            except TrustStoreError as error:
                left_out[error.code] += 1
            else:
                before = best.setdefault(accepted.key, accepted)
                if accepted.listed.this_update > before.listed.this_update:
                    best[accepted.key] = accepted
        if best:
            _place(store, list(best.values()))
    return ImportedRevocations(tuple(one.listed for one in best.values()), dict(sorted(left_out.items())))


def _accept(store: TrustStore, encoded: bytes, at: datetime, older: bool) -> _Accepted:
    listed = parse_revocation_list(encoded)
    accepted = _Accepted(listed, _issuer_of(store, listed, at))
    check_not_ahead(listed.this_update, at)
    for one in store.manifest.revocation_lists:
        if (one.issuer, one.key_id) == accepted.key and listed.this_update < one.this_update and not older:
            raise older_list("the revocation list", one.this_update, listed.this_update)
    return accepted


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


def _place(store: TrustStore, accepted: list[_Accepted]) -> None:
    """All of them in one object: one file to write and sync, however many they are."""
    name = trust_files.keep_object(store.directory, b"".join(one.listed.encoded for one in accepted))
    entries: list[RevocationEntry] = []
    offset = 0
    for one in accepted:
        listed = one.listed
        piece = Piece(name, offset, len(listed.encoded), hashlib.sha256(listed.encoded).hexdigest())
        offset += piece.length
        issuer, key_id = one.key
        entries.append(RevocationEntry(piece, listed.country, issuer, key_id, listed.this_update, listed.next_update))
    replaced = {one.key for one in accepted}
    others = [one for one in store.manifest.revocation_lists if (one.issuer, one.key_id) not in replaced]
    commit(store, revocation_lists=(*others, *entries))
