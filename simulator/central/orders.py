"""The commands that the central system gives, and the codes it makes for them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.central.store import Store, StoredCommand
from simulator.pickup_codes import Codes, Holder, new_codes


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
        holder: Holder | None = None,
        checked_by: str = "",
        salt: bytes | None = None,
    ) -> tuple[str, Codes]:
        """Makes a pickup code for these deposits, and with the box's ``salt`` a number to type. ``checked_by``: it is
        for somebody who collects for somebody else, and this is who checked that. Returns the command's id and the
        codes.

        Raises ``ValueError`` for a birth date, PIN or name that is none.
        """
        codes = new_codes(right, holder or Holder(), salt)
        body = {
            "right": right,
            "deposits": list(deposits),
            "language": language,
            "not_before_wall_ms": not_before_wall_ms,
            "expires_wall_ms": expires_wall_ms,
            "credentials": list(codes.credentials),
        }
        if checked_by:
            body |= {"proxy": True, "checked_by": checked_by}
        return self._add(box, "right.issue", body, right, codes).id, codes

    def send_elsewhere(
        self, box: str, right: str, place: str, digests: Sequence[Mapping[str, str]], orders: Sequence[str] = ()
    ) -> str:
        """Tells a box that what this right is for lies at another site. ``digests``: ``{"kind", "digest"}`` of its
        credentials; ``orders``: those of its envelopes. Returns the command's id.
        """
        body = {"right": right, "place": place, "credentials": list(digests), "orders": list(orders)}
        return self.add(box, "right.elsewhere", body)

    def _add(
        self, box: str, name: str, body: Mapping[str, Any], right: str = "", codes: Codes | None = None
    ) -> StoredCommand:
        command = StoredCommand(f"c-{secrets.token_hex(8)}", box, name, body, time.time_ns() // 1_000_000, "open", "")
        self._store.add_command(command, right, codes.token if codes else "", codes.number if codes else "")
        return command
