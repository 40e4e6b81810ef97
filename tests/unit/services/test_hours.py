"""The pages follow the calendar by themselves."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.ports import Tone
from controller.services.front import Front
from controller.services.hours import HoursWatch
from controller.services.scan_mode import scan_mode
from tests.unit.domain.builder import MORNING
from tests.unit.domain.calendars import WEEKDAYS, at
from tests.unit.services.bench import Bench


async def test_everybody_looks_again_when_the_box_opens_and_when_staff_come_and_go(bench: Bench) -> None:
    await bench.done(cmd.ActivateCalendar("calendar-1", WEEKDAYS))
    front = Front(bench.actor, lambda tone: None)
    told: list[str] = []
    front.on_change(lambda: told.append(scan_mode(bench.box, "", bench.actor.now())))
    watch = HoursWatch(bench.actor, front)
    watch.look()
    assert not told, "nothing has changed"
    seq = bench.box.seq
    now = MORNING
    for moment, mode in (
        ("2026-11-23 06:00", ["PICKUP"]),
        ("2026-11-23 08:00", ["PICKUP"]),
        ("2026-11-23 15:59", []),
        ("2026-11-23 16:00", ["PICKUP"]),
        ("2026-11-23 22:00", ["BADGE"]),
    ):
        bench.clock.advance(at(moment) - now)
        now = at(moment)
        told.clear()
        watch.look()
        watch.look()
        assert told == mode, moment
    assert bench.box.seq == seq, "the calendar is in the log; that it is followed is no event"


async def test_whoever_calls_hears_that_it_was_taken_down_and_that_somebody_comes(bench: Bench) -> None:
    tones: list[Tone] = []
    Front(bench.actor, tones.append)
    await bench.done(cmd.CallHelp(""))
    await bench.done(cmd.CallHelp(""))
    (call,) = bench.box.help_calls
    assert tones == [Tone.ACCEPTED], "once, however often it is pressed"
    await bench.done(cmd.AcknowledgeHelp(call, "lena"))
    assert tones == [Tone.ACCEPTED] * 2
