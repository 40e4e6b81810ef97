"""Pickup codes and second factors: what a resident shows and types, looked up and compared, then forgotten."""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_pickup import CHIP_FACTORS
from controller.domain.decision import Refusal
from controller.domain.model import Factor, Session
from controller.domain.moment import Moment
from controller.domain.pickup_number import digest_of_tag, is_pickup_number, secret_of_tag
from controller.domain.verifiers import (
    factor_key,
    matches_a_spelling,
    normalise_birth_date,
    normalise_pin,
    verifier,
)
from controller.ports import ELSEWHERE, CredentialRow
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook
from controller.services.front import Front
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger, Throttle

#: A code that was captured longer ago than this belongs to a moment that is over.
STALE_SCAN_MS = 5_000

ENDED_PAGES = {"spent": "collected", "expired": "expired", ELSEWHERE: "other_site", "replaced": "code_unknown"}
NORMALISE: dict[Factor, Callable[[str], str]] = {
    Factor.BIRTH_DATE: normalise_birth_date,
    Factor.PIN: normalise_pin,
}


#: Factors that are compared with a verifier: typed, or read from a document's chip.
FACTOR_NAMES = frozenset(factor.value for factor in (*NORMALISE, *CHIP_FACTORS))


def is_stale(captured_mono_ms: int, now_mono_ms: int) -> bool:
    """Whether a code was captured too long ago, or (by a reader that lies) in the future."""
    return not 0 <= now_mono_ms - captured_mono_ms <= STALE_SCAN_MS


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a typed pickup number is looked up. ``tag_of`` makes its tag with the box's salt (slow, 19 MiB; called in a
    thread, one at a time); ``stored_digest`` keys a tag's digest with the device's key. ``throttle`` is for numbers
    alone: who waves unknown codes does not keep the next person from typing.
    """

    tag_of: Callable[[str], bytes]
    stored_digest: Callable[[bytes], bytes]
    throttle: Throttle
    one_at_a_time: OneAtATime


@dataclass(frozen=True, slots=True)
class _Shown:
    """The credential that a session began with. Its secret is in no text and in no ``repr``."""

    digest: bytes
    secret: bytes = field(repr=False)


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
        numbers: Numbers,
        checkable: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        """``checkable``: the factors that the card readers can verify now."""
        self._checkable = checkable
        self._actor = actor
        self._book = book
        self._front = front
        self._refusals = refusals
        self._throttle = throttle
        self._secret_of = secret_of
        self._numbers = numbers
        self._number_in_hand: asyncio.Task[Refusal | None] | None = None
        self._presented: dict[str, deque[_Shown]] = {}
        self._secrets: dict[str, _Shown] = {}
        actor.on_event(self._happened)
        actor.after_turn(self._offer_numbers)
        self._offer_numbers()

    def _offer_numbers(self) -> None:
        """The pages offer to type a number where numbers are in use."""
        numbers = self._book.has_numbers
        if numbers != self._front.state.numbers:
            self._front.show(replace(self._front.state, numbers=numbers))

    def _happened(self, event: ev.Event, at: Moment) -> None:
        if isinstance(event, ev.SessionStarted):
            (self._numbers.throttle if event.via == "number" else self._throttle).right()
            waiting = self._presented.get(event.right)
            if event.factor in FACTOR_NAMES and waiting:
                self._secrets[event.session] = waiting[0]  # the actor works in the order of asking
        elif isinstance(event, ev.SessionEnded):
            self._secrets.clear()

    async def present(self, text: str, captured_mono_ms: int) -> Refusal | None:
        """A pickup code was read. Whatever is wrong with it, the person gets a page and the log a code."""
        if is_stale(captured_mono_ms, self._actor.now().mono_ms):
            return Refusal("stale_scan")
        row = self._book.pickup(text)
        if row is None:
            # Only what is wrong is slowed down. A scanned code has 128 random bits and is not guessed, so that whoever
            # holds a good one need not wait for what the person before has tried.
            wait_ms = self._throttle.wait_ms()
            if wait_ms:
                return self._refuse(Refusal("slow_down", {"wait_s": -(-wait_ms // 1000)}))
            self._throttle.wrong()
            return self._refuse(Refusal("code_unknown"))
        return await self._present(row, lambda: self._secret_of(text))

    async def enter_number(self, number: str) -> Refusal | None:
        """A pickup number was typed. One at a time: a second tap finds the first in hand."""
        if not is_pickup_number(number):
            # The pages have compared the check digit. Whoever comes here with a wrong one costs nothing and is told so.
            return Refusal("number_typo")
        box = self._actor.box
        if box.session is not None or box.staff_session is not None:
            return Refusal("busy", {"holder": box.lease.value})
        if self._number_in_hand is not None and not self._number_in_hand.done():
            return Refusal("busy", {"holder": box.lease.value})
        # In a task of its own: whoever hangs up does not escape the pause that a wrong number costs.
        self._number_in_hand = asyncio.create_task(self._look_up(number), name="pickup number")
        return await asyncio.shield(self._number_in_hand)

    async def _look_up(self, number: str) -> Refusal | None:
        tag = await self._tag_of(number)
        if isinstance(tag, Refusal):
            return self._refuse(tag)
        row = self._book.with_digest(self._numbers.stored_digest(digest_of_tag(tag)))
        if row is None or row.kind != "number":
            self._numbers.throttle.wrong()
            return self._refuse(Refusal("code_unknown"))
        return await self._present(row, lambda: secret_of_tag(tag))

    async def _tag_of(self, number: str) -> bytes | Refusal:
        """Twelve digits can be guessed, 128 bits cannot: here a good one waits too, or guesses could be told apart."""
        wait_ms = self._numbers.throttle.wait_ms()
        if wait_ms:
            return Refusal("slow_down", {"wait_s": -(-wait_ms // 1000)})
        return await self._numbers.one_at_a_time.run(lambda: self._numbers.tag_of(number))

    async def _present(self, row: CredentialRow, secret: Callable[[], bytes]) -> Refusal | None:
        if row.ended_reason:
            page = ENDED_PAGES.get(row.ended_reason, "counter")
            return self._refuse(Refusal(page, {"date_wall_ms": row.ended_wall_ms, "place": row.place}))
        # The secret is here before its session begins and goes with the answer: a reader that hangs up meanwhile leaves
        # a session behind whose second factor can still be compared.
        right = self._actor.box.rights.get(row.right)
        self._presented.setdefault(row.right, deque()).append(_Shown(row.digest, secret()))
        presented = cmd.PresentCredential(row.right, row.kind, tuple(row.verifiers), self._checkable())
        asked = self._actor.post(presented)
        asked.add_done_callback(lambda _: self._forget_presented(row.right))
        outcome = await asyncio.shield(asked)
        refusal = outcome.decision.refusal
        return self._refuse(refusal, right.language if right is not None else "") if refusal is not None else None

    def _forget_presented(self, right: str) -> None:
        waiting = self._presented[right]
        waiting.popleft()
        if not waiting:
            del self._presented[right]

    def _refuse(self, refusal: Refusal, language: str = "") -> Refusal:
        self._refusals.note(refusal.code)
        self._front.refuse_resident(refusal.code, refusal.details, language)
        return refusal

    async def enter_factor(self, session_id: str, value: str) -> Refusal | None:
        """Counts the try durably, then compares in constant time."""
        session = self._actor.box.session
        shown = self._secrets.get(session_id)
        if session is None or session.id != session_id or shown is None or session.factor not in NORMALISE:
            return Refusal("no_session")
        if self._front.state.comparing:
            return Refusal("wrong_phase")  # A second tap: the first is not answered yet.
        self._front.show(replace(self._front.state, comparing=True))
        try:
            return await self._count_and_compare(session, shown, value)
        finally:
            self._front.show(replace(self._front.state, comparing=False))

    async def _count_and_compare(self, session: Session, shown: _Shown, value: str) -> Refusal | None:
        tried = await self._actor.submit(cmd.TryFactor(session.id))
        if tried.decision.refusal is not None:
            return tried.decision.refusal
        matched = self._matches(session.right, session.factor, shown, value)
        compared = await self._actor.submit(cmd.FactorCompared(session.id, matched))
        if compared.decision.refusal is not None:
            self._refusals.note(compared.decision.refusal.code)
        return compared.decision.refusal

    def match_key(self, session_id: str) -> bytes | None:
        """What the holder of a document is keyed with, in this session alone (32 bytes)."""
        session, shown = self._actor.box.session, self._secrets.get(session_id)
        if session is None or session.id != session_id or shown is None or session.factor not in CHIP_FACTORS:
            return None
        return factor_key(shown.secret, session.right, session.factor.value)

    def matches_document(self, session_id: str, verifiers: Iterable[bytes]) -> bool:
        """Whether a document whose holder has these verifiers is that of this session's person."""
        session, shown = self._actor.box.session, self._secrets.get(session_id)
        if session is None or session.id != session_id or shown is None:
            return False
        return matches_a_spelling(self._book.verifiers(shown.digest).get(session.factor.value, ""), verifiers)

    def _matches(self, right: str, factor: Factor, shown: _Shown, value: str) -> bool:
        stored = self._book.verifiers(shown.digest).get(factor.value, "")
        try:
            normalised = NORMALISE[factor](value)
        except ValueError:
            return False
        computed = verifier(factor_key(shown.secret, right, factor.value), normalised).hex()
        return hmac.compare_digest(computed, stored)
