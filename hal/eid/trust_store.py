"""The CSCA certificates and revocation lists that this box trusts, as a directory holds them (`trust_manifest`).
Reading only; `trust_import` writes.

A store is opened by reading its manifest: a certificate is read, compared with its hash and parsed when a document asks
for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hal.eid.certificates import Certificate, may_have_issued, parse_certificate
from hal.eid.outcome import NotPossible, Reason
from hal.eid.revocation import RevocationList, parse_revocation_list
from hal.eid.trust_manifest import Anchor, Manifest, Piece, TrustStoreError, read_manifest


@dataclass(slots=True)
class TrustStore:
    """A manifest and what was read of its objects so far. Not for two threads at once.

    A change of the directory is not seen: open it again (a few milliseconds).
    """

    directory: Path
    manifest: Manifest
    _by_subject: dict[str, list[Anchor]] = field(default_factory=dict, repr=False)
    _certificates: dict[str, Certificate] = field(default_factory=dict, repr=False)
    _lists: dict[str, RevocationList] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for anchor in self.manifest.anchors:
            self._by_subject.setdefault(anchor.subject, []).append(anchor)

    @classmethod
    def open(cls, directory: Path) -> TrustStore:
        """What ``directory`` holds now; without a manifest an empty store. Raises `TrustStoreError` (``damaged``)."""
        return cls(directory, read_manifest(directory))

    @property
    def anchor_count(self) -> int:
        return len(self.manifest.anchors)

    def require_anchors(self) -> None:
        """Raises `NotPossible` (``trust_store_empty``) while there is nothing that a document could be checked by."""
        if not self.manifest.anchors:
            raise NotPossible(Reason.TRUST_STORE_EMPTY)

    def issuers_of(self, certificate: Certificate) -> Iterator[Certificate]:
        """The trusted certificates that may have issued this one by name, key identifier and country.

        Raises `NotPossible` (``trust_store_empty``) when the store is damaged.
        """
        for anchor in self._by_subject.get(certificate.issuer, ()):
            candidate = self.certificate(anchor)
            if may_have_issued(candidate, certificate):
                yield candidate

    def certificate(self, anchor: Anchor) -> Certificate:
        """The anchor's certificate, parsed at most once. Raises as `issuers_of`."""
        known = self._certificates.get(anchor.piece.sha256)
        if known is None:
            known = parse_certificate(self._read(anchor.piece))
            self._certificates[anchor.piece.sha256] = known
        return known

    def revocation_lists(self, issuer: str) -> Iterator[RevocationList]:
        """The imported lists of this issuer (as `names.name_key`), parsed at most once. Raises as `issuers_of`."""
        for entry in self.manifest.revocation_lists:
            if entry.issuer == issuer:
                if entry.piece.sha256 not in self._lists:
                    self._lists[entry.piece.sha256] = parse_revocation_list(self._read(entry.piece))
                yield self._lists[entry.piece.sha256]

    def _read(self, piece: Piece) -> bytes:
        try:
            return piece.read(self.directory)
        except TrustStoreError as error:
            raise NotPossible(Reason.TRUST_STORE_EMPTY, str(error)) from None
