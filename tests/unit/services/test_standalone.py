"""Orders and codes where no central system makes them: what is kept, what is told once, and what a file may do."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.domain.decision import Refusal
from controller.domain.model import RightStatus
from controller.domain.pickup_number import digest_of_tag, is_pickup_number, secret_of_tag
from controller.domain.verifiers import factor_key, token_digest, token_secret, verifier
from controller.ports import CredentialRow, HolderTold, ImportOutcome, NewCode, OrderInput
from controller.services.codes import CodeMaker, NumberDigests
from controller.services.credentials import CredentialBook
from controller.services.one_at_a_time import OneAtATime
from controller.services.standalone import LONGEST_IMPORT, Standalone
from hal.wire.holder import spellings
from tests.unit.services.bench import Bench, commissioned

LANGUAGES = frozenset({"de", "ar", "tr"})
SESSION = b"session"


def tag_of(number: str) -> bytes:
    """As long as argon2id's, and quick."""
    return hashlib.sha512(number.encode()).digest()


def stored_digest(digest: bytes) -> bytes:
    return hashlib.sha256(b"device" + digest).digest()


class Alone:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.book = CredentialBook((), ())
        bench.actor.on_row(self.book.written)
        bench.actor.on_event(self.book.follow)
        codes = CodeMaker(NumberDigests(tag_of, stored_digest, OneAtATime()), self.book.knows_digest, spellings)
        self.orders = Standalone(bench.actor, codes, LANGUAGES)

    async def added(self, order: OrderInput) -> NewCode:
        made = await self.orders.add(order)
        assert isinstance(made, NewCode), made
        return made

    def deposit(self, order: str) -> str:
        found = self.bench.box.deposit_for_order(order)
        assert found is not None
        return found.id

    def of_code(self, code: str) -> CredentialRow | None:
        return self.book.with_digest(token_digest(code))

    def of_number(self, number: str) -> CredentialRow | None:
        return self.book.with_digest(stored_digest(digest_of_tag(tag_of(number))))


@asynccontextmanager
async def alone(path: Path) -> AsyncIterator[Alone]:
    async with commissioned(path) as bench:
        yield Alone(bench)


def order(name: str = "PA-01", document_type: str = "Personalausweis", line: int = 2, **more: Any) -> OrderInput:
    values = {"language": "de", "size": "M", "birth_date": "31.12.1990", **more}
    told = {key: values.pop(key) for key in ("birth_date", "pin", "surname", "given_names") if key in values}
    return OrderInput(line, name, document_type, low=False, holder=HolderTold(**told), **values)


async def test_both_credentials_know_the_factor_by_their_own_secret(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        made = await at.added(order())
        by_code, by_number = at.of_code(made.code), at.of_number(made.number)
        assert by_code is not None
        assert by_number is not None
        assert by_code.right == by_number.right
        assert is_pickup_number(made.number)
        for row, secret in ((by_code, token_secret(made.code)), (by_number, secret_of_tag(tag_of(made.number)))):
            key = factor_key(secret, row.right, "birth_date")
            assert row.verifiers == {"birth_date": verifier(key, "19901231").hex()}
        assert at.bench.box.rights[by_code.right].issuer == "standalone"
        for secret_text in (made.code, made.number, "31.12.1990"):
            assert secret_text not in repr(made)
            assert secret_text not in repr(order())


async def test_a_name_becomes_a_verifier_for_each_spelling_and_is_kept_nowhere(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        given = order("FS-01", "Führerschein", surname="Müller", given_names="Jörg")
        made = await at.added(given)
        spelled = spellings("Müller", "Jörg", "19901231")
        assert len(spelled) > 1
        for row, secret in (
            (at.of_code(made.code), token_secret(made.code)),
            (at.of_number(made.number), secret_of_tag(tag_of(made.number))),
        ):
            assert row is not None
            key = factor_key(secret, row.right, "eid")
            assert row.verifiers == {"eid": "".join(verifier(key, one).hex() for one in spelled)}
        assert "Müller" not in repr(made) + repr(given)
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert any(b"eid" in content for content in written)
    for told in ("Müller", "MUELLER", "MULLER", "Jörg", "JOERG", "19901231", "31.12.1990"):
        assert not any(told.encode() in content for content in written)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "name_missing"),
        ({"surname": " ", "given_names": " "}, "name_missing"),
        ({"surname": "王"}, "name_impossible"),
        ({"surname": "Weiß", "birth_date": ""}, "birth_date_missing"),
        ({"surname": "Weiß", "birth_date": "31.2.1990"}, "birth_date_impossible"),
    ],
)
async def test_without_a_name_that_a_document_can_have_there_is_no_code(
    tmp_path: Path, given: dict[str, Any], code: str
) -> None:
    async with alone(tmp_path) as at:
        asked = order("FS-01", "Führerschein", **given)
        if code.endswith("_impossible"):
            assert await at.orders.add(asked) == Refusal(code)
        else:
            assert (await at.added(asked)).code == ""
            assert await at.orders.reissue(at.deposit("FS-01"), asked.holder, "lena") == Refusal(code)


