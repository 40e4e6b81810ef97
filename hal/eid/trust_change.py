"""What every change of a trust store has in common."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from hal.eid import trust_files
from hal.eid.trust_manifest import Anchor, Manifest, MasterListEntry, Piece, RevocationEntry, TrustStoreError
from hal.eid.trust_store import TrustStore

#: How far another's clock may be ahead of ours.
_CLOCKS_APART = timedelta(days=1)


def commit(
    store: TrustStore,
    *,
    anchors: tuple[Anchor, ...] | None = None,
    master_lists: tuple[MasterListEntry, ...] | None = None,
    revocation_lists: tuple[RevocationEntry, ...] | None = None,
) -> None:
    """Puts a new manifest in place of that of ``store``, unless nothing changed. Raises OSError."""
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


def older_list(what: str, stored: datetime, given: datetime) -> TrustStoreError:
    """The refusal of a list that is older than the one that it would replace."""
    return TrustStoreError(
        "older_list",
        f"{what} in the store is of {stored:%Y-%m-%d %H:%M}, this one of {given:%Y-%m-%d %H:%M};"
        " --older imports it all the same",
    )


def check_not_ahead(moment: datetime, at: datetime) -> None:
    """Raises `TrustStoreError` (``clock_wrong``) when something was signed later than now."""
    if moment > at + _CLOCKS_APART:
        raise TrustStoreError(
            "clock_wrong", f"signed on {moment:%Y-%m-%d}, but here it is {at:%Y-%m-%d}: set the clock"
        )


def whole(name: str, content: bytes) -> Piece:
    """The piece that is a whole object."""
    return Piece(name, 0, len(content), hashlib.sha256(content).hexdigest())
