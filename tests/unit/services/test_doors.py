"""Pulses follow commits, and only them; facts are stamped at the edge."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import Door, OpeningStage
from controller.ports import LogError
from controller.services.doors import Doors
from hal.interfaces import DoorLevel, DoorReading, LockBusy, LockFault, LockResting, PulseReport
from tests.fakes.hardware import FakeIndicators
from tests.unit.services.bench import Bench, soon


class Locks:
    """Remembers pulses in the order of everything else; a test ends them."""

    compartments = ()

    def __init__(self, order: list[str]) -> None:
        self.order = order
        self.futures: list[Future[PulseReport]] = []
        self.busy_times = 0
        self.rests: list[int] = []
        self.refuses = False

    def pulse(self, compartment: str, duration_ms: int) -> Future[PulseReport]:
        if self.busy_times:
            self.busy_times -= 1
            raise LockBusy(compartment, 5)
        if self.rests:
            raise LockResting(compartment, self.rests.pop(0))
        if self.refuses:
            raise LockFault(compartment, "the test says so")
        self.order.append(f"pulse {compartment}")
        self.futures.append(Future())
        return self.futures[-1]

    def all_off(self) -> None: ...

    def close(self) -> None: ...


class Fitted:
    """A bench with doors."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.locks = Locks(bench.log.order)
        self.lamps = FakeIndicators()
        self.watched: list[tuple[str, int]] = []
        self.doors = Doors(
            bench.actor, self.locks, self.lamps, lambda label, until: self.watched.append((label, until))
        )
        bench.log.order.clear()

    async def present(self) -> str:
        """The resident of R1 shows a code; the compartment."""
        await self.bench.done(cmd.PresentCredential("R1", "qr", ()))
        return self.bench.box.deposits["D1"].compartment


@pytest.fixture
async def fitted(bench: Bench) -> Fitted:
    await bench.stored("D1")
    return Fitted(bench)


async def test_the_pulse_comes_right_after_the_one_commit(fitted: Fitted) -> None:
    label = await fitted.present()
    assert fitted.bench.log.order == ["commit", f"pulse {label}"]
    assert fitted.lamps.lit == {label}
    ((watched, until),) = fitted.watched
    assert fitted.bench.box.opening is not None
    assert (watched, until > fitted.bench.box.opening.deadline_mono_ms) == (label, True)


async def test_no_pulse_while_the_commit_is_not_there(fitted: Fitted) -> None:
    fitted.bench.log.hold()
    claim = fitted.bench.actor.post(cmd.PresentCredential("R1", "qr", ()))
    await fitted.bench.log.begun.wait()
    await asyncio.sleep(0.02)
    assert fitted.locks.futures == []
    fitted.bench.log.release()
    await claim
    assert len(fitted.locks.futures) == 1


async def test_no_pulse_when_the_commit_fails(fitted: Fitted) -> None:
    fitted.bench.log.fails = LogError("disk_full", "no room")
    fitted.bench.actor.post(cmd.PresentCredential("R1", "qr", ()))
    with pytest.raises(LogError):
        await fitted.bench.acting
    assert fitted.locks.futures == []
    assert fitted.lamps.lit == set()


async def test_one_pulse_for_one_authorisation_though_its_caller_has_gone(fitted: Fitted) -> None:
    fitted.bench.log.hold()
    caller = asyncio.create_task(fitted.present())
    await fitted.bench.log.begun.wait()
    caller.cancel()
    fitted.bench.log.release()
    await soon(lambda: fitted.locks.futures)
    await fitted.bench.do(cmd.Tick())
    assert len(fitted.locks.futures) == 1


async def test_the_report_comes_from_the_banks_own_thread(fitted: Fitted) -> None:
    label = await fitted.present()
    future = fitted.locks.futures[0]
    thread = threading.Thread(target=lambda: future.set_result(PulseReport(label, 1, 2)))
    thread.start()
    await soon(lambda: fitted.bench.box.opening is not None and fitted.bench.box.opening.stage is OpeningStage.PULSED)
    thread.join()


