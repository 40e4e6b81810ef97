"""What the box knows of credentials, in memory: pickup codes by digest, badges by digest, and what became of ended
ones.

The tables beside the log are the truth; this book is filled from them at start and follows the events. No code, PIN or
birth date is ever kept here: only digests and verifiers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.ports import (
    ELSEWHERE,
    ELSEWHERE_ORDER,
    CredentialRow,
    EndCredentials,
    PutCredential,
    PutElsewhere,
    PutOfficePassword,
    PutStaffCredential,
    RowChange,
    StaffCredentialRow,
)
from controller.services.derived_rows import REMEMBER_ENDED_MS


def digest_of(text: str) -> bytes:
    """SHA-256 of a code's text; the texts carry 128 random bits, so that nothing is gained by salt."""
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class StaffCredential:
    """A badge's owner and the argon2id hashes of the PIN and of the password for the office (empty: none)."""

    staff: str
    pin_hash: str
    office_hash: str = ""


def _over(row: CredentialRow, now_wall_ms: int) -> bool:
    return bool(row.ended_reason) and row.ended_wall_ms + REMEMBER_ENDED_MS < now_wall_ms


class CredentialBook:
    """Lookups by digest. One event loop."""

    def __init__(self, credentials: Iterable[CredentialRow], staff: Iterable[StaffCredentialRow]) -> None:
        self._pickup = {row.digest: row for row in credentials}
        self.has_numbers = self._any_number()
        """Whether any credential here, alive or remembered, is one that people type."""
        self._staff = {row.badge_digest: StaffCredential(row.staff, row.pin_hash, row.office_hash) for row in staff}

    def _any_number(self) -> bool:
        return any(row.kind == "number" for row in self._pickup.values())

    def pickup(self, text: str) -> CredentialRow | None:
        """The credential that a pickup code belongs to, alive or ended."""
        return self._pickup.get(digest_of(text))

    def with_digest(self, digest: bytes) -> CredentialRow | None:
        """The credential of this digest, alive, ended or of another site."""
        return self._pickup.get(digest)

    def order_elsewhere(self, order: str) -> str:
        """The site to which an envelope with this order belongs, as the central system wrote it; empty: not known."""
        row = self._pickup.get(digest_of(order))
        return row.place if row is not None and row.kind == ELSEWHERE_ORDER else ""

    def knows_digest(self, digest: bytes) -> bool:
        return digest in self._pickup

    def knows_right(self, right: str) -> bool:
        """Whether a right of this id has a credential here, alive or ended: an id is never given twice. One that was
        another site's until now is none of ours.
        """
        return any(row.right == right and row.ended_reason != ELSEWHERE for row in self._pickup.values())

    def verifiers(self, digest: bytes) -> Mapping[str, str]:
        """By factor, those of this one credential: a right's other credential keys others."""
        row = self._pickup.get(digest)
        return row.verifiers if row is not None else {}

    def badge(self, text: str) -> StaffCredential | None:
        return self._staff.get(digest_of(text))

    def badge_owner(self, digest: bytes) -> str:
        """Whose badge this is; empty when nobody's."""
        credential = self._staff.get(digest)
        return credential.staff if credential is not None else ""

    def pin_hash(self, staff: str) -> str | None:
        for credential in self._staff.values():
            if credential.staff == staff:
                return credential.pin_hash
        return None

    def office_hash(self, staff: str) -> str:
        """Empty for whoever has no password, and for nobody."""
        return next((known.office_hash for known in self._staff.values() if known.staff == staff), "")

    def written(self, row: RowChange) -> None:
        """A row was written beside the log. Called by the actor and not by whoever asked for it: that one may have
        gone away while the commit took its time, and the book must know all the same what the tables know.
        """
        if isinstance(row, PutCredential | PutElsewhere) and row.kind == "number":
            self.has_numbers = True
        if isinstance(row, PutCredential):
            self._pickup[row.digest] = CredentialRow(row.digest, row.kind, row.right, row.verifiers, "", 0)
        elif isinstance(row, PutElsewhere):
            self._pickup[row.digest] = CredentialRow(
                row.digest, row.kind, row.right, {}, ELSEWHERE, row.noted_wall_ms, row.place
            )
        elif isinstance(row, PutStaffCredential):
            office_hash = self.office_hash(row.staff)
            self._staff = {digest: known for digest, known in self._staff.items() if known.staff != row.staff}
            self._staff[row.badge_digest] = StaffCredential(row.staff, row.pin_hash, office_hash)
        elif isinstance(row, PutOfficePassword):
            self._staff = {
                digest: replace(known, office_hash=row.password_hash) if known.staff == row.staff else known
                for digest, known in self._staff.items()
            }
        elif isinstance(row, EndCredentials):
            self._end(row.right, row.reason, row.ended_wall_ms)

    def due_to_forget(self, now_wall_ms: int) -> bool:
        """Whether any ended credential has been remembered long enough."""
        return any(_over(row, now_wall_ms) for row in self._pickup.values())

    def forget(self, now_wall_ms: int) -> None:
        """Drops those: their rows are gone."""
        self._pickup = {digest: row for digest, row in self._pickup.items() if not _over(row, now_wall_ms)}
        self.has_numbers = self._any_number()

    def follow(self, event: ev.Event, at: Moment) -> None:
        """An event was appended: credentials of an ended right keep their digest and the reason, nothing else."""
        if isinstance(event, ev.RightEnded):
            self._end(event.right, event.end, at.wall_ms)

    def _end(self, right: str, reason: str, ended_wall_ms: int) -> None:
        for digest, row in self._pickup.items():
            if row.right == right and not row.ended_reason:
                self._pickup[digest] = replace(row, verifiers={}, ended_reason=reason, ended_wall_ms=ended_wall_ms)
