"""Who works in the office: passwords, the sessions of browsers, and how guessing is slowed down.

Sessions live in memory and end with the process. A session is no badge: nothing that it may ask for opens a door.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.ports import OfficeMember, PutOfficePassword
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger, Throttle

PasswordCheck = Callable[[str, str], bool]
"""``(hash, password) -> bool``. Blocks for some 30 ms; thread-safe."""

IDLE_MS = 600_000
ABSOLUTE_MS = 8 * 3_600_000
LOCK_AFTER = 10
LOCKED_MS = 900_000
#: Browsers at once; the one that was idle for longest has to log in again when there are more.
MOST_SESSIONS = 32
#: Names whose wrong passwords are remembered. There are fewer members of staff; the rest are made up.
MOST_ACCOUNTS = 256
#: Logins that wait for their turn (each takes 19 MiB, one at a time); more are told to come again.
MOST_WAITING = 8
LONGEST_PASSWORD = 200


@dataclass(slots=True)
class _Account:
    """Wrong passwords in a row for one name, whether or not anybody has that name."""

    throttle: Throttle
    wrong: int = 0
    locked_until_mono_ms: int = 0


@dataclass(frozen=True, slots=True)
class _Session:
    staff: str
    since_mono_ms: int
    seen_mono_ms: int
    hash: str = field(repr=False)
    """Of the password that it began with: a new one ends the sessions of the old."""


class OfficeSessions:
    """One event loop."""

    def __init__(
        self,
        actor: Actor,
        book: CredentialBook,
        refusals: RefusalLedger,
        check: PasswordCheck,
        mono_ms: Callable[[], int],
        unknown_hash: str,
        one_at_a_time: OneAtATime,
    ) -> None:
        """``unknown_hash`` is compared with when nobody has the name: that takes as long as when somebody has."""
        self._actor = actor
        self._book = book
        self._refusals = refusals
        self._check = check
        self._mono_ms = mono_ms
        self._unknown_hash = unknown_hash
        self._one_at_a_time = one_at_a_time
        self._waiting = 0
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._sessions: dict[bytes, _Session] = {}
        self._ended: list[Callable[[bytes], None]] = []

    def on_end(self, listener: Callable[[bytes], None]) -> None:
        """``listener`` is called with `session_key` of a token whose session is over."""
        self._ended.append(listener)

    async def set_password(self, staff: str, password_hash: str) -> Refusal | None:
        """A new password, from the administrator. It ends this person's sessions and their lock."""
        if staff not in self._actor.box.staff:
            return Refusal("staff_unknown")
        row = PutOfficePassword(staff, password_hash)
        outcome = await self._actor.submit(cmd.NoteOfficePassword(staff), (row,))
        if outcome.decision.refusal is None:
            self._accounts.pop(staff, None)
        return outcome.decision.refusal

    async def log_in(self, staff: str, password: str) -> str | Refusal:
        """The token of a new session. Refused: ``login_wrong``, ``slow_down`` (``wait_s``), ``office_locked``.

        Wrong passwords are counted by the name that was typed, so that nobody learns whether it exists; ten in a row
        lock that name here for a quarter of an hour, and never that person's badge at the box.
        """
        account = self._account(staff)
        now = self._mono_ms()
        if now < account.locked_until_mono_ms:
            return self._refuse("office_locked", -(-(account.locked_until_mono_ms - now) // 1000))
        wait_ms = account.throttle.wait_ms()
        if wait_ms or self._waiting >= MOST_WAITING:
            return self._refuse("slow_down", max(1, -(-wait_ms // 1000)))
        # Counted before it is compared: whoever hangs up has tried all the same, and so have many at once.
        account.wrong += 1
        account.throttle.wrong()
        if account.wrong >= LOCK_AFTER:
            account.locked_until_mono_ms = now + LOCKED_MS
        known = self._book.office_hash(staff)
        if not await self._matches(known or self._unknown_hash, password) or not known:
            return self._refuse("login_wrong")
        account.wrong, account.locked_until_mono_ms = 0, 0
        account.throttle.right()
        outcome = await self._actor.submit(cmd.NoteOfficeLogin(staff))
        if outcome.decision.refusal is not None:
            return outcome.decision.refusal
        return self._begin(staff, known)

    async def _matches(self, known: str, password: str) -> bool:
        self._waiting += 1
        try:
            return len(password) <= LONGEST_PASSWORD and await self._one_at_a_time.run(
                lambda: self._check(known, password)
            )
        finally:
            self._waiting -= 1

    def _account(self, name: str) -> _Account:
        name = name[:64]
        account = self._accounts.setdefault(name, _Account(Throttle(self._mono_ms)))
        self._accounts.move_to_end(name)
        if len(self._accounts) > MOST_ACCOUNTS:
            # Made-up names make room for each other; they never push a real one's count out.
            made_up = next((known for known in self._accounts if known not in self._actor.box.staff), None)
            if made_up is not None:
                del self._accounts[made_up]
        if account.locked_until_mono_ms and self._mono_ms() >= account.locked_until_mono_ms:
            account.wrong, account.locked_until_mono_ms = 0, 0
        return account

    def _refuse(self, code: str, wait_s: int = 0) -> Refusal:
        self._refusals.note(f"office_{code}" if not code.startswith("office_") else code)
        return Refusal(code, {"wait_s": wait_s} if wait_s else {})

    def _begin(self, staff: str, password_hash: str) -> str:
        token = secrets.token_urlsafe(32)
        now = self._mono_ms()
        self._drop_ended(now)
        while len(self._sessions) >= MOST_SESSIONS:
            self._end(min(self._sessions, key=lambda key: self._sessions[key].seen_mono_ms))
        self._sessions[session_key(token)] = _Session(staff, now, now, password_hash)
        return token

    def member(self, token: str, *, by_a_person: bool = True) -> OfficeMember | None:
        """Whose token this is and what they may do now; None when the session is over. A page that asks by itself does
        not keep a session alive.
        """
        now = self._mono_ms()
        self._drop_ended(now)
        key = session_key(token)
        session = self._sessions.get(key)
        if session is None:
            return None
        known = self._actor.box.staff.get(session.staff)
        if known is None:
            return None
        if by_a_person:
            self._sessions[key] = replace(session, seen_mono_ms=now)
        return OfficeMember(known.id, known.roles)

    def log_out(self, token: str) -> None:
        """Ends the session, if there is one."""
        self._end(session_key(token))

    def _drop_ended(self, now: int) -> None:
        for key, session in tuple(self._sessions.items()):
            idle = now - session.seen_mono_ms >= IDLE_MS
            over = now - session.since_mono_ms >= ABSOLUTE_MS
            if idle or over or self._book.office_hash(session.staff) != session.hash:
                self._end(key)

    def _end(self, key: bytes) -> None:
        if self._sessions.pop(key, None) is not None:
            for listener in self._ended:
                listener(key)


def session_key(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
