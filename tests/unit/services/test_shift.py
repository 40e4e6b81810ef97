"""The shift's report: by order and compartment, of one session, gone with the next."""

from __future__ import annotations

import asyncio

from controller.domain import commands as cmd
from controller.domain.model import Door, Purpose
from controller.ports import ShiftReport, Tone
from controller.services.front import Front
from controller.services.shift import SHOWN_MS, ShiftBook
from tests.unit.services.bench import Bench


class Shift:
    """A bench with its front and its book."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.tones: list[Tone] = []
        self.front = Front(bench.actor, self.tones.append)
        ShiftBook(bench.actor, self.front)

    @property
    def report(self) -> ShiftReport:
        assert self.front.state.shift is not None
        return self.front.state.shift

    def session(self) -> str:
        assert self.bench.box.staff_session is not None
        return self.bench.box.staff_session.id

    async def opened_and_closed(self) -> None:
        opening = self.bench.box.opening
        assert opening is not None
        for door in (Door.OPEN, Door.CLOSED):
            self.bench.clock.advance(500)
            await self.bench.done(cmd.DoorSensed(opening.compartment, door, self.bench.clock.mono))

    async def badge(self) -> None:
        self.bench.clock.advance(100)
        await self.bench.done(cmd.PresentBadge("lena", self.bench.clock.mono))
        await self.opened_and_closed()


async def test_what_was_stored_taken_and_put_aside_by_order(bench: Bench) -> None:
    shift = Shift(bench)
    for name in ("D1", "D2", "D3"):
        await bench.announce(name)
    await bench.log_in()
    for name in ("D1", "D2"):
        await bench.load(name)
    shift.front.refuse_staff("load_unknown", {"order": "ORDER-D9"})
    shift.front.refuse_staff("load_held", {"order": "ORDER-D3"})
    shift.front.refuse_staff("load_not_closed", {"order": "ORDER-D3"})
    label = bench.box.deposits["D1"].compartment
    await bench.done(cmd.RequestOpening(shift.session(), label, Purpose.RECALL, ""))
    await shift.badge()
    await bench.done(cmd.PresentOrder("ORDER-D1"))
    await bench.load("D3")
    await bench.log_out()
    assert [item.order for item in shift.report.stored] == ["ORDER-D1", "ORDER-D2", "ORDER-D3"]
    assert [(item.order, item.compartment, item.what) for item in shift.report.taken] == [
        ("ORDER-D1", label, "recalled")
    ]
    assert [(item.order, item.what) for item in shift.report.aside] == [("ORDER-D9", "load_unknown")], "D3 went in"
    assert "lena" not in repr(shift.report)


async def test_what_was_undone_is_not_in_it_and_the_next_login_forgets_all(bench: Bench) -> None:
    shift = Shift(bench)
    await bench.announce("D1")
    await bench.announce("D2")
    await bench.log_in()
    await bench.load("D2")
    await bench.load("D1")
    await bench.done(cmd.UndoLoading(shift.session()))
    await shift.badge()
    await bench.done(cmd.ReportContents(shift.session(), "empty", "expected"))
    await bench.log_out()
    assert [item.order for item in shift.report.stored] == ["ORDER-D2"]
    await bench.log_in()
    assert shift.front.state.shift is None
    await bench.log_out()
    assert shift.front.state.shift is None, "nothing was done"


async def test_it_is_put_away_or_forgets_itself(bench: Bench) -> None:
    shift = Shift(bench)
    await bench.announce("D1")
    await bench.log_in()
    await bench.load("D1")
    await bench.log_out()
    shift.front.expire_notices(bench.clock.mono + SHOWN_MS - 1)
    assert shift.report.stored
    shift.front.expire_notices(bench.clock.mono + SHOWN_MS)
    assert shift.front.state.shift is None
    await asyncio.sleep(0)


async def test_booked_refused_and_full_sound_different(bench: Bench) -> None:
    shift = Shift(bench)
    await bench.announce("D1")
    await bench.log_in()
    shift.tones.clear()
    await bench.load("D1")
    shift.front.refuse_staff("load_unknown", {"order": "X"})
    shift.front.refuse_staff("load_full", {"order": "Y"})
    assert shift.tones == [Tone.BOOKED, Tone.REFUSED, Tone.FULL]


async def test_what_was_said_of_another_envelope_does_not_stand_over_the_compartment_that_is_asked_for(
    bench: Bench,
) -> None:
    shift = Shift(bench)
    await bench.announce("D1")
    await bench.log_in()
    await bench.load("D1")
    shift.front.refuse_staff("load_duplicate", {"order": "ORDER-D7", "compartment": "A05"})
    bench.clock.advance(100)
    label = bench.box.deposits["D1"].compartment
    await bench.done(cmd.RequestOpening(shift.session(), label, Purpose.RECALL, ""))
    assert shift.front.state.staff_notice is None


async def test_what_a_walk_s_last_step_brought_is_said_while_it_asks_for_the_next(bench: Bench) -> None:
    shift = Shift(bench)
    await bench.log_in()
    await bench.done(cmd.StartRound(shift.session(), Purpose.STOCKTAKE, ""))
    await shift.badge()
    await bench.done(cmd.ReportContents(shift.session(), "as_booked", ""))
    assert bench.box.staff_session is not None
    assert bench.box.staff_session.requested is not None
    assert shift.front.state.staff_notice is not None
    assert shift.front.state.staff_notice.page == "reported"


async def test_it_is_said_who_tells_the_holder(bench: Bench) -> None:
    def news() -> object:
        assert shift.front.state.staff_notice is not None
        return shift.front.state.staff_notice.details["news"]

    shift = Shift(bench)
    for name in ("D1", "D2", "D3", "D4"):
        await bench.announce(name)
    await bench.issue("R1", "D1", "D2")
    await bench.done(cmd.IssueRight("standalone", "o-1", "R3", ("D3", "D4"), "de", 0, 0))
    await bench.log_in()
    for name, told in (("D1", "waits"), ("D2", "sent"), ("D3", "waits"), ("D4", "nobody")):
        await bench.load(name)
        assert news() == told, name
