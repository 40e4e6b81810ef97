"""The derived rows: what is written beside the events, in their transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from controller.ports import (
    ELSEWHERE,
    EndCredentials,
    ForgetCredentials,
    LogError,
    MoveCursor,
    NewEvent,
    PutCommandResult,
    PutCredential,
    PutElsewhere,
    PutOfficePassword,
    PutSnapshot,
    PutStaffCredential,
    RowChange,
)

CHECKPOINT = "CheckpointSealed"


def check_rows(db: Database, events: Sequence[NewEvent], rows: Sequence[RowChange], last_seq: int) -> None:
    """Refuses rows that must not be written, before the transaction begins. Only reads; in the writer's thread nobody
    else writes.

    ``last_seq`` is the last entry there will be after this append. Raises `LogError` with ``credential_taken``,
    ``badge_taken``, ``staff_unknown``, ``command_known``, ``cursor_beyond_log`` or ``snapshot_unsealed``.
    """
    for row in rows:
        match row:
            case PutCredential():
                # A digest that moved to another right would open that right's doors, or say of one right what befell
                # another.
                found = db.execute(
                    "SELECT right_id, ended_reason FROM credentials WHERE digest = ?", [row.digest]
                ).fetchone()
                if found is not None and found not in ((row.right, ""), (row.right, ELSEWHERE)):
                    raise LogError(
                        "credential_taken", f"a credential of {row.right} belongs to another right or has ended"
                    )
            case PutElsewhere():
                # What lives here is not elsewhere, and of another right's code nothing can be said in this one's name.
                found = db.execute(
                    "SELECT right_id, ended_reason FROM credentials WHERE digest = ?", [row.digest]
                ).fetchone()
                if found is not None and (found[0] != row.right or not found[1]):
                    raise LogError("credential_taken", f"a credential of {row.right} belongs to a right of this box")
            case PutStaffCredential():
                found = db.execute(
                    "SELECT staff FROM staff_credentials WHERE badge_digest = ?", [row.badge_digest]
                ).fetchone()
                if found is not None and found[0] != row.staff:
                    raise LogError(
                        "badge_taken", f"the badge of {row.staff} is that of another member of staff already"
                    )
            case PutOfficePassword():
                known = "SELECT 1 FROM staff_credentials WHERE staff = ?"
                if db.execute(known, [row.staff]).fetchone() is None:
                    raise LogError("staff_unknown", f"{row.staff} has no badge, and so no password either")
            case PutCommandResult():
                known = "SELECT 1 FROM command_results WHERE issuer = ? AND command = ?"
                if db.execute(known, [row.issuer, row.command]).fetchone() is not None:
                    raise LogError("command_known", f"command {row.command} of {row.issuer} has its result already")
            case MoveCursor():
                if row.seq > last_seq:
                    raise LogError(
                        "cursor_beyond_log",
                        f"{row.consumer} cannot have entry {row.seq}, the last is {last_seq}",
                        last_seq,
                    )
            case PutSnapshot():
                if not events or not _seals(events[-1], row):
                    raise LogError(
                        "snapshot_unsealed", "a snapshot must come with a CheckpointSealed that carries its hash"
                    )
            case _:
                pass


def write_row(db: Database, row: RowChange, last_seq: int) -> None:
    """Writes ``row``; called inside the transaction that writes the events up to ``last_seq``."""
    match row:
        case PutCredential():
            _put_credential(db, row)
        case PutElsewhere():
            _put_elsewhere(db, row)
        case EndCredentials():
            _end_credentials(db, row)
        case ForgetCredentials():
            db.execute("DELETE FROM credentials WHERE ended_reason != '' AND forget_wall_ms < ?", [row.before_wall_ms])
        case PutStaffCredential():
            db.execute(
                "INSERT INTO staff_credentials (staff, badge_digest, pin_hash) VALUES (?, ?, ?) "
                "ON CONFLICT (staff) DO UPDATE SET badge_digest = excluded.badge_digest, pin_hash = excluded.pin_hash",
                [row.staff, row.badge_digest, row.pin_hash],
            )
        case PutOfficePassword():
            db.execute("UPDATE staff_credentials SET office_hash = ? WHERE staff = ?", [row.password_hash, row.staff])
        case PutCommandResult():
            db.execute(
                "INSERT INTO command_results (issuer, command, result, received_wall_ms) VALUES (?, ?, ?, ?)",
                [row.issuer, row.command, row.result, row.received_wall_ms],
            )
        case MoveCursor():
            db.execute(
                "INSERT INTO cursors (consumer, epoch, seq) VALUES (?, ?, ?) "
                "ON CONFLICT (consumer) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq "
                "WHERE (excluded.epoch, excluded.seq) > (epoch, seq)",
                [row.consumer, row.epoch, row.seq],
            )
        case PutSnapshot():
            # Only the newest is ever used: an older one would need a longer tail, a damaged one must be seen.
            db.execute("DELETE FROM snapshots")
            db.execute(
                "INSERT INTO snapshots (seq, fold_version, state) VALUES (?, ?, ?)",
                [last_seq, row.fold_version, row.state],
            )


def forgets(row: RowChange) -> bool:
    """Whether ``row`` deletes something whose bytes must leave the disk."""
    return isinstance(row, EndCredentials | ForgetCredentials | PutStaffCredential | PutOfficePassword)


def seal(data: Mapping[str, object]) -> tuple[object, object]:
    """What a CheckpointSealed says of its snapshot: hex SHA-256 of the state, version of the fold."""
    return data.get("state_sha256"), data.get("fold_version")


def _seals(event: NewEvent, row: PutSnapshot) -> bool:
    return event.type == CHECKPOINT and seal(event.data) == (hashlib.sha256(row.state).hexdigest(), row.fold_version)


def _put_credential(db: Database, row: PutCredential) -> None:
    db.execute(
        "INSERT INTO credentials (digest, kind, right_id) VALUES (?, ?, ?) "
        "ON CONFLICT (digest) DO UPDATE SET kind = excluded.kind, ended_reason = '', ended_wall_ms = 0, "
        "forget_wall_ms = 0, place = '' WHERE right_id = excluded.right_id",
        [row.digest, row.kind, row.right],
    )
    found = db.execute(
        "SELECT id FROM credentials WHERE digest = ? AND right_id = ?", [row.digest, row.right]
    ).fetchone()
    if found is None:
        raise LogError("credential_taken", f"one append gives a credential of {row.right} to another right too")
    credential = found[0]
    db.execute("DELETE FROM verifiers WHERE credential = ?", [credential])
    for factor, verifier in row.verifiers.items():
        db.execute(
            "INSERT INTO verifiers (credential, factor, verifier) VALUES (?, ?, ?)", [credential, factor, verifier]
        )


def _put_elsewhere(db: Database, row: PutElsewhere) -> None:
    db.execute(
        "INSERT INTO credentials (digest, kind, right_id, ended_reason, ended_wall_ms, forget_wall_ms, place) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET ended_reason = excluded.ended_reason, "
        "ended_wall_ms = excluded.ended_wall_ms, forget_wall_ms = excluded.forget_wall_ms, place = excluded.place",
        [row.digest, row.kind, row.right, ELSEWHERE, row.noted_wall_ms, row.forget_wall_ms, row.place],
    )


def _end_credentials(db: Database, row: EndCredentials) -> None:
    db.execute("DELETE FROM verifiers WHERE credential IN (SELECT id FROM credentials WHERE right_id = ?)", [row.right])
    # The first end counts: a right that was collected is not revoked afterwards.
    db.execute(
        "UPDATE credentials SET ended_reason = ?, ended_wall_ms = ?, forget_wall_ms = ? "
        "WHERE right_id = ? AND ended_reason = ''",
        [row.reason, row.ended_wall_ms, row.forget_wall_ms, row.right],
    )
