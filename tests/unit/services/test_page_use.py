"""Languages and reading modes are written down in groups; of one visit nothing is."""

from __future__ import annotations

from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.decide_reporting import LEAST_SESSIONS
from controller.reporting import Month
from controller.services.front import Front
from controller.services.page_use import GROUP, PageUse
from tests.unit.reporting.story import ZONE
from tests.unit.services.bench import Bench, soon

DAY = 86_400_000


class Town:
    """A box at which people begin to collect, one after the other, and then do not."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.front = Front(bench.actor, lambda tone: None)
        self.use = PageUse(bench.actor, self.front, lambda wall_ms: str(Month.of(wall_ms, ZONE)))
        self.noted: list[ev.PageUseNoted] = []
        bench.actor.on_event(self._hear)

    def _hear(self, event: ev.Event, _: object) -> None:
        if isinstance(event, ev.PageUseNoted):
            self.noted.append(event)

    async def visits(self, count: int, language: str = "de", *modes: str) -> None:
        for _ in range(count):
            await self.bench.done(cmd.PresentCredential("R1", "qr", ("birth_date",)))
            self.front.choose_language(language)
            self.use.tell(modes)
            session = self.bench.box.session
            assert session is not None
            await self.bench.done(cmd.CancelSession(session.id))
            self.bench.clock.advance(1_000)


async def town(bench: Bench) -> Town:
    await bench.stored("D1", types=("Personalausweis",))
    return Town(bench)


async def test_a_group_is_written_and_nothing_before_it(bench: Bench) -> None:
    there = await town(bench)
    await there.visits(GROUP - 4)
    await there.visits(3, "tr", "larger", "contrast")
    assert there.noted == []
    assert not any("PageUseNoted" in written for written in bench.log.appends)
    await there.visits(1, "tr", "larger")
    await soon(lambda: there.noted)
    assert there.noted == [
        ev.PageUseNoted(
            "2026-11",
            GROUP,
            (ev.UseCount("de", GROUP - 4), ev.UseCount("tr", 4)),
            (ev.UseCount("contrast", 3), ev.UseCount("larger", 4)),
        )
    ]


async def test_the_next_group_begins_anew(bench: Bench) -> None:
    there = await town(bench)
    await there.visits(GROUP, "tr", "speech")
    await there.visits(GROUP, "de")
    await soon(lambda: len(there.noted) == 2)
    assert there.noted[1] == ev.PageUseNoted("2026-11", GROUP, (ev.UseCount("de", GROUP),), ())


async def test_a_mode_that_nobody_knows_and_one_told_outside_a_session_do_not_count(bench: Bench) -> None:
    there = await town(bench)
    there.use.tell(("larger",))
    await there.visits(GROUP, "de", "shouting")
    await soon(lambda: there.noted)
    assert there.noted[0].modes == ()


async def test_a_group_of_the_month_before_is_written_when_the_next_begins(bench: Bench) -> None:
    there = await town(bench)
    await there.visits(LEAST_SESSIONS)
    there.use.settle()
    assert there.noted == []
    bench.clock.advance(10 * DAY)
    there.use.settle()
    await soon(lambda: there.noted)
    assert (there.noted[0].month, there.noted[0].sessions) == ("2026-11", LEAST_SESSIONS)
    await there.visits(GROUP)
    await soon(lambda: len(there.noted) == 2)
    assert there.noted[1].month == "2026-12"


async def test_what_is_too_little_for_a_group_is_forgotten(bench: Bench) -> None:
    there = await town(bench)
    await there.visits(LEAST_SESSIONS - 1)
    there.use.flush()
    await there.visits(LEAST_SESSIONS)
    there.use.flush()
    await soon(lambda: there.noted)
    assert [noted.sessions for noted in there.noted] == [LEAST_SESSIONS]


async def test_without_the_time_nothing_is_counted(bench: Bench) -> None:
    there = await town(bench)
    bench.trusted = False
    await there.visits(GROUP)
    bench.trusted = True
    await there.visits(LEAST_SESSIONS)
    there.use.flush()
    await soon(lambda: there.noted)
    assert [noted.sessions for noted in there.noted] == [LEAST_SESSIONS]
