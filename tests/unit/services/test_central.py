"""Commands of the central system: carried out once, answered again, refused with a code."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from controller.domain import commands as cmd
from controller.domain.commands import CentralCommand
from controller.domain.pickup_number import keyed_digest
from controller.ports import CommandAnswer, PutCredential
from controller.services.central import CentralService, CommandMalformed
from controller.services.credentials import CredentialBook
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
        self.service = CentralService(
            bench.actor, bench.log, self.book, _parse, {"box": "box-1"}, dict, lambda: self.full, 1, keyed
        )

    async def issue(self, command: str, right: str, digest: bytes) -> CommandAnswer:
        return await self.service.execute("central", command, "issue", {"right": right, "digest": digest})


def _parse(
    name: str, issuer: str, command: str, body: Mapping[str, object]
) -> tuple[CentralCommand, tuple[PutCredential, ...]]:
    if name != "issue":
        raise CommandMalformed("command_unknown", "no such command")
    right, digest = str(body["right"]), body["digest"]
    assert isinstance(digest, bytes)
    row = PutCredential(digest, "qr", right, {})
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
    await asyncio.wait_for(waiting, 5)


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