@pytest.mark.parametrize(
    ("document_type", "given", "factor"),
    [
        ("eAT", {"birth_date": ""}, "none"),
        ("Reisepass", {"pin": "4711"}, "pin"),
        ("Führerschein", {"surname": "Weiß"}, "eid"),
    ],
)
async def test_the_policy_says_what_is_asked(
    tmp_path: Path, document_type: str, given: dict[str, Any], factor: str
) -> None:
    async with alone(tmp_path) as at:
        made = await at.added(order("A-11", document_type, **given))
        assert made.code
        assert made.factor == factor
        row = at.of_code(made.code)
        assert row is not None
        assert list(row.verifiers) == ([] if factor == "none" else [factor])


async def test_without_what_is_asked_there_is_an_order_and_no_code(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        made = await at.added(order(birth_date=""))
        assert not made.code
        deposit = at.deposit("PA-01")
        assert not at.bench.box.rights
        assert await at.orders.reissue(deposit, HolderTold(), "lena") == Refusal("birth_date_missing")
        later = await at.orders.reissue(deposit, HolderTold("1.1.1980"), "lena")
        assert isinstance(later, NewCode)
        assert len(at.bench.box.rights) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": "a b"}, "order_malformed"),
        ({"name": "ABHOLFACH-P-1"}, "order_malformed"),
        ({"name": "-AB1"}, "order_malformed"),
        ({"name": "A" * 41}, "order_malformed"),
        ({"document_type": "Kfz"}, "document_type_unknown"),
        ({"size": "XL"}, "size_unknown"),
        ({"language": "tlh"}, "language_unknown"),
        ({"birth_date": "30.02.1990"}, "birth_date_impossible"),
    ],
)
async def test_what_cannot_be_meant_leaves_nothing(tmp_path: Path, change: dict[str, Any], refusal: str) -> None:
    async with alone(tmp_path) as at:
        before = at.bench.box
        assert await at.orders.add(order(**change)) == Refusal(refusal)
        assert at.bench.box == before


