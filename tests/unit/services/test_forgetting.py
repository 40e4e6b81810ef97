"""Digests of ended codes are forgotten after thirty days, and not by a clock that nobody vouches for."""

from __future__ import annotations

import pytest

from controller.domain import commands as cmd
from controller.domain.timing import DAY
from controller.ports import PutCredential
from controller.services.credentials import CredentialBook
from controller.services.forgetting import Forgetting
from tests.unit.services.bench import Bench

DIGEST = b"d" * 32


async def ended_right(bench: Bench) -> CredentialBook:
    book = CredentialBook(await bench.log.credentials(), ())
    bench.actor.on_row(book.written)
    bench.actor.on_event(book.follow)
    await bench.done(cmd.AnnounceOrder("central", "a9", "D1", ("ORDER-9",), ("eAT",), "S", "de", False, ""))
    await bench.done(
        cmd.IssueRight("central", "i9", "R9", ("D1",), "de", 0, 0), PutCredential(DIGEST, "qr", "R9", {"pin": "ab"})
    )
    await bench.done(cmd.RevokeRight("central", "r9", "R9"))
    return book


@pytest.mark.parametrize(("days", "trusted", "known"), [(29, True, True), (31, True, False), (31, False, True)])
async def test_after_thirty_days(bench: Bench, days: int, trusted: bool, known: bool) -> None:
    book = await ended_right(bench)
    forgetting = Forgetting(bench.actor, bench.log, book)
    bench.clock.wall += days * DAY
    bench.trusted = trusted
    await forgetting.look()
    assert book.knows_digest(DIGEST) is known
    assert (DIGEST in {row.digest for row in await bench.log.credentials()}) is known
