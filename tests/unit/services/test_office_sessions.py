"""Office sessions: passwords, their end by time, and what guessing costs. The password hash is argon2id's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import Role
from controller.ports import PutStaffCredential
from controller.services.credentials import CredentialBook
from controller.services.office_sessions import (
    ABSOLUTE_MS,
    IDLE_MS,
    LOCK_AFTER,
    LOCKED_MS,
    MOST_SESSIONS,
    OfficeSessions,
)
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger
from tests.unit.services.bench import Bench, commissioned

PASSWORD = "correct horse battery staple"
WRONG = "wrong"


class Desk:
    """Sessions over a real log. ``hash`` of a password is the password backwards: how argon2id is checked is tested
    with the pages.
    """

    def __init__(self, bench: Bench, book: CredentialBook) -> None:
        self.bench = bench
        self.checked: list[str] = []
        refusals = RefusalLedger(bench.actor, bench.clock.mono_ms)
        self.sessions = OfficeSessions(
            bench.actor, book, refusals, self.check, bench.clock.mono_ms, "nobody's", OneAtATime()
        )

    def check(self, stored: str, password: str) -> bool:
        self.checked.append(stored)
        return stored == password[::-1]

    async def log_in(self, staff: str = "sabine", password: str = PASSWORD) -> str:
        begun = await self.sessions.log_in(staff, password)
        assert isinstance(begun, str), begun
        return begun

    async def refused(self, staff: str = "sabine", password: str = WRONG) -> Refusal:
        """The next try, as soon as one may be made."""
        refusal = await self.sessions.log_in(staff, password)
        assert isinstance(refusal, Refusal)
        if refusal.code == "slow_down":
            self.bench.clock.advance(int(refusal.details["wait_s"]) * 1000)
            return await self.refused(staff, password)
        return refusal


@asynccontextmanager
async def office(path: Path) -> AsyncIterator[Desk]:
    async with commissioned(path) as bench:
        book = CredentialBook((), ())
        bench.actor.on_row(book.written)
        for number, staff in enumerate(("sabine", "lena")):
            roles = ("supervisor",) if staff == "sabine" else ("loader",)
            await bench.done(cmd.RegisterStaff(staff, roles), PutStaffCredential(staff, bytes([number]) * 32, "pin"))
        desk = Desk(bench, book)
        assert await desk.sessions.set_password("sabine", PASSWORD[::-1]) is None
        yield desk


async def test_a_session_is_its_tokens_alone(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        token = await desk.log_in()
        member = desk.sessions.member(token)
        assert member is not None
        assert (member.staff, member.roles) == ("sabine", (Role.SUPERVISOR,))
        for other in ("", token[:-1], token + "x", token.swapcase()):
            assert desk.sessions.member(other) is None
        assert await desk.log_in() != token
        desk.sessions.log_out(token)
        assert desk.sessions.member(token) is None


@pytest.mark.parametrize("by_a_person", [True, False])
async def test_a_session_ends_when_nobody_does_anything(tmp_path: Path, by_a_person: bool) -> None:
    async with office(tmp_path) as desk:
        token = await desk.log_in()
        for _ in range(4):
            desk.bench.clock.advance(IDLE_MS // 3)
            alive = desk.sessions.member(token, by_a_person=by_a_person) is not None
        assert alive == by_a_person, "a page that asks by itself keeps no session alive"


async def test_a_session_ends_with_the_day(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        token = await desk.log_in()
        for _ in range(ABSOLUTE_MS // (IDLE_MS // 2) - 1):
            desk.bench.clock.advance(IDLE_MS // 2)
            assert desk.sessions.member(token) is not None
        desk.bench.clock.advance(IDLE_MS // 2)
        assert desk.sessions.member(token) is None


async def test_ten_wrong_passwords_lock_that_name_for_a_while_and_no_other(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        assert await desk.sessions.set_password("lena", PASSWORD[::-1]) is None
        codes = [(await desk.refused()).code for _ in range(LOCK_AFTER)]
        assert codes == ["login_wrong"] * LOCK_AFTER
        assert (await desk.refused(password=PASSWORD)).code == "office_locked"
        await desk.log_in("lena")
        assert not desk.bench.box.staff["sabine"].locked, "the badge at the box is another matter"
        desk.bench.clock.advance(LOCKED_MS)
        assert (await desk.refused()).code == "login_wrong"
        desk.bench.clock.advance(60_000)
        await desk.log_in()


async def test_the_right_password_forgives_the_wrong_ones(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        for _ in range(3):
            for _ in range(LOCK_AFTER - 1):
                await desk.refused()
            desk.bench.clock.advance(60_000)
            await desk.log_in()


async def test_nobody_learns_which_names_there_are(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        for staff in ("sabine", "lena", "nobody", "", "x" * 5000):
            assert await desk.refused(staff) == Refusal("login_wrong")
        assert len(desk.checked) == 5, "for each a hash was compared"
        for _ in range(LOCK_AFTER - 1):
            await desk.refused("nobody")
        assert (await desk.refused("nobody")).code == "office_locked", "locked like anybody"


async def test_made_up_names_do_not_push_a_count_out(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        for _ in range(LOCK_AFTER):
            await desk.refused()
        for number in range(600):
            await desk.sessions.log_in(f"made-up-{number}", "x")
        assert (await desk.refused(password=PASSWORD)).code == "office_locked"


async def test_a_new_password_ends_the_sessions_of_the_old_one(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        token = await desk.log_in()
        assert await desk.sessions.set_password("sabine", "other"[::-1]) is None
        assert desk.sessions.member(token) is None
        await desk.log_in(password="other")
        assert await desk.sessions.set_password("nobody", "x") == Refusal("staff_unknown")


async def test_roles_are_those_of_now(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        token = await desk.log_in()
        await desk.bench.done(cmd.RegisterStaff("sabine", ("auditor",)))
        member = desk.sessions.member(token)
        assert member is not None
        assert member.roles == (Role.AUDITOR,)


async def test_sessions_are_bounded(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        ended: list[bytes] = []
        listener: Callable[[bytes], None] = ended.append
        desk.sessions.on_end(listener)
        tokens = []
        for _ in range(MOST_SESSIONS + 3):
            tokens.append(await desk.log_in())
            desk.bench.clock.advance(10)
        assert [desk.sessions.member(token) is not None for token in tokens] == [False] * 3 + [True] * MOST_SESSIONS
        assert len(ended) == 3


async def test_too_long_a_password_is_not_hashed(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        assert (await desk.refused(password="x" * 100_000)).code == "login_wrong"
        assert not desk.checked
