"""Who leads a round: which lock is next, what a person has to say, and what becomes of a map."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.domain import commands as cmd
from controller.domain.commissioning import Commissioning, Examined
from controller.domain.model import Door
from controller.ports import Examination, MapProposal, WireChange
from controller.services.commissioning import CommissioningLead
from tests.unit.services.bench import Bench, commissioned, soon
from tests.unit.services.cabinet import CabinetOfLabels


class Round:
    """A round over a real actor and log; the test is the cabinet and the person before it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.cabinet = CabinetOfLabels()
        self.ended = asyncio.Event()
        self.lead = CommissioningLead(bench.actor, self.cabinet, lambda: None, self.ended.set)

    @property
    def round(self) -> Commissioning:
        assert self.bench.box.commissioning is not None
        return self.bench.box.commissioning

    @property
    def session(self) -> str:
        assert self.bench.box.staff_session is not None
        return self.bench.box.staff_session.id

    async def begin(self) -> None:
        await self.bench.log_in("tom")
        await self.bench.done(cmd.StartCommissioning(self.session))

    async def stage(self, label: str, stage: str) -> Examination:
        """Waits until the lock of ``label`` is at ``stage``."""

        def there() -> bool:
            seen = self.lead.look.examination
            return seen is not None and (seen.label, seen.stage) == (label, stage)

        await soon(there)
        seen = self.lead.look.examination
        assert seen is not None
        return seen

    async def fired(self, label: str) -> None:
        await soon(lambda: self.bench.box.opening is not None and self.bench.box.opening.compartment == label)

    async def well(self, label: str) -> None:
        await self.fired(label)
        opening = self.bench.box.opening
        assert opening is not None
        self.lead.pulse_began(opening.authorisation, self.bench.clock.mono)
        await self.bench.open_and_close()

    async def result(self, label: str) -> Examined:
        def there() -> list[Examined]:
            return [each for each in self.round.results if each.compartment == label]

        await soon(there)
        return there()[0]


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Round]:
    async with commissioned(tmp_path) as bench:
        yield Round(bench)


async def test_every_lock_in_turn_timed_from_its_pulse(walk: Round) -> None:
    await walk.begin()
    for label in walk.round.labels:
        await walk.well(label)
        seen = await walk.result(label)
        assert seen.as_it_should
        assert (seen.opened_ms, seen.attempts, seen.said) == (300, 1, False)
    await soon(lambda: walk.round.state == "done")
    assert walk.lead.look.findings == ()