@pytest.mark.parametrize("error", [LockFault("A01", "broken"), RuntimeError("a driver that breaks its word")])
async def test_a_pulse_that_failed_gives_the_opening_up(fitted: Fitted, error: Exception) -> None:
    await fitted.present()
    fitted.locks.futures[0].set_exception(error)
    await soon(lambda: fitted.bench.box.opening is None)
    assert "R1" in fitted.bench.box.rights, "the right stays"


async def test_a_lock_that_refuses_gives_the_opening_up(fitted: Fitted) -> None:
    fitted.locks.refuses = True
    await fitted.present()
    await soon(lambda: fitted.bench.box.opening is None)
    assert fitted.bench.log.order.count("pulse") == 0


async def test_a_supply_that_rests_gets_its_pulse_later_and_once(fitted: Fitted) -> None:
    fitted.locks.busy_times = 2
    label = await fitted.present()
    assert fitted.locks.futures == []
    await soon(lambda: fitted.locks.futures)
    assert fitted.bench.log.order.count(f"pulse {label}") == 1


async def test_a_coil_that_rests_a_moment_gets_its_pulse_later(fitted: Fitted) -> None:
    """The second try comes two seconds after the first was authorised, the coil rests two seconds from its pulse."""
    fitted.locks.rests = [7, 1]
    label = await fitted.present()
    await soon(lambda: fitted.locks.futures)
    assert fitted.bench.log.order.count(f"pulse {label}") == 1
    assert fitted.bench.box.opening is not None


async def test_a_coil_that_rests_for_longer_than_its_time_gives_the_opening_up(fitted: Fitted) -> None:
    fitted.locks.rests = [30_000]
    await fitted.present()
    await soon(lambda: fitted.bench.box.opening is None)
    assert fitted.locks.futures == []


async def test_a_pulse_that_waits_is_dropped_when_the_box_halts(fitted: Fitted) -> None:
    fitted.locks.busy_times = 1
    await fitted.present()
    fitted.bench.actor.halt("log_damaged:3")
    await asyncio.sleep(0.05)
    assert fitted.locks.futures == []


async def test_a_pulse_that_waits_is_dropped_when_its_time_is_over(fitted: Fitted) -> None:
    fitted.locks.busy_times = 1
    await fitted.present()
    fitted.bench.clock.advance(60_000)
    await asyncio.sleep(0.05)
    assert fitted.locks.futures == []


async def test_a_reading_keeps_the_time_of_its_edge(fitted: Fitted) -> None:
    label = await fitted.present()
    seen: list[ev.Event] = []
    fitted.bench.actor.on_event(lambda event, at: seen.append(event))
    fitted.doors.begin({})
    fitted.bench.log.hold()
    fitted.bench.actor.post(cmd.RegisterStaff("nina", ("loader",)))
    await fitted.bench.log.begun.wait()
    fitted.bench.clock.advance(100)
    edge = fitted.bench.clock.mono
    thread = threading.Thread(target=fitted.doors.sensed, args=(DoorReading(label, DoorLevel.OPEN, edge),))
    thread.start()
    thread.join()
    await asyncio.sleep(0)
    fitted.bench.clock.advance(3_000)
    fitted.bench.log.release()
    await soon(lambda: any(isinstance(event, ev.DoorOpened) for event in seen))
    assert [event.seen_mono_ms for event in seen if isinstance(event, ev.DoorOpened)] == [edge]


async def test_before_the_start_is_settled_nothing_is_a_fact(fitted: Fitted) -> None:
    fitted.doors.sensed(DoorReading("A08", DoorLevel.OPEN, 1))
    await fitted.bench.do(cmd.Tick())
    assert fitted.bench.box.compartments["A08"].door is Door.CLOSED
    fitted.doors.begin({"A08": DoorLevel.OPEN})
    await soon(lambda: fitted.bench.box.compartments["A08"].door is Door.OPEN)


async def test_a_reading_after_the_loop_is_lost_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fitted = Fitted(bench)
    loop = asyncio.new_event_loop()
    loop.close()
    monkeypatch.setattr(fitted.doors, "_loop", loop)
    with caplog.at_level("INFO"):
        fitted.doors.sensed(DoorReading("A08", DoorLevel.OPEN, 1))
    assert "A08" in caplog.text
