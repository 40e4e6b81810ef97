"""Lists of the work, the front door by door, a compartment's story: pure functions of state and log."""

from __future__ import annotations

import asyncio

import pytest

from controller.adapters.control.front_plan import FrontLedger
from controller.adapters.control.staff_view import staff_view
from controller.adapters.control.story import FARTHEST, MOST_LINES, story
from controller.adapters.control.work_lists import envelopes, places, work_counts, work_row
from controller.adapters.event_codec import EventCodec, stamp_of
from controller.adapters.event_store.encoding import make_entry
from controller.domain import commands as cmd
from controller.domain import timing
from controller.domain.model import Purpose
from controller.ports import Entry, FrontState, Notice
from tests.unit.domain.builder import MORNING, Scenario

DAY = timing.DAY


def entries_of(box: Scenario) -> tuple[Entry, ...]:
    """The scenario's log as it would be stored."""
    codec, made, after = EventCodec(), [], bytes(32)
    for seq, (event, at) in enumerate(box.log, start=1):
        entry = make_entry(codec.encode(event), stamp_of(at), box="box-1", epoch=1, seq=seq, after=after)
        made.append(entry)
        after = entry.hash
    return tuple(made)


def told(entries: tuple[Entry, ...], label: str) -> list[tuple[str, str, str]]:
    async def read(after: int, limit: int) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if after < entry.seq <= after + limit)

    found = asyncio.run(story(read, len(entries), label))
    return [(line.event, line.detail, line.who) for line in found.lines]


def test_a_story_tells_who_when_and_what_of_one_compartment() -> None:
    box = Scenario().stored("D1").stored("D2", right="R2").present("R1").jams()
    lines = told(entries_of(box), "A01")
    assert ("UnlockAuthorised", "loading", "lena") in lines
    assert ("DepositStored", "", "lena") in lines
    jam = [("UnlockFailed", "", ""), ("FaultRaised", "jam", ""), ("CompartmentQuarantined", "jam", "")]
    assert [line for line in lines if line in jam] == jam
    assert not any(event == "PulseSent" for event, *_ in lines)
    assert all(label != "A02" for _, label, _ in lines)


def test_a_long_story_is_cut_at_its_beginning_and_says_so() -> None:
    box = Scenario().stored("D1")
    for _ in range(MOST_LINES):
        box.opens("A01").closes("A01")
    entries = entries_of(box)

    async def read(after: int, limit: int) -> tuple[Entry, ...]:
        assert limit <= FARTHEST
        return entries[after : after + limit]

    found = asyncio.run(story(read, len(entries), "A01"))
    assert len(found.lines) == MOST_LINES
    assert not found.complete
    assert found.lines[-1].event == "DoorClosed"
    assert [line.seq for line in found.lines] == sorted(line.seq for line in found.lines)


def test_what_has_to_leave_soon_stands_first_and_by_date() -> None:
    box = Scenario()
    for name, days in (("D1", 30), ("D2", 5), ("D3", 2), ("D4", 0)):
        box.announce(name).right(f"R{name}", name, expires=MORNING + days * DAY + 60_000_000).load(name)
    box.at(61_000_000).do(cmd.Tick())
    found = envelopes(box.box, box.now, "expiring", "")
    assert found is not None
    assert [(row.deposit, row.overdue) for row in found.rows] == [("D4", True), ("D3", False), ("D2", False)]
    counts = work_counts(box.box, box.now)
    assert (counts.soon, counts.overdue, counts.free_next) == (2, 1, 1)


def test_nothing_is_soon_by_a_clock_that_nobody_trusts() -> None:
    box = Scenario(trusted=False).announce("D1").right("R1", "D1", expires=MORNING + DAY).load("D1")
    assert envelopes(box.box, box.now, "expiring", "") == envelopes(box.box, box.now, "found", "")


