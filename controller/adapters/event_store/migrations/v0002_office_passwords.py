"""The second shape: staff may have a password for the office pages."""

from __future__ import annotations

from sqlite_utils import Database


def office_passwords(db: Database) -> None:
    """Adds the argon2id hash to a member's badge and PIN; empty for whoever has none."""
    db.execute("ALTER TABLE staff_credentials ADD COLUMN office_hash TEXT NOT NULL DEFAULT ''")
