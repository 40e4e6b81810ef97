"""The regular looks: disk, clock, scanners, progress; and a chain that is verified while the box works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from controller.ports import LogError
from controller.services.clock_trust import BACKWARD_STEP_MS, FORWARD_STEP_MS, ClockJudge
from controller.services.front import Front
from controller.services.refusals import RefusalLedger
from controller.services.screen import ScreenWatch
from controller.services.watchkeeping import (
    SCANNER_SILENT_MS,
    SLOW_COMMIT_MS,
    STUCK_MS,
    DiskLimits,
    ProgressLost,
    Watchkeeper,
)
from tests.unit.services.bench import Bench, soon

LIMITS = DiskLimits()


class Watch:
    """A watchkeeper whose rounds the test makes."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.released = 0
        self.door_progress = bench.clock.mono
        self.front = Front(bench.actor, lambda tone: None)
        self.keeper = Watchkeeper(
            bench.actor,
            bench.log,
            bench.clock,
            ClockJudge(0),
            self.front,
            RefusalLedger(bench.actor, bench.clock.mono_ms),
            LIMITS,
            lambda: self.door_progress,
            self._release,
            ScreenWatch(False, bench.clock.mono_ms),
        )

    def _release(self) -> None:
        self.released += 1

    async def look(self) -> set[str]:
        """One round; the faults that stand after it."""
        self.keeper._look()
        await soon(lambda: not self.bench.actor.waiting and not self.bench.actor.busy_since_mono_ms)
        return {fault.code for fault in self.bench.box.faults.values()}


@pytest.fixture
async def watch(bench: Bench) -> Watch:
    return Watch(bench)


# --- disk ---


@pytest.mark.parametrize(
    ("free", "faults", "refuses", "released"),
    [
        (LIMITS.alarm, set(), False, 0),
        (LIMITS.alarm - 1, {"disk_low"}, False, 0),
        (LIMITS.refuse, {"disk_low"}, False, 0),
        (LIMITS.refuse - 1, {"disk_low", "disk_full"}, True, 0),
        (LIMITS.refuse // 2 - 1, {"disk_low", "disk_full"}, True, 1),
    ],
)
async def test_the_disks_limits(watch: Watch, free: int, faults: set[str], refuses: bool, released: int) -> None:
    watch.bench.log.free = free
    assert await watch.look() == faults
    assert (watch.keeper.disk_refuses, watch.released) == (refuses, released)


async def test_room_again_clears_the_faults(watch: Watch) -> None:
    watch.bench.log.free = 0
    await watch.look()
    watch.bench.log.free = LIMITS.alarm
    assert await watch.look() == set()
    assert not watch.keeper.disk_refuses


def test_the_reserve_given_back_does_not_let_new_things_begin() -> None:
    from controller.adapters.event_store.disk import RESERVE_BYTES

    assert LIMITS.refuse // 2 + RESERVE_BYTES < LIMITS.refuse


# --- scanners ---


async def test_a_scanner_that_falls_silent(watch: Watch) -> None:
    watch.keeper.scanner_state("camera", "ok")
    assert await watch.look() == set()
    watch.bench.clock.advance(SCANNER_SILENT_MS + 1)
    assert await watch.look() == {"scanner_down"}
    watch.keeper.scanner_state("camera", "ok")
    assert await watch.look() == set()
    watch.keeper.scanner_gone("camera")
    assert await watch.look() == {"scanner_down"}


async def test_starting_up_is_no_fault(watch: Watch) -> None:
    watch.bench.clock.advance(SCANNER_SILENT_MS)
    assert await watch.look() == set()
    watch.bench.clock.advance(1)
    watch.keeper.scanner_state("camera", "no_frames")
    assert await watch.look() == {"scanner_down"}


async def test_a_link_that_is_down_is_said_and_everything_local_goes_on(watch: Watch) -> None:
    watch.keeper.link_state(False, "refused")
    assert await watch.look() == {"central_unreachable"}
    assert watch.front.state.devices["central system"] == ("fault", "refused")
    watch.keeper.link_state(True, "connected")
    assert await watch.look() == set()


# --- progress ---


async def test_a_slow_commit_is_a_fault_and_no_end(watch: Watch) -> None:
    watch.bench.log.busy_since = watch.bench.clock.mono
    watch.bench.clock.advance(SLOW_COMMIT_MS + 1)
    assert await watch.look() == {"slow_commit"}
    watch.keeper.check_progress()
    watch.bench.log.busy_since = 0
    assert await watch.look() == set()


async def test_a_commit_that_never_ends_ends_the_process(watch: Watch) -> None:
    watch.bench.log.busy_since = watch.bench.clock.mono
    watch.bench.clock.advance(STUCK_MS + 1)
    watch.door_progress = watch.bench.clock.mono
    with pytest.raises(ProgressLost, match="commit"):
        watch.keeper.check_progress()


async def test_an_actor_that_stands_still_ends_the_process(watch: Watch) -> None:
    watch.bench.actor.busy_since_mono_ms = watch.bench.clock.mono
    watch.bench.clock.advance(STUCK_MS + 1)
    watch.door_progress = watch.bench.clock.mono
    with pytest.raises(ProgressLost, match="actor"):
        watch.keeper.check_progress()


async def test_a_door_watch_that_stands_still_ends_the_process(watch: Watch) -> None:
    watch.bench.clock.advance(STUCK_MS + 1)
    with pytest.raises(ProgressLost, match="door watch"):
        watch.keeper.check_progress()


async def test_progress_is_no_news(watch: Watch) -> None:
    watch.bench.clock.advance(STUCK_MS)
    watch.keeper.check_progress()


# --- the clock ---


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (FORWARD_STEP_MS + 1, "stepped_forward"),
        (-BACKWARD_STEP_MS - 1, "stepped_back"),
        (FORWARD_STEP_MS, "synchronised"),
        (-BACKWARD_STEP_MS, "synchronised"),
    ],
)
def test_a_clock_that_jumps_is_not_believed(step: int, reason: str) -> None:
    judge = ClockJudge(0)
    assert judge.judge(10**12, 0, True).trusted
    judged = judge.judge(10**12 + 1_000 + step, 1_000, True)
    assert (judged.reason, judged.trusted) == (reason, reason == "synchronised")


