"""Derived rows: written in the same transaction as the events, and read back at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PutCredential:
    """A pickup credential of a right: the SHA-256 of a QR token, or the keyed hash of an Abholnummer.

    ``kind`` is ``qr`` or ``number``. ``verifiers`` maps a second factor's name to its verifier (mqtt.md), hex: 64
    digits, for a document's chip (``emrtd``, ``eid``) 64 for each spelling of its holder.
    """

    digest: bytes = field(repr=False)
    kind: str
    right: str
    verifiers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndCredentials:
    """The right has ended: its verifiers are deleted at once, its digests stay with the reason until
    ``forget_wall_ms``.
    """

    right: str
    reason: str
    ended_wall_ms: int
    forget_wall_ms: int


#: The reason under which a credential is kept that belongs to another site.
ELSEWHERE = "elsewhere"
#: The kind of a row that is no credential, but the order on an envelope that is to be loaded at another site.
ELSEWHERE_ORDER = "order"


@dataclass(frozen=True, slots=True)
class PutElsewhere:
    """A credential whose envelope lies at another site, in the words of ``place``. It opens nothing here, and is
    remembered like an ended one; it replaces what was remembered of it before. With the kind `ELSEWHERE_ORDER` it is
    the SHA-256 of an order on such an envelope, and ``right`` is empty.
    """

    digest: bytes
    kind: str
    right: str
    place: str
    noted_wall_ms: int
    forget_wall_ms: int


@dataclass(frozen=True, slots=True)
class ForgetCredentials:
    """Ended credentials whose ``forget_wall_ms`` lies before ``before_wall_ms`` are deleted: their digests leave the
    box.
    """

    before_wall_ms: int


@dataclass(frozen=True, slots=True)
class PutStaffCredential:
    """A staff member's badge (SHA-256 of its text) and PIN (argon2id PHC string). Replaces an earlier one."""

    staff: str
    badge_digest: bytes = field(repr=False)
    pin_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutOfficePassword:
    """The password of a member of staff for the office pages (argon2id PHC string). Replaces an earlier one."""

    staff: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PutCommandResult:
    """The result of a command from the central system, kept under the command's id so that a repeated id gets the same
    answer.
    """

    issuer: str
    command: str
    result: str
    received_wall_ms: int


@dataclass(frozen=True, slots=True)
class MoveCursor:
    """A consumer of the log has acknowledged everything up to ``seq`` (inclusive). A cursor never moves back."""

    consumer: str
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class PutSnapshot:
    """The folded state as of the last event of this append (canonical bytes), which carries the same hash in its
    ``CheckpointSealed``.
    """

    state: bytes
    fold_version: int


RowChange = (
    PutCredential
    | PutElsewhere
    | EndCredentials
    | ForgetCredentials
    | PutStaffCredential
    | PutOfficePassword
    | PutCommandResult
    | MoveCursor
    | PutSnapshot
)


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A stored credential as it is read at start. ``ended_reason`` is empty while the right is alive; with `ELSEWHERE`
    comes ``place``.
    """

    digest: bytes = field(repr=False)
    kind: str
    right: str
    verifiers: Mapping[str, str] = field(repr=False)
    ended_reason: str
    ended_wall_ms: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class StaffCredentialRow:
    """``office_hash`` is empty for whoever has no password for the office pages."""

    staff: str
    badge_digest: bytes = field(repr=False)
    pin_hash: str = field(repr=False)
    office_hash: str = field(default="", repr=False)