async def test_a_new_code_replaces_both_old_credentials_in_one_commit(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        old = await at.added(order())
        begun = len(at.bench.log.appends)
        new = await at.orders.reissue(at.deposit("PA-01"), HolderTold("31.12.1990"), "lena")
        assert isinstance(new, NewCode)
        assert at.bench.log.appends[begun:] == [("CredentialReplaced",)]
        for row in (at.of_code(old.code), at.of_number(old.number)):
            assert row is not None
            assert (row.ended_reason, row.verifiers) == ("replaced", {})
        for row in (at.of_code(new.code), at.of_number(new.number)):
            assert row is not None
            assert row.ended_reason == ""
        reopened = CredentialBook(await at.bench.log.credentials(), ())
        for code, reason in ((old.code, "replaced"), (new.code, "")):
            kept = reopened.with_digest(token_digest(code))
            assert kept is not None
            assert kept.ended_reason == reason


async def test_a_proxy_has_a_right_of_their_own(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        assert await at.orders.issue_proxy("D9", "lena") == Refusal("deposit_unknown")
        holder = await at.added(order())
        deposit = at.deposit("PA-01")
        proxy = await at.orders.issue_proxy(deposit, "lena")
        assert isinstance(proxy, NewCode)
        assert proxy.proxy
        assert len(proxy.pin) == 6
        row, holders = at.of_code(proxy.code), at.of_code(holder.code)
        assert row is not None
        assert holders is not None
        assert row.right != holders.right
        assert list(row.verifiers) == ["pin"]
        assert at.bench.box.rights[row.right].proxy
        assert await at.orders.revoke_proxies(deposit) is None
        assert row.right not in at.bench.box.rights
        assert at.bench.box.rights[holders.right].status is RightStatus.PREPARED
        assert await at.orders.revoke_proxies(deposit) == Refusal("right_unknown")


async def test_a_file_is_counted_first_and_applied_once(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        await at.added(order("PA-01"))
        rows = (
            order("PA-01", line=2, size="L"),
            order("PA-02", line=3),
            order("PA-03", line=4, birth_date=""),
            order("PA-02", line=5),
            order("PA-04", "Kfz", line=6),
        )
        before = at.bench.box.seq
        plan = at.orders.preview(SESSION, rows)
        assert (plan.new, plan.changed, plan.unchanged, plan.codes) == (2, 1, 0, 1)
        assert plan.problems == ((5, "order_twice"), (6, "document_type_unknown"))
        assert at.bench.box.seq == before
        assert await at.orders.apply(b"another", plan.preview, "lena") == Refusal("preview_gone")
        assert await at.orders.apply(SESSION, "guess", "lena") == Refusal("preview_gone")
        done = await at.orders.apply(SESSION, plan.preview, "lena")
        assert not isinstance(done, Refusal)
        assert (done.new, done.changed, [made.orders for made in done.codes]) == (2, 1, [("PA-02",)])
        assert at.bench.box.deposits[at.deposit("PA-01")].size.value == "L"
        assert await at.orders.apply(SESSION, plan.preview, "lena") == Refusal("preview_gone")
        again = at.orders.preview(SESSION, rows[:3])
        assert (again.new, again.changed, again.unchanged) == (0, 0, 3)


async def test_a_preview_is_gone_with_its_session(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        plan = at.orders.preview(SESSION, (order(),))
        at.orders.forget(SESSION)
        assert await at.orders.apply(SESSION, plan.preview, "lena") == Refusal("preview_gone")


async def test_too_many_rows_are_left_out_and_named(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        rows = [order(f"PA-{number}", line=number, birth_date="") for number in range(1, LONGEST_IMPORT + 3)]
        plan = at.orders.preview(SESSION, rows)
        assert plan.new == LONGEST_IMPORT
        assert plan.problems == ((101, "too_many_rows"), (102, "too_many_rows"))


async def test_what_went_on_meanwhile_counts_when_a_file_is_applied(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        await at.added(order("PA-1X"))
        plan = at.orders.preview(SESSION, (order("PA-1X", line=2, size="L"),))
        await at.orders.cancel(at.deposit("PA-1X"))
        done = await at.orders.apply(SESSION, plan.preview, "lena")
        assert not isinstance(done, Refusal)
        assert (done.new, done.changed) == (1, 0), "it is new now"


def family(*names: str, **more: Any) -> tuple[OrderInput, ...]:
    """Rows of one group. The first says whose birth date the code asks for."""
    rows = [order(name, line=2 + number, **more) for number, name in enumerate(names)]
    told = rows[0].holder
    return tuple(
        replace(row, group="Weber", holder=told if number == 0 else HolderTold()) for number, row in enumerate(rows)
    )


async def test_a_group_gets_one_code_over_all_its_envelopes(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        rows = (*family("PA-01", "PA-02", "PA-03"), order("PA-09", line=9))
        plan = at.orders.preview(SESSION, rows)
        assert (plan.new, plan.codes, plan.waiting, plan.problems) == (4, 2, 0, ())
        done = await at.orders.apply(SESSION, plan.preview, "lena")
        assert isinstance(done, ImportOutcome)
        assert [made.orders for made in done.codes] == [("PA-01", "PA-02", "PA-03"), ("PA-09",)]
        row = at.of_code(done.codes[0].code)
        assert row is not None
        right = at.bench.box.rights[row.right]
        assert set(right.deposits) == {at.deposit(name) for name in ("PA-01", "PA-02", "PA-03")}
        groups = {at.bench.box.deposits[name].group for name in right.deposits}
        assert len(groups) == 1
        assert "Weber" not in str(groups), "what a family is called stays in its file"
        assert at.bench.box.deposits[at.deposit("PA-09")].group == ""
        again = at.orders.preview(SESSION, rows)
        assert (again.new, again.unchanged, again.problems) == (0, 4, ())


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"language": "tr"}, {"group_contradictory"}),
        ({"holder": HolderTold("01.01.1980")}, {"group_contradictory"}),
        ({"document_type": "Unfug"}, {"group_incomplete", "document_type_unknown"}),
        ({"order": "PA-01"}, {"group_incomplete", "order_twice"}),
    ],
)
async def test_a_group_that_cannot_be_meant_is_left_out_whole(
    tmp_path: Path, change: dict[str, Any], codes: set[str]
) -> None:
    async with alone(tmp_path) as at:
        first, second = family("PA-01", "PA-02")
        rows = (first, replace(second, **change), order("PA-09", line=9))
        plan = at.orders.preview(SESSION, rows)
        assert {code for _, code in plan.problems} == codes
        assert (plan.new, plan.codes) == (1, 1)


async def test_a_group_is_made_at_once_and_not_bit_by_bit(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        await at.added(order("PA-01"))
        plan = at.orders.preview(SESSION, family("PA-01", "PA-02"))
        assert {code for _, code in plan.problems} == {"group_known"}
        many = family(*(f"PA-1{number}" for number in range(9)))
        assert {code for _, code in at.orders.preview(SESSION, many).problems} == {"group_too_large"}


async def test_a_group_without_what_is_asked_waits_for_its_slip(tmp_path: Path) -> None:
    async with alone(tmp_path) as at:
        rows = family("PA-01", "PA-02", birth_date="")
        plan = at.orders.preview(SESSION, rows)
        assert (plan.new, plan.codes, plan.waiting) == (2, 0, 2)