def test_a_jump_is_not_forgotten_until_it_is_confirmed() -> None:
    judge = ClockJudge(0)
    judge.judge(10**12, 0, True)
    judge.judge(10**12 + FORWARD_STEP_MS + 1_001, 1_000, True)
    assert not judge.judge(10**12 + FORWARD_STEP_MS + 2_001, 2_000, True).trusted
    judge.confirm()
    assert judge.judge(10**12 + FORWARD_STEP_MS + 3_001, 3_000, True).trusted


def test_a_clock_behind_the_log_is_not_believed() -> None:
    assert ClockJudge(10**12).judge(10**12 - BACKWARD_STEP_MS - 1, 0, True).reason == "behind_high_water"
    assert ClockJudge(10**12).judge(10**12, 0, False).reason == "not_synchronised"


async def test_trust_that_changes_is_an_event(watch: Watch) -> None:
    before = watch.bench.box.clock_trusted
    watch.bench.clock.in_sync = False
    await watch.look()
    assert (before, watch.bench.box.clock_trusted) == (True, False)
    assert not watch.keeper.health()["clock_trusted"]


# --- the chain ---


async def test_damage_found_while_the_box_works_halts_it(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    async def damaged() -> AsyncIterator[int]:
        yield 5
        raise LogError("log_damaged", "entry 6", 6)

    monkeypatch.setattr(watch.bench.log, "verify_in_idle", damaged)
    await watch.keeper.verify_chain()
    assert watch.bench.actor.halted == "log_damaged:6"
    assert watch.front.state.halted == "log_damaged:6"


async def test_a_sound_chain_is_told_to_the_technician(watch: Watch) -> None:
    verifying = asyncio.create_task(watch.keeper.verify_chain())
    await soon(lambda: watch.front.state.log_verified_seq == watch.bench.box.seq)
    verifying.cancel()
    await asyncio.gather(verifying, return_exceptions=True)
