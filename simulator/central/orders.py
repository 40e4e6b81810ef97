"""The commands that the central system gives, and the codes it makes for them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from controller.domain import verifiers
from simulator.central.store import Store, StoredCommand


class OrderDesk:
    """Makes commands, keeps them in the store, and tells ``nudge`` which box they are for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, box: str, name: str, body: Mapping[str, Any]) -> str:
        """Keeps a command for this box. Returns its id."""
        return self._add(box, name, body).id

    def issue_right(
        self,
        box: str,
        right: str,
        deposits: Sequence[str],
        language: str,
        *,
        not_before_wall_ms: int = 0,
        expires_wall_ms: int = 0,
        birth_date: str = "",
        pin: str = "",
    ) -> tuple[str, str]:
        """Makes a pickup code for these deposits. Returns the command's id and the code's text.

        The box gets SHA-256 of the text, and verifiers that nobody can try without it. Raises ``ValueError`` for a
        birth date or PIN that is none.
        """
        secret = secrets.token_bytes(16)
        token = verifiers.token_text(secret)
        factors = {}
        if birth_date:
            factors["birth_date"] = verifiers.normalise_birth_date(birth_date)
        if pin:
            factors["pin"] = verifiers.normalise_pin(pin)
        credential = {
            "kind": "qr",
            "digest": verifiers.token_digest(token).hex(),
            "verifiers": {
                factor: verifiers.verifier(verifiers.factor_key(secret, right, factor), value).hex()
                for factor, value in factors.items()
            },
        }
        body = {
            "right": right,
            "deposits": list(deposits),
            "language": language,
            "not_before_wall_ms": not_before_wall_ms,
            "expires_wall_ms": expires_wall_ms,
            "credentials": [credential],
        }
        return self._add(box, "right.issue", body, right, token).id, token

    def _add(self, box: str, name: str, body: Mapping[str, Any], right: str = "", token: str = "") -> StoredCommand:
        command = StoredCommand(f"c-{secrets.token_hex(8)}", box, name, body, time.time_ns() // 1_000_000, "open", "")
        self._store.add_command(command, right, token)
        return command
