"""Commands of the central system: carried out once, answered again, refused with a code."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest

from controller.domain import commands as cmd
from controller.domain.commands import CentralCommand
from controller.domain.pickup_number import keyed_digest
from controller.ports import ELSEWHERE, ELSEWHERE_ORDER, CommandAnswer, PutCredential, PutElsewhere
from controller.services.central import CentralService, CommandMalformed
from controller.services.credentials import CredentialBook
from controller.services.derived_rows import REMEMBER_ENDED_MS
from controller.services.forgetting import Forgetting
from tests.unit.services.bench import Bench, soon


def keyed(digest: bytes) -> bytes:
    """What a device's key does to the digest of a pickup number."""
    return keyed_digest(b"k" * 32, digest)


class Link:
    """What the MQTT link sees."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.full = False
        self.book = CredentialBook((), ())
        bench.actor.on_row(self.book.written)
        bench.actor.on_event(self.book.follow)
        self.service = CentralService(
            bench.actor, bench.log, self.book, _parse, {"box": "box-1"}, dict, lambda: self.full, 1, keyed
        )

    async def issue(self, command: str, right: str, digest: bytes) -> CommandAnswer:
        return await self.service.execute("central", command, "issue", {"right": right, "digest": digest})

    async def elsewhere(
        self,
        command: str,
        right: str,
        digest: bytes,
        place: str = "Rathaus Nord",
        orders: tuple[PutElsewhere, ...] = (),
    ) -> CommandAnswer:
        body = {"right": right, "digest": digest, "place": place, "orders": orders}
        return await self.service.execute("central", command, "elsewhere", body)

    async def stored(self, digest: bytes) -> tuple[str, str]:
        """Reason and place of a credential, in the book and on the disk alike."""
        row = self.book.with_digest(digest)
        assert row is not None
        assert next(each for each in await self.bench.log.credentials() if each.digest == digest) == row
        return row.ended_reason, row.place


def _parse(
    name: str, issuer: str, command: str, body: Mapping[str, object]
) -> tuple[CentralCommand, tuple[PutCredential | PutElsewhere, ...]]:
    if name not in ("issue", "elsewhere"):
        raise CommandMalformed("command_unknown", "no such command")
    right, digest, kind = str(body["right"]), body["digest"], str(body.get("kind", "qr"))
    assert isinstance(digest, bytes)
    if name == "elsewhere":
        place = str(body["place"])
        orders = body["orders"]
        assert isinstance(orders, tuple)
        rows = (PutElsewhere(digest, kind, right, place, 0, 0), *orders)
        return cmd.NoteElsewhere(issuer, command, right, place), rows
    row = PutCredential(digest, kind, right, {})
    return cmd.IssueRight(issuer, command, right, ("D1",), "de", 0, 0), (row,)


@pytest.fixture
async def link(bench: Bench) -> Link:
    await bench.announce("D1")
    return Link(bench)


async def test_a_right_and_its_credential_are_one_commit(link: Link) -> None:
    before = len(link.bench.log.appends)
    assert await link.issue("i1", "R1", b"1" * 32) == CommandAnswer("done", "", False)
    assert len(link.bench.log.appends) == before + 1
    assert link.book.knows_digest(b"1" * 32)


async def test_the_same_command_again_gets_the_same_answer(link: Link) -> None:
    await link.issue("i1", "R1", b"1" * 32)
    before = len(link.bench.log.appends)
    assert await link.issue("i1", "R1", b"1" * 32) == CommandAnswer("done", "", True)
    assert len(link.bench.log.appends) == before


async def test_a_digest_of_another_right_is_refused_even_when_both_come_at_once(link: Link) -> None:
    """Were both decided before either is written, the second commit would fail and end the process."""
    answers = await asyncio.gather(link.issue("i1", "R1", b"1" * 32), link.issue("i2", "R2", b"1" * 32))
    assert [answer.code for answer in answers] == ["", "credential_known"]
    assert not link.bench.acting.done()


async def test_a_link_that_goes_away_during_the_commit_leaves_a_code_that_works(link: Link) -> None:
    link.bench.log.hold()
    caller = asyncio.create_task(link.issue("i1", "R1", b"1" * 32))
    await link.bench.log.begun.wait()
    caller.cancel()
    link.bench.log.release()
    await soon(lambda: "R1" in link.bench.box.rights)
    assert link.book.knows_digest(b"1" * 32), "without a restart"


async def test_what_is_refused_leaves_no_code(link: Link) -> None:
    await link.issue("i1", "R1", b"1" * 32)
    answer = await link.issue("i2", "R1", b"2" * 32)
    assert answer.result == "rejected"
    assert not link.book.knows_digest(b"2" * 32)
    assert await link.issue("i2", "R1", b"2" * 32) == CommandAnswer("rejected", answer.code, True)


async def test_a_malformed_command_and_a_full_disk_are_not_stored(link: Link) -> None:
    before = len(link.bench.log.appends)
    assert (await link.service.execute("central", "x", "dance", {})).code == "command_unknown"
    link.full = True
    assert (await link.issue("i1", "R1", b"1" * 32)).code == "disk_full"
    assert len(link.bench.log.appends) == before
    link.full = False
    assert (await link.issue("i1", "R1", b"1" * 32)).result == "done", "the same command, when there is room"


async def test_only_the_right_hash_moves_the_cursor_and_only_forward(link: Link) -> None:
    entries = await link.service.entries(0, 10)
    third, fourth = entries[2], entries[3]
    acknowledge = link.service.acknowledge
    assert not await acknowledge("central", 1, 4, third.hash.hex())
    assert not await acknowledge("central", 2, 4, fourth.hash.hex()), "another epoch"
    assert not await acknowledge("central", 1, 4_000_000, fourth.hash.hex())
    assert not await acknowledge("central", 1, 0, "")
    assert await acknowledge("central", 1, 4, fourth.hash.hex())
    assert not await acknowledge("central", 1, 3, third.hash.hex())
    assert await link.service.cursor("central") == 4


async def test_whoever_waits_for_more_is_woken(link: Link) -> None:
    waiting = asyncio.create_task(link.service.wait_for_entry_after(link.service.last_seq()))
    await asyncio.sleep(0)
    assert not waiting.done()
    await link.issue("i1", "R1", b"1" * 32)
    await asyncio.wait_for(waiting, 30)


async def test_a_command_to_a_box_out_of_order_is_answered_and_ends_nothing(link: Link) -> None:
    """What `execute` raises ends the process, and a restart would have the damaged log serve again for a while."""
    link.bench.actor.halt("log_damaged:3")
    before = len(link.bench.log.appends)
    assert await link.issue("i1", "R1", b"1" * 32) == CommandAnswer("rejected", "out_of_order", False)
    assert len(link.bench.log.appends) == before


async def test_states_are_told_when_they_change(link: Link) -> None:
    told: list[str] = []
    link.service.subscribe_state(told.append)
    await link.bench.done(cmd.SetFault("disk_low", "", True))
    await link.bench.done(cmd.NoteRefusals("any", 1))
    assert told.count("faults") == 1
    link.bench.actor.halt("log_damaged:3")
    assert told[-1] == "faults"
    assert link.service.state("faults")["faults"][0] == {"code": "log_damaged", "subject": "3", "since": 0}  # type: ignore[index]


async def test_of_a_number_only_its_keyed_digest_is_kept(link: Link) -> None:
    body = {"right": "R1", "digest": b"1" * 32, "kind": "number"}
    assert (await link.service.execute("central", "i1", "issue", body)).result == "done"
    assert not link.book.knows_digest(b"1" * 32)
    assert [row.digest for row in await link.bench.log.credentials()] == [keyed(b"1" * 32)]


async def test_what_lies_elsewhere_is_remembered_with_its_place(link: Link) -> None:
    assert (await link.elsewhere("e1", "R9", b"9" * 32)).result == "done"
    assert await link.stored(b"9" * 32) == (ELSEWHERE, "Rathaus Nord")
    assert (await link.elsewhere("e2", "R9", b"9" * 32, "Rathaus Süd")).result == "done"
    assert await link.stored(b"9" * 32) == (ELSEWHERE, "Rathaus Süd")


async def test_an_order_that_belongs_elsewhere_may_be_two_rights_and_comes_here_when_it_is_announced(
    link: Link,
) -> None:
    """Its holder's right and a proxy's name the same envelope; what is sent last counts."""
    order = PutElsewhere(sha256(b"ORDER-D9").digest(), ELSEWHERE_ORDER, "", "Rathaus Nord", 0, 0)
    assert (await link.elsewhere("e1", "R9", b"9" * 32, orders=(order,))).result == "done"
    assert link.book.order_elsewhere("ORDER-D9") == "Rathaus Nord"
    south = replace(order, place="Rathaus Süd")
    assert (await link.elsewhere("e2", "R10", b"8" * 32, "Rathaus Süd", orders=(south,))).result == "done"
    assert link.book.order_elsewhere("ORDER-D9") == "Rathaus Süd"
    assert await link.stored(order.digest) == (ELSEWHERE, "Rathaus Süd")
    assert link.book.order_elsewhere("ORDER-D8") == ""
    # A code is no order, though its digest is kept beside those of orders; and an order's digest is no code.
    assert (await link.issue("i1", "R11", order.digest)).code == "credential_known"


async def test_it_is_forgotten_as_ended_codes_are(link: Link) -> None:
    await link.elsewhere("e1", "R9", b"9" * 32)
    forgetting = Forgetting(link.bench.actor, link.bench.log, link.book)
    link.bench.clock.advance(REMEMBER_ENDED_MS)
    await forgetting.look()
    assert link.book.knows_digest(b"9" * 32)
    link.bench.clock.advance(1)
    await forgetting.look()
    assert not link.book.knows_digest(b"9" * 32)
    assert await link.bench.log.credentials() == ()


async def test_what_lives_here_is_not_elsewhere_and_what_was_elsewhere_may_come_here(link: Link) -> None:
    await link.issue("i1", "R1", b"1" * 32)
    assert (await link.elsewhere("e1", "R1", b"1" * 32)).code == "right_known"
    assert (await link.elsewhere("e2", "R9", b"1" * 32)).code == "credential_known"
    await link.bench.done(cmd.RevokeRight("central", "r1", "R1"))
    assert (await link.elsewhere("e3", "R1", b"1" * 32)).result == "done"
    assert await link.stored(b"1" * 32) == (ELSEWHERE, "Rathaus Nord")
    assert (await link.issue("i2", "R1", b"1" * 32)).result == "done", "it came back"
    assert await link.stored(b"1" * 32) == ("", "")


async def test_what_was_collected_here_stays_collected(link: Link) -> None:
    await link.issue("i1", "R1", b"1" * 32)
    await link.bench.log_in()
    await link.bench.load("D1")
    await link.bench.log_out()
    await link.bench.done(cmd.PresentCredential("R1", "qr", ()))
    await link.bench.open_and_close()
    session = link.bench.box.session
    assert session is not None
    await link.bench.done(cmd.Confirm(session.id, "everything"))
    assert (await link.elsewhere("e1", "R1", b"1" * 32)).code == "right_spent"
    assert (await link.stored(b"1" * 32))[0] == "spent"
