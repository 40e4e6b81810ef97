"""Badges, PINs and order barcodes: what staff show and type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.ports import PutStaffCredential
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook
from controller.services.front import Front
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger
from controller.services.residents import is_stale

PinCheck = Callable[[str, str], bool]
"""``(hash, pin) -> bool``: whether the argon2id hash belongs to the PIN. Blocks for some 30 ms; thread-safe."""


class Staff:
    """Staff members at the front."""

    def __init__(
        self,
        actor: Actor,
        book: CredentialBook,
        front: Front,
        refusals: RefusalLedger,
        check_pin: PinCheck,
        one_at_a_time: OneAtATime | None = None,
    ) -> None:
        self._actor = actor
        self._book = book
        self._front = front
        self._refusals = refusals
        self._check_pin = check_pin
        self._one_at_a_time = one_at_a_time or OneAtATime()
        self._registering = asyncio.Lock()

    async def badge(self, text: str, captured_mono_ms: int) -> Refusal | None:
        """A badge was read at the box."""
        if is_stale(captured_mono_ms, self._actor.now().mono_ms):
            return Refusal("stale_scan")
        credential = self._book.badge(text)
        if credential is None:
            return self._refuse(Refusal("badge_unknown"))
        outcome = await self._actor.submit(cmd.PresentBadge(credential.staff, captured_mono_ms))
        return self._refuse(outcome.decision.refusal) if outcome.decision.refusal is not None else None

    async def log_in(self, pin: str) -> Refusal | None:
        """The PIN typed for the badge that was read last: counted durably, then compared."""
        if self._actor.box.badge is None:
            return Refusal("badge_needed")
        tried = await self._actor.submit(cmd.TryStaffPin())
        if tried.decision.refusal is not None:
            return self._refuse(tried.decision.refusal)
        badge = tried.decision.box.badge  # The one that the try was counted for; another may have been read since.
        if badge is None:
            return Refusal("badge_needed")
        stored = self._book.pin_hash(badge.staff)
        matched = stored is not None and await self._one_at_a_time.run(lambda: self._check_pin(stored, pin))
        compared = await self._actor.submit(cmd.StaffPinCompared(badge.staff, matched))
        return self._refuse(compared.decision.refusal) if compared.decision.refusal is not None else None

    async def order(self, text: str, captured_mono_ms: int) -> Refusal | None:
        """The barcode of an order or document was scanned: it opens a compartment for exactly this order."""
        if is_stale(captured_mono_ms, self._actor.now().mono_ms):
            return Refusal("stale_scan")
        outcome = await self._actor.submit(cmd.PresentOrder(text))
        if outcome.decision.refusal is not None:
            refusal = outcome.decision.refusal
            details = {**refusal.details, "order": text}
            place = self._book.order_elsewhere(text) if refusal.code == "load_unknown" else ""
            if place:
                return self._refuse(Refusal("load_other_site", {**details, "place": place}))
            return self._refuse(Refusal(refusal.code, details))
        return None

    async def register(self, staff: str, roles: tuple[str, ...], badge_digest: bytes, pin_hash: str) -> Refusal | None:
        """Registers or replaces a member of staff. A badge is one person's."""
        async with self._registering:
            if self._book.badge_owner(badge_digest) not in ("", staff):
                return Refusal("badge_taken")
            row = PutStaffCredential(staff, badge_digest, pin_hash)
            outcome = await self._actor.submit(cmd.RegisterStaff(staff, roles), (row,))
            return outcome.decision.refusal

    def _refuse(self, refusal: Refusal) -> Refusal:
        self._refusals.note(refusal.code)
        self._front.refuse_staff(refusal.code, refusal.details)
        return refusal
