"""Results are read from the log page by page, and every page says the same as the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.adapters.event_store import UPCASTERS
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.domain import commands as cmd
from controller.ports import Entry, EnvelopeResult, RecordedEvent
from controller.services import office_results
from controller.services.office_results import OfficeResults
from tests.unit.services.bench import Bench, commissioned


def of(entry: Entry) -> RecordedEvent:
    return UPCASTERS.newest(recorded(decode_body(entry.body, entry.seq)))


async def history(bench: Bench) -> None:
    await bench.stored("D1", "D2", "D3")
    await bench.announce("D4")
    await bench.done(cmd.CancelOrder(*bench.central(), "D4"))
    bench.clock.advance(60 * 86_400_000)
    await bench.done(cmd.Tick())


async def pages(results: OfficeResults) -> list[list[EnvelopeResult]]:
    found, after = [], 0
    while True:
        page, after = await results.after(after)
        found.append(page)
        if not after:
            return found


@pytest.mark.parametrize(("chunk", "chunks"), [(500, 20), (1, 1), (3, 2), (7, 1)])
async def test_every_way_of_reading_tells_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, chunks: int
) -> None:
    monkeypatch.setattr(office_results, "CHUNK", chunk)
    monkeypatch.setattr(office_results, "CHUNKS_A_PAGE", chunks)
    async with commissioned(tmp_path) as bench:
        await history(bench)
        read = await pages(OfficeResults(bench.log, of))
        told = [(result.orders[0], result.result) for page in read for result in page]
        assert told[:3] == [("ORDER-D1", "stored"), ("ORDER-D2", "stored"), ("ORDER-D3", "stored")]
        assert told[3] == ("ORDER-D4", "cancelled")
        assert sorted(told[4:]) == [(f"ORDER-D{number}", "expired") for number in (1, 2, 3)]
        assert (len(read) > 1) == (chunk * chunks < bench.box.seq)


async def test_a_walk_may_begin_in_the_middle(tmp_path: Path) -> None:
    """By somebody who asks on after the pages' process was restarted: the names were told before that entry."""
    async with commissioned(tmp_path) as bench:
        await bench.stored("D1")
        middle = bench.box.seq
        bench.clock.advance(60 * 86_400_000)
        await bench.done(cmd.Tick())
        results = OfficeResults(bench.log, of)
        for _ in range(2):  # whoever asks again hears the same
            found, after = await results.after(middle)
            assert after == 0
            assert [(result.orders, result.result) for result in found] == [(("ORDER-D1",), "expired")]
        assert await OfficeResults(bench.log, of).after(bench.box.seq + 100) == ([], 0)