@pytest.mark.parametrize(("query", "found"), [("order-d1", ["D1"]), ("ORDER", ["D1", "D2"]), ("O", []), ("D9", [])])
def test_search_finds_by_a_part_of_an_order(query: str, found: list[str]) -> None:
    box = Scenario().stored("D1").announce("D2")
    listed = envelopes(box.box, box.now, "found", query)
    assert listed is not None
    assert [row.deposit for row in listed.rows] == found


def test_a_list_that_does_not_exist_is_no_list() -> None:
    box = Scenario()
    assert envelopes(box.box, box.now, "everything", "") is None
    assert places(box.box, "everything") is None


def test_where_something_waits_along_the_front() -> None:
    box = Scenario().stored("D1").opens("A03").closes("A03").opens("A01").closes("A01").login("sabine")
    box.do(cmd.SetService(box.staff, "A05", False, "door"))
    doubtful, out = places(box.box, "clarification"), places(box.box, "out_of_service")
    assert doubtful is not None
    assert out is not None
    assert [row.place.label for row in doubtful.rows] == ["A01", "A03"]
    assert [(row.place.label, row.out_of_service) for row in out.rows] == [("A05", ("door",))]
    assert [envelope.deposit for envelope in work_row(box.box, box.compartment("A01")).envelopes] == ["D1"]


def test_only_the_doors_that_changed_are_told() -> None:
    ledger, box = FrontLedger(), Scenario()
    first = ledger.follow(box.box)
    assert len(ledger.since(0).compartments) == 8
    assert ledger.since(first).compartments == ()
    box.stored("D1")
    second = ledger.follow(box.box)
    assert [view.label for view in ledger.since(first).compartments] == ["A01"]
    assert ledger.follow(box.box) == second, "nothing changed"
    assert len(ledger.since(second + 9).compartments) == 8, "a revision of another process"


def page_of(box: Scenario, front: FrontState | None = None) -> str:
    return staff_view(box.box, front or FrontState(staff_token="t"), box.now).view.page


def test_the_page_follows_the_door() -> None:
    box = Scenario().stored("D1").login()
    assert page_of(box) == "load_ready"
    box.request("A01", Purpose.RECALL)
    assert page_of(box) == "show_badge"
    box.badge("lena").pulsed().opens()
    assert page_of(box) == "open"
    box.closes()
    assert page_of(box) == "scan_out"
    box.scan("D1").announce("D2").scan("D2").pulsed().opens()
    assert page_of(box) == "load_open"
    box.closes().do(cmd.StartRound(box.staff, Purpose.STOCKTAKE, ""))
    assert page_of(box) == "show_badge"
    box.wait(timing.REQUEST_VALID)
    assert page_of(box) == "round"
    box.request("A02", Purpose.EMERGENCY, "fire").badge("lena")
    assert page_of(box) == "four_eyes"


def test_a_locked_badge_and_the_end_of_a_session_are_told() -> None:
    box = Scenario()
    front = FrontState(staff_notice=Notice("staff_locked", box.mono_ms + 1_000))
    assert page_of(box, front) == "locked"
    box.login()
    shown = staff_view(box.box, FrontState(staff_token="t"), box.now)
    assert shown.view.ends_in_ms == timing.STAFF_IDLE
    assert 0 < shown.view.warns_in_ms < shown.view.ends_in_ms
    later = staff_view(box.box, FrontState(staff_token="t"), box.at(5_000).now)
    assert later.timeless() == shown.timeless(), "the time that passes is no new page"
    assert later.view.ends_in_ms == shown.view.ends_in_ms - 5_000


def test_what_could_not_be_found_stands_on_the_page_until_it_is() -> None:
    box = Scenario().stored("D1")
    label = box.deposit("D1").compartment
    box.login().guided(label).report("empty", "missing")
    assert staff_view(box.box, FrontState(), box.now).view.missing == ("ORDER-D1",)
    box.scan("D1").take()
    assert staff_view(box.box, FrontState(), box.now).view.missing == ()
