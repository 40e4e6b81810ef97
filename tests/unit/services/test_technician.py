"""The technician's desk: self-test, live inputs, curves, verification, restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.domain import commands as cmd
from controller.domain.model import Door
from controller.ports import MachineState, SelfTestState, TechnicianLook, Trend
from controller.services.actor import Actor
from controller.services.front import Front
from controller.services.technician import Surroundings, TechnicianService
from controller.services.trends import DAY_MS, HOUR_MS, quarters
from tests.unit.services.bench import Bench, commissioned, soon
from tests.unit.services.cabinet import CabinetOfLabels


class Lamps:
    """What burns."""

    def __init__(self) -> None:
        self.burning: set[str] = set()

    def lamp(self, compartment: str, on: bool) -> None:
        (self.burning.add if on else self.burning.discard)(compartment)

    def light(self, name: str, on: bool) -> None:
        raise AssertionError("the lights are nobody's at the desk")

    def tone(self, name: str) -> None:
        raise AssertionError("the desk makes no sound")

    def close(self) -> None:
        self.burning.clear()


class Desk:
    """A desk over a real actor and log."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.lamps = Lamps()
        self.stopped = asyncio.Event()
        self.changes = 0
        self.machine = MachineState(51_000, 900_000_000)
        self.cabinet = CabinetOfLabels()
        around = Surroundings(
            machine=lambda: self.machine,
            disk_free=lambda: 7_000_000_000,
            disk_alarm_bytes=1,
            certificate_ends_wall_ms=0,
            tls=False,
            central=True,
            stop=self.stopped.set,
            bundle=self._bundle,
        )
        self.service = TechnicianService(
            bench.actor, bench.log, Front(bench.actor, lambda tone: None), self.lamps, self.cabinet, around
        )
        self.service.on_change(self._changed)

    def _changed(self) -> None:
        self.changes += 1

    async def _bundle(self, status: object, look: TechnicianLook) -> tuple[str, bytes]:
        return "x.zip", b""

    @property
    def actor(self) -> Actor:
        return self.bench.actor

    @property
    def test(self) -> SelfTestState:
        state = self.service.self_test.state
        assert state is not None
        return state

    def trend(self, name: str) -> Trend:
        return next(trend for trend in self.service.trends.trends if trend.name == name)

    async def begin(self) -> None:
        await self.bench.log_in("tom")
        session = self.bench.box.staff_session
        assert session is not None
        assert self.service.start_self_test(session.id) is None
        await soon(lambda: self.bench.box.opening is not None)

    async def step(self) -> str:
        """The lock under test opens and its door is closed."""
        label = await self.bench.open_and_close()
        await soon(lambda: self.test.label != label)
        if self.test.state == "running":
            await soon(lambda: self.bench.box.opening is not None)
        return label


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with commissioned(tmp_path) as bench:
        yield Desk(bench)


async def test_every_empty_lock_is_tested_one_after_the_other(desk: Desk) -> None:
    await desk.begin()
    total = desk.test.total
    assert total == len(desk.bench.box.compartments)
    labels = [await desk.step() for _ in range(total)]
    assert labels == sorted(desk.bench.box.compartments)
    assert desk.test.state == "done"
    assert [test.outcome for test in desk.test.results] == ["opened"] * total
    assert all(test.opened_ms == 300 for test in desk.test.results), "from the authorisation to the edge"
    assert [test.label for test in desk.service.look().tests] == labels


async def test_what_is_waited_for_is_told(desk: Desk) -> None:
    await desk.begin()
    assert (desk.test.label, desk.test.waiting) == ("A01", "open")
    await desk.bench.door("A01", Door.OPEN)
    assert desk.test.waiting == "close"
    assert desk.changes


async def test_a_lock_that_does_not_open_is_told_and_the_next_one_follows(desk: Desk) -> None:
    await desk.begin()
    opening = desk.bench.box.opening
    assert opening is not None
    await desk.bench.done(cmd.PulseFinished(opening.authorisation, "short_circuit"))
    await soon(lambda: desk.test.label == "A02")
    assert desk.test.results[0].outcome == "failed"
    assert desk.test.results[0].opened_ms == 0


