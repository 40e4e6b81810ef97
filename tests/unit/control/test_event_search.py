"""The log searched: pages from the newest, filters, exports in pieces; nobody is held up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from controller.adapters.control import event_search
from controller.adapters.event_codec import EVENT_TYPES
from controller.api import EventFilter, ExportLine
from controller.domain import commands as cmd
from controller.ports import Entry
from tests.unit.services.bench import Bench, commissioned

ALL = EventFilter()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with commissioned(tmp_path) as made:
        await made.log_in("tom")
        session = made.box.staff_session
        assert session is not None
        for label in ("A01", "A02") * 12:
            made.clock.advance(60_000)
            await made.done(cmd.TestCompartment(session.id, label))
            await made.open_and_close()
        await made.done(cmd.SetFault("scanner_down", "", True))
        yield made


async def all_pages(bench: Bench, only: EventFilter) -> list[int]:
    found, before = list[int](), 0
    while True:
        page = await event_search.page(bench.log.read, bench.box.seq, before, only)
        assert len(page.lines) <= event_search.PAGE
        found += [line.seq for line in page.lines]
        if not page.before:
            return found
        before = page.before


async def test_pages_go_from_the_newest_to_the_first_without_gap(bench: Bench) -> None:
    assert await all_pages(bench, ALL) == list(range(bench.box.seq, 0, -1))
    assert bench.box.seq > 2 * event_search.PAGE


async def test_what_is_looked_for_is_found_and_nothing_else(bench: Bench) -> None:
    page = await event_search.page(bench.log.read, bench.box.seq, 0, EventFilter(compartment="A02", group="doors"))
    assert {line.compartment for line in page.lines} == {"A02"}
    assert {line.group for line in page.lines} == {"doors"}
    page = await event_search.page(bench.log.read, bench.box.seq, 0, EventFilter(text="SCANNER_down"))
    assert [line.type for line in page.lines] == ["FaultRaised"]
    assert page.lines[0].details == "code=scanner_down"
    page = await event_search.page(bench.log.read, bench.box.seq, 0, EventFilter(text="nothing like this"))
    assert page.lines == ()
    assert page.before == 0


async def test_a_span_of_time(bench: Bench) -> None:
    middle = bench.clock.wall - 10 * 60_000
    late = await all_pages(bench, EventFilter(from_wall_ms=middle))
    early = await all_pages(bench, EventFilter(to_wall_ms=middle))
    assert late
    assert early
    assert sorted(late + early) == list(range(1, bench.box.seq + 1))


async def test_an_export_holds_every_entry_as_it_is_stored(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_search, "EXPORT_LINES", 17)
    lines, after = list[ExportLine](), 0
    while True:
        piece = await event_search.export(bench.log.read, bench.box.seq, after, ALL)
        assert len(piece.lines) <= 17
        lines += piece.lines
        if not piece.after:
            break
        after = piece.after
    entries = await bench.log.read(0, 1000)
    assert [line.seq for line in lines] == [entry.seq for entry in entries]
    assert [line.body.encode() for line in lines] == [entry.body for entry in entries]
    assert [line.hash for line in lines] == [entry.hash.hex() for entry in entries]


async def test_a_search_without_end_is_broken_off_and_goes_on_where_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_search, "PIECE", 10)
    monkeypatch.setattr(event_search, "FARTHEST", 20)
    read: list[int] = []

    async def entries(after: int, limit: int) -> tuple[Entry, ...]:
        read.append(limit)
        return await bench.log.read(after, limit)

    page = await event_search.page(entries, bench.box.seq, 0, EventFilter(text="LogOpened"))
    assert page.lines == ()
    assert page.before == bench.box.seq - page.searched + 1
    assert sum(read) == page.searched == 20
    assert await all_pages(bench, EventFilter(text="LogOpened")) == [1]


def test_every_event_has_a_group() -> None:
    assert {event_search.group_of(name) for name in EVENT_TYPES} == set(event_search.GROUPS)
    assert event_search.group_of("FromTheFuture") == ""


def test_details_are_short() -> None:
    text = event_search.details({"a": "x" * 1000, "b": "", "c": 0, "d": ["y"] * 500, "e": 7})
    assert "b=" not in text
    assert "e=7" in text
    assert len(text) <= event_search.MOST_DETAILS
    assert msgspec.json.encode(text)
