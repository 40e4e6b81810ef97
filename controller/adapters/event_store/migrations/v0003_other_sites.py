"""The third shape: credentials whose envelope lies at another site say where."""

from __future__ import annotations

from sqlite_utils import Database


def other_sites(db: Database) -> None:
    """``place``: what the page says; empty but for credentials whose reason is ``elsewhere``."""
    db.execute("ALTER TABLE credentials ADD COLUMN place TEXT NOT NULL DEFAULT ''")