async def test_full_and_open_compartments_are_left_alone(desk: Desk) -> None:
    await desk.bench.stored("D1")
    full = desk.bench.box.deposits["D1"].compartment
    await desk.begin()
    assert desk.test.total == len(desk.bench.box.compartments) - 1
    ajar = "A05"
    await desk.bench.door(ajar, Door.UNKNOWN)
    labels = []
    while desk.test.state == "running":
        labels.append(await desk.step())
    assert full not in labels
    assert ajar not in labels
    assert {test.label: test.outcome for test in desk.test.results}[ajar] == "door_not_closed"


async def test_it_ends_where_a_door_opens_behind_which_something_may_be(desk: Desk) -> None:
    """With its plugs exchanged, each lock more would open another full compartment."""
    await desk.bench.stored("D1")
    full = desk.bench.box.deposits["D1"].compartment
    await desk.begin()
    tested = desk.test.label
    await desk.bench.door(full, Door.OPEN)
    assert f"unexpected_open:{full}" in desk.bench.box.faults
    assert desk.test.state == "ended"
    desk.bench.clock.advance(2_500)
    await desk.bench.done(cmd.Tick())
    await soon(lambda: bool(desk.test.results))
    assert [(each.label, each.outcome, each.others) for each in desk.test.results] == [(tested, "other_door", (full,))]
    await asyncio.sleep(0.01)
    assert desk.bench.box.opening is None, "no further lock was fired"


async def test_it_is_cancelled_after_the_door_that_is_open(desk: Desk) -> None:
    await desk.begin()
    assert desk.service.cancel_self_test() is None
    assert desk.test.state == "cancelled"
    await desk.bench.open_and_close()
    await asyncio.sleep(0.01)
    assert desk.bench.box.opening is None, "no further lock was fired"
    assert [test.label for test in desk.test.results] == ["A01"]
    refused = desk.service.cancel_self_test()
    assert refused is not None
    assert refused.code == "no_self_test"


async def test_it_ends_with_the_session(desk: Desk) -> None:
    await desk.begin()
    await desk.bench.open_and_close()
    await soon(lambda: desk.bench.box.opening is not None)
    await desk.bench.open_and_close()
    await soon(lambda: desk.bench.box.opening is not None)
    await desk.bench.door("A03", Door.OPEN)
    desk.bench.clock.advance(600_000)
    await desk.bench.done(cmd.Tick())
    await soon(lambda: desk.bench.box.staff_session is None)
    assert desk.test.state == "ended"


async def test_two_at_once_there_are_not(desk: Desk) -> None:
    await desk.begin()
    refused = desk.service.start_self_test("S1")
    assert refused is not None
    assert refused.code == "self_test_running"


async def test_somebody_without_the_role_fires_no_lock(desk: Desk) -> None:
    await desk.bench.log_in("lena")
    session = desk.bench.box.staff_session
    assert session is not None
    assert desk.service.start_self_test(session.id) is None
    await soon(lambda: desk.test.state == "ended")
    assert desk.bench.box.opening is None


async def test_doors_are_counted_as_they_move(desk: Desk) -> None:
    assert "A01" not in desk.service.look().doors
    await desk.bench.door("A01", Door.UNKNOWN)
    await desk.bench.door("A01", Door.CLOSED)
    await desk.bench.log_in("tom")
    session = desk.bench.box.staff_session
    assert session is not None
    await desk.bench.done(cmd.TestCompartment(session.id, "A01"))
    await desk.bench.open_and_close()
    door = desk.service.look().doors["A01"]
    assert door.edges == 2
    assert door.since_wall_ms == desk.bench.clock.wall


async def test_a_readers_frames_become_a_rate(desk: Desk) -> None:
    desk.service.reader_said("front", "ok", 100, 1)
    desk.bench.clock.advance(5_000)
    desk.service.reader_said("front", "ok", 174, 2)
    reader = desk.service.look().readers["front"]
    assert (reader.tenths, reader.decoded) == (148, 2)
    desk.bench.clock.advance(5_000)
    desk.service.reader_said("front", "starting", 3, 0)
    assert desk.service.look().readers["front"].tenths == 0, "a reader that was restarted counts anew"
    desk.service.reader_gone("front")
    assert not desk.service.look().readers


