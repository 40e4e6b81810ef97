"""Pickup codes and second factors: what a resident shows and types, looked up and compared, then forgotten."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decision import Refusal
from controller.domain.model import Factor
from controller.domain.moment import Moment
from controller.domain.verifiers import factor_key, normalise_birth_date, normalise_pin, verifier
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook
from controller.services.front import Front
from controller.services.refusals import RefusalLedger, Throttle

#: A code that was captured longer ago than this belongs to a moment that is over.
STALE_SCAN_MS = 5_000

ENDED_PAGES = {"spent": "collected", "expired": "expired"}
NORMALISE: dict[Factor, Callable[[str], str]] = {
    Factor.BIRTH_DATE: normalise_birth_date,
    Factor.PIN: normalise_pin,
}


class Residents:
    """Presents credentials to the rules. The secret of a running session stays here, in memory, until the session ends:
    second factors are keyed by it.
    """

    def __init__(
        self,
        actor: Actor,
        book: CredentialBook,
        front: Front,
        refusals: RefusalLedger,
        throttle: Throttle,
        secret_of: Callable[[str], bytes],
    ) -> None:
        self._actor = actor
        self._book = book
        self._front = front
        self._refusals = refusals
        self._throttle = throttle
        self._secret_of = secret_of
        self._secrets: dict[str, bytes] = {}
        actor.on_event(self._happened)

    def _happened(self, event: ev.Event, at: Moment) -> None:
        if isinstance(event, ev.SessionEnded):
            self._secrets.clear()

    async def present(self, text: str, captured_mono_ms: int) -> Refusal | None:
        """A pickup code was read. Whatever is wrong with it, the person gets a page and the log a code."""
        if abs(self._actor.now().mono_ms - captured_mono_ms) > STALE_SCAN_MS:
            return Refusal("stale_scan")
        wait_ms = self._throttle.wait_ms()
        if wait_ms:
            return self._refuse(Refusal("slow_down", {"wait_s": -(-wait_ms // 1000)}))
        row = self._book.pickup(text)
        if row is None:
            self._throttle.wrong()
            return self._refuse(Refusal("code_unknown"))
        self._throttle.right()
        if row.ended_reason:
            page = ENDED_PAGES.get(row.ended_reason, "counter")
            return self._refuse(Refusal(page, {"date_wall_ms": row.ended_wall_ms}))
        outcome = await self._actor.submit(cmd.PresentCredential(row.right, row.kind, tuple(row.verifiers)))
        if outcome.decision.refusal is not None:
            return self._refuse(outcome.decision.refusal)
        for event in outcome.decision.events:
            if isinstance(event, ev.SessionStarted) and event.factor in (Factor.BIRTH_DATE, Factor.PIN):
                self._secrets[event.session] = self._secret_of(text)
        return None

    def _refuse(self, refusal: Refusal) -> Refusal:
        self._refusals.note(refusal.code)
        self._front.refuse_resident(refusal.code, refusal.details)
        return refusal

    async def enter_factor(self, session_id: str, value: str) -> Refusal | None:
        """Counts the try durably, then compares in constant time."""
        session = self._actor.box.session
        secret = self._secrets.get(session_id)
        if session is None or session.id != session_id or secret is None or session.factor not in NORMALISE:
            return Refusal("no_session")
        tried = await self._actor.submit(cmd.TryFactor(session_id))
        if tried.decision.refusal is not None:
            return tried.decision.refusal
        matched = self._matches(session.right, session.factor, secret, value)
        compared = await self._actor.submit(cmd.FactorCompared(session_id, matched))
        if compared.decision.refusal is not None:
            self._refusals.note(compared.decision.refusal.code)
        return compared.decision.refusal

    def _matches(self, right: str, factor: Factor, secret: bytes, value: str) -> bool:
        stored = self._book.verifiers(right).get(factor.value, "")
        try:
            normalised = NORMALISE[factor](value)
        except ValueError:
            return False
        computed = verifier(factor_key(secret, right, factor.value), normalised).hex()
        return hmac.compare_digest(computed, stored)


class OneAtATime:
    """Runs blocking work in a thread, one piece at a time: PIN hashes take 19 MiB each."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def run(self, work: Callable[[], bool]) -> bool:
        async with self._lock:
            return await asyncio.to_thread(work)
