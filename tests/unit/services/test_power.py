"""The power watch: short failures are ridden out, long ones end with a checkpoint and the wish to be switched off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.model import Door
from controller.services.power import DOOR_WAIT_MS, HOLD_MS, PowerWatch
from tests.unit.services.bench import Bench, soon


class Power:
    """A watch whose rounds the test makes, once a second."""

    def __init__(self, bench: Bench, file: Path, *, has_signal: bool = True) -> None:
        self.bench, self.file = bench, file
        self.watch = PowerWatch(bench.actor, bench.clock.mono_ms, has_signal, file)
        self.sealed = 0
        bench.actor.on_event(self._seen)

    def _seen(self, event: ev.Event, at: object) -> None:
        self.sealed += isinstance(event, ev.CheckpointSealed)

    async def mains(self, there: bool) -> None:
        await self.bench.done(cmd.JudgePower(there))

    async def seconds(self, count: int) -> None:
        for _ in range(count):
            self.watch.look()
            await soon(lambda: not self.bench.actor.waiting and not self.bench.actor.busy_since_mono_ms)
            await asyncio.sleep(0)  # what the checkpoint's end causes
            self.bench.clock.advance(1_000)


@pytest.fixture
async def power(bench: Bench, tmp_path: Path) -> Power:
    return Power(bench, tmp_path / "power-off")


async def test_a_short_failure_is_ridden_out(power: Power) -> None:
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000)
    await power.mains(True)
    await power.seconds(10)
    assert (power.sealed, power.file.exists()) == (0, False)


async def test_a_long_one_ends_with_a_checkpoint_and_then_the_wish_to_be_switched_off_once(power: Power) -> None:
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000 + 10)
    assert (power.sealed, power.file.exists()) == (1, True)


async def test_whoever_stands_at_a_door_has_thirty_seconds(power: Power) -> None:
    await power.bench.announce("D1")
    await power.bench.log_in()
    await power.bench.done(cmd.PresentOrder("ORDER-D1"))
    opening = power.bench.box.opening
    assert opening is not None
    await power.bench.door(opening.compartment, Door.OPEN)
    await power.mains(False)
    await power.seconds(DOOR_WAIT_MS // 1000)
    assert not power.file.exists()
    await power.seconds(2)
    assert (power.sealed, power.file.exists()) == (0, True), "no checkpoint with an open door; every event is written"


async def test_a_door_that_was_closed_is_waited_for_no_longer(power: Power) -> None:
    await power.bench.announce("D1")
    await power.bench.log_in()
    await power.bench.done(cmd.PresentOrder("ORDER-D1"))
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000 + 2)
    assert not power.file.exists()
    await power.bench.open_and_close()
    await power.seconds(2)
    assert (power.sealed, power.file.exists()) == (1, True)


async def test_the_wish_is_withdrawn_when_the_mains_come_back_and_made_again_when_they_go(power: Power) -> None:
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000 + 2)
    await power.mains(True)
    await power.seconds(1)
    assert not power.file.exists()
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000)
    assert not power.file.exists(), "counted anew"
    await power.seconds(2)
    assert power.file.exists()


async def test_the_wish_of_an_earlier_process_is_not_this_ones(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "power-off"
    file.touch()
    Power(bench, file)
    assert not file.exists()


async def test_a_box_that_has_lost_its_contact_does_not_stay_without_mains(bench: Bench, tmp_path: Path) -> None:
    power = Power(bench, tmp_path / "power-off", has_signal=False)
    await power.mains(False)
    await power.seconds(1)
    assert "power_fail" not in bench.box.faults


async def test_a_directory_that_is_not_there_is_said_and_ends_nothing(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    power = Power(bench, tmp_path / "missing" / "power-off")
    await power.mains(False)
    await power.seconds(HOLD_MS // 1000 + 2)
    assert "power_off_failed" in caplog.text