async def test_why_codes_could_not_be_read_is_counted_while_the_reader_is_there(desk: Desk) -> None:
    desk.service.reader_hinted("front", "glare")
    assert not desk.service.look().readers
    desk.service.reader_said("front", "ok", 100, 1, "dark")
    for hint in ("glare", "too_dark", "glare"):
        desk.service.reader_hinted("front", hint)
    desk.service.reader_said("front", "ok", 110, 1, "fine")
    reader = desk.service.look().readers["front"]
    assert reader.light == "fine"
    assert (reader.hint, reader.hint_wall_ms) == ("glare", desk.bench.clock.wall)
    assert reader.hints == {"glare": 2, "too_dark": 1}
    desk.service.reader_gone("front")
    desk.service.reader_said("front", "ok", 1, 0)
    assert not desk.service.look().readers["front"].hints


async def test_curves_of_openings_and_pickups_are_read_out_of_the_log_again(desk: Desk) -> None:
    await desk.bench.stored("D1", "D2")
    await desk.bench.done(cmd.PresentCredential("R1", "qr", ()))
    await desk.bench.open_and_close()
    session = desk.bench.box.session
    assert session is not None
    await desk.bench.done(cmd.Confirm(session.id, "everything"))
    before = desk.trend("opening_ms"), desk.trend("pickups")
    assert before[0].points[-1] == 300
    assert before[1].points[-1] == 1
    again = Desk(desk.bench)
    assert again.trend("pickups").points[-1] == 0
    await again.service.trends.recall(desk.bench.log, desk.bench.box.seq)
    assert (again.trend("opening_ms"), again.trend("pickups")) == before
    desk.bench.clock.advance(2 * HOUR_MS)
    again.service.trends.sample()
    assert again.trend("pickups").points[-3:] == (1, 0, 0)
    desk.bench.clock.advance(DAY_MS)
    again.service.trends.sample()
    assert not any(again.trend("pickups").points)


async def test_gauges_are_sampled(desk: Desk) -> None:
    desk.service.trends.sample()
    desk.machine = MachineState(None, 800_000_000)
    desk.service.trends.sample()
    assert desk.trend("temperature").points[-1] == 51_000
    assert desk.trend("memory_available").points[-1] == 800_000_000
    assert desk.trend("frame_rate").points == (None,) * 96
    assert desk.trend("not_acknowledged").points[-1] == desk.bench.box.seq


def test_minutes_become_quarters_and_the_worst_counts() -> None:
    assert quarters([9, *range(15), *[None] * 14, 7], max)[-3:] == (9, 14, 7)
    assert quarters([], max) == (None,) * 96
    assert quarters([5], min)[-1] == 5
    assert len(quarters(list(range(1440)), max)) == 96
    assert quarters(list(range(1440)), max)[-1] == 1439
    assert quarters(list(range(1440)), min)[0] == 0


async def test_the_chain_is_verified_on_demand(desk: Desk) -> None:
    assert desk.service.look().chain.state == "never"
    assert desk.service.verify_chain() is None
    refused = desk.service.verify_chain()
    assert refused is not None
    assert refused.code == "verification_running"
    await soon(lambda: desk.service.look().chain.state == "whole")
    assert desk.service.look().chain.of == desk.bench.box.seq


async def test_no_restart_while_a_door_is_open(desk: Desk) -> None:
    await desk.bench.log_in("tom")
    session = desk.bench.box.staff_session
    assert session is not None
    await desk.bench.done(cmd.TestCompartment(session.id, "A01"))
    for _ in ("authorised", "open"):
        refused = desk.service.restart("tom")
        assert refused is not None
        assert refused.code == "door_open"
        await desk.bench.door("A01", Door.OPEN)
    await desk.bench.door("A01", Door.CLOSED)
    assert desk.service.restart("tom") is None
    await asyncio.wait_for(desk.stopped.wait(), 5)


async def test_a_lamp_burns_where_no_door_is_being_opened(desk: Desk) -> None:
    assert desk.service.light_lamp("A01") is None
    assert desk.lamps.burning == {"A01"}
    unknown = desk.service.light_lamp("Z99")
    assert unknown is not None
    assert unknown.code == "compartment_unknown"
    await desk.begin()
    refused = desk.service.light_lamp("A02")
    assert refused is not None
    assert refused.code == "load_not_closed"


async def test_the_log_level_is_one_of_three(desk: Desk) -> None:
    before = logging.getLogger().level
    try:
        assert desk.service.set_log_level("debug") is None
        assert desk.service.look().log_level == "debug"
        refused = desk.service.set_log_level("trace")
        assert refused is not None
        assert refused.code == "log_level_unknown"
    finally:
        logging.getLogger().setLevel(before)
