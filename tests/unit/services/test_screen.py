"""The screen watch: when the page counts as shown, what the rules are told, and when the browser is started anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.services.screen import GRACE_MS, RESTART_AFTER_MS, RESTART_EVERY_MS, STALE_MS, ScreenWatch
from tests.unit.services.bench import Bench, soon


class Screen:
    """A watch whose rounds the test makes, once a second."""

    def __init__(self, bench: Bench, file: Path, *, required: bool = True) -> None:
        self.bench, self.file = bench, file
        self.watch = ScreenWatch(required, bench.clock.mono_ms, file)
        self.restarts = 0

    async def seconds(self, count: int, *shown: int, current: int = 5) -> None:
        """So much time passes; each second the page says ``shown``, if it says anything."""
        for _ in range(count):
            self.bench.clock.advance(1_000)
            for revision in shown:
                self.watch.shown(revision, current)
            self.watch.look(self.bench.actor)
            await soon(lambda: not self.bench.actor.waiting and not self.bench.actor.busy_since_mono_ms)
            if self.file.exists():
                self.file.unlink()
                self.restarts += 1

    def fresh(self) -> bool:
        return self.watch.fresh

    def fault(self) -> bool:
        return "screen_stale" in self.bench.box.faults


@pytest.fixture
async def screen(bench: Bench, tmp_path: Path) -> Screen:
    return Screen(bench, tmp_path / "browser-restart")


async def test_before_the_page_has_said_anything_it_is_not_fresh(screen: Screen) -> None:
    before = screen.fresh()
    screen.watch.shown(5, 5)
    assert (before, screen.fresh()) == (False, True)


async def test_after_six_seconds_of_silence_it_is_stale(screen: Screen) -> None:
    screen.watch.shown(5, 5)
    fresh = []
    for step in (STALE_MS, 1):
        screen.bench.clock.advance(step)
        fresh.append(screen.fresh())
    assert fresh == [True, False]


async def test_a_page_that_stays_behind_is_stale_however_often_it_speaks(screen: Screen) -> None:
    await screen.seconds(1, 5)
    await screen.seconds(STALE_MS // 1000 + 1, 5, current=6)
    assert screen.fresh(), "six seconds are allowed"
    await screen.seconds(1, 5, current=6)
    assert not screen.fresh()
    await screen.seconds(1, 6, current=6)
    assert screen.fresh()


async def test_a_page_that_is_always_one_behind_because_much_happens_is_not(screen: Screen) -> None:
    for revision in range(5, 40):
        await screen.seconds(1, revision, current=revision + 1)
        assert screen.fresh()


async def test_numbers_of_another_process_are_not_believed(screen: Screen) -> None:
    """The controller counts from one again after a restart; a page that shows a later number shows an old picture."""
    await screen.seconds(STALE_MS // 1000 + 2, 900, current=3)
    assert not screen.fresh()


async def test_a_browser_may_take_its_time_to_start(screen: Screen) -> None:
    await screen.seconds(GRACE_MS // 1000 - 1)
    assert not screen.fault()
    await screen.seconds(2)
    assert screen.fault()
    await screen.seconds(1, 5)
    assert not screen.fault()


async def test_the_browser_is_started_anew_after_fifteen_seconds_and_then_once_a_minute(screen: Screen) -> None:
    await screen.seconds(GRACE_MS // 1000 + RESTART_AFTER_MS // 1000 - 1)
    assert screen.restarts == 0
    await screen.seconds(2)
    assert screen.restarts == 1
    await screen.seconds(RESTART_EVERY_MS // 1000 - 2)
    assert screen.restarts == 1
    await screen.seconds(3)
    assert screen.restarts == 2
    await screen.seconds(1, 5)
    await screen.seconds(STALE_MS // 1000 + 1)
    assert screen.restarts == 2, "a screen that came back begins anew"


async def test_while_staff_have_the_screen_nothing_is_expected_of_the_residents_page(screen: Screen) -> None:
    await screen.bench.log_in()
    await screen.seconds(40)
    assert not screen.fault()
    assert screen.restarts == 0
    assert not screen.fresh(), "and residents get no door meanwhile"
    await screen.bench.log_out()
    await screen.seconds(GRACE_MS // 1000 + 2)
    assert screen.fault()


async def test_a_directory_that_is_not_there_is_said_and_ends_nothing(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    screen = Screen(bench, tmp_path / "missing" / "browser-restart")
    await screen.seconds(GRACE_MS // 1000 + RESTART_AFTER_MS // 1000 + 2)
    assert "screen_restart_failed" in caplog.text
    assert screen.fault()


async def test_a_box_without_a_screen_of_its_own_is_always_fresh(bench: Bench, tmp_path: Path) -> None:
    screen = Screen(bench, tmp_path / "browser-restart", required=False)
    await screen.seconds(60)
    assert screen.fresh()
    assert not screen.fault()
    assert screen.restarts == 0