async def test_a_contact_that_goes_on_saying_open_is_found_and_the_round_goes_on(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    await walk.bench.door("A01", Door.OPEN)
    await walk.stage("A01", "close")
    assert walk.lead.closed("A01") is None
    assert (await walk.result("A01")).stuck == ("A01",)
    assert "left_open:A01" in walk.bench.box.faults
    await walk.well("A02")
    assert (await walk.result("A02")).as_it_should


async def test_a_contact_that_says_open_before_is_waited_for_or_told(walk: Round) -> None:
    await walk.bench.door("A01", Door.UNKNOWN)
    await walk.bench.door("A01", Door.OPEN)
    await walk.bench.door("A02", Door.UNKNOWN)
    await walk.bench.door("A03", Door.UNKNOWN)
    await walk.bench.door("A03", Door.OPEN)
    await walk.begin()
    await walk.stage("A01", "close_first")
    await walk.bench.door("A01", Door.CLOSED)
    await walk.well("A01")
    unreadable = await walk.result("A02")
    assert (unreadable.fault, unreadable.attempts) == ("contact_unreadable", 0), "nothing was fired"
    await walk.stage("A03", "close_first")
    assert walk.lead.closed("A03") is None
    assert ((await walk.result("A03")).fault, walk.bench.box.compartments["A03"].openings) == ("contact_open", 0)


async def test_what_opens_before_its_pulse_is_not_the_locks(walk: Round) -> None:
    """Staff may open another door while a first one wants closing."""
    await walk.bench.door("A01", Door.UNKNOWN)
    await walk.bench.door("A01", Door.OPEN)
    await walk.begin()
    await walk.stage("A01", "close_first")
    await walk.bench.done(cmd.TestCompartment(walk.session, "A05"))
    await walk.bench.open_and_close()
    assert walk.lead.closed("A01") is None
    found = await walk.result("A01")
    assert (found.fault, found.opened, found.moved) == ("contact_open", (), ())
    assert not walk.bench.box.compartments["A05"].quarantine


async def test_what_moved_elsewhere_is_asked_about(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    await walk.bench.door("A05", Door.OPEN)
    walk.bench.clock.advance(2_500)
    await walk.bench.done(cmd.Tick())
    seen = await walk.stage("A01", "question")
    assert seen.moved == ("A05",)
    refused = walk.lead.said("A01", ("Z99",))
    assert refused is not None
    assert refused.code == "compartment_unknown"
    assert walk.lead.said("A01", ("A05",)) is None
    assert (await walk.stage("A01", "close")).doors == ("A05",)
    await walk.bench.door("A05", Door.CLOSED)
    found = await walk.result("A01")
    assert (found.opened, found.moved, found.said) == (("A05",), ("A05",), True)


async def test_a_board_that_does_not_answer_is_no_question(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    opening = walk.bench.box.opening
    assert opening is not None
    await walk.bench.done(cmd.PulseFinished(opening.authorisation, "board_silent"))
    assert (await walk.result("A01")).fault == "board_silent"
    await walk.fired("A02")


async def test_a_deaf_contact_costs_one_pulse_when_somebody_says_so(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    assert walk.lead.said("A01", ("A01",)) is None
    await walk.stage("A01", "close")
    assert walk.lead.closed("A01") is None
    found = await walk.result("A01")
    assert (found.opened, found.moved, found.attempts) == (("A01",), (), 1)
    assert walk.bench.box.compartments["A01"].quarantine == ("test_failed",)


async def test_nothing_is_answered_that_was_not_asked(walk: Round) -> None:
    for refused in (walk.lead.said("A01", ()), walk.lead.closed("A01")):
        assert refused is not None
        assert refused.code == "nothing_to_answer"


async def test_a_door_left_open_pauses_and_it_goes_on_from_there(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    await walk.bench.door("A01", Door.OPEN)
    for _ in range(12):
        walk.bench.clock.advance(30_000)
        await walk.bench.done(cmd.Tick())
    await soon(lambda: walk.round.state == "paused")
    assert walk.round.waiting[0] == "A01"
    assert walk.lead.look.examination is None


PROVED = MapProposal("corrected", ("A01", "A02"), ("A01", "A02"), (WireChange("A01", "lock", "b:0", "b:1"),))


async def asked_for_a_map(walk: Round) -> None:
    await walk.begin()
    await walk.fired("A01")
    await walk.bench.door("A02", Door.OPEN)
    walk.bench.clock.advance(2_500)
    await walk.bench.done(cmd.Tick())
    await walk.stage("A01", "question")
    walk.lead.said("A01", ("A02",))
    await walk.bench.door("A02", Door.CLOSED)
    await walk.well("A02")
    await walk.result("A02")
    await walk.well("A03")
    await walk.result("A03")
    await soon(lambda: walk.bench.box.opening is not None)
    await walk.bench.done(cmd.PauseCommissioning(walk.session, "asked"))
    await walk.bench.open_and_close()
    walk.cabinet.proved = PROVED
    wires = tuple(str(each) for each in PROVED.wires)
    await walk.bench.done(cmd.ProposeMap(walk.session, PROVED.sha256, PROVED.compartments, PROVED.boards, wires))


async def test_an_accepted_map_is_written_and_the_controller_ends(walk: Round) -> None:
    await asked_for_a_map(walk)
    await asyncio.wait_for(walk.ended.wait(), 10)
    assert walk.cabinet.written == ["corrected"]


async def test_a_map_that_cannot_be_written_is_dropped_and_nothing_ends(walk: Round) -> None:
    walk.cabinet.fails = True
    await asked_for_a_map(walk)
    await soon(lambda: walk.bench.box.map_correction is None)
    assert not walk.ended.is_set()


async def test_what_nobody_foresaw_while_writing_ends_the_process(walk: Round) -> None:
    """Otherwise it would stand for ever before a map that nobody writes: nothing is opened until then."""
    walk.cabinet.breaks = ValueError("not foreseen")
    await asked_for_a_map(walk)
    with pytest.raises(ValueError, match="not foreseen"):
        await asyncio.wait_for(asyncio.shield(walk.bench.acting), 10)
