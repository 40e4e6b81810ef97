"""Random histories of a town hall: what the ledger says in one pass is what a slow look at the whole log says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.api import MonthFigures
from controller.domain import commands as cmd
from controller.domain import events as ev
from controller.domain.evolve import evolve
from controller.domain.model import Box, Door
from controller.domain.moment import Moment
from controller.reporting import Ledger, Month
from controller.reporting.months import local_date
from tests.unit.domain.builder import CABINET, STAFF, Scenario
from tests.unit.domain.world import World
from tests.unit.reporting.story import CALENDAR, ZONE

Log = list[tuple[ev.Event, Moment]]
HOUR = 3_600_000

SEARCH = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@st.composite
def histories(draw: st.DrawFn, *, clock_jumps: bool = False) -> tuple[Log, int]:
    """A log, and when it was looked at."""
    start = Scenario(cabinet=CABINET[:4])
    if draw(st.booleans()):
        start.do(cmd.ActivateCalendar("calendar-1", CALENDAR))
    start.stored("D1", "eAT").stored("D2", "Personalausweis", right="R2").right("R3", "D1", "D2")
    world = World(start)
    for _ in range(draw(st.integers(1, 45))):
        step = draw(st.integers(0, 9))
        if step == 0:
            world.pass_time(draw(st.sampled_from((40, 45_000, HOUR, 20 * HOUR, 30 * 24 * HOUR))))
            world.do(cmd.Tick())
        elif step == 1:
            world.restart(*(draw(st.booleans()) for _ in range(4)))
        elif step == 2:
            fault = draw(st.sampled_from(("scanner_down", "disk_full")))
            world.do(cmd.SetFault(fault, "", draw(st.booleans())))
        elif step == 3 and draw(st.booleans()):
            world.do(cmd.StopBox("stopped"))
            world.pass_time(HOUR)
            world.restart(False, False, False, False)
        elif step == 3:
            world.move(draw(st.sampled_from(("A01", "A02"))), Door.OPEN)
        elif step == 4 and clock_jumps:
            jump = draw(st.sampled_from((-HOUR, HOUR, 40 * 24 * HOUR)))
            trusted = draw(st.booleans())
            moment = world.moment
            world.moment = replace(moment, wall_ms=moment.wall_ms + jump, clock_trusted=trusted)
        elif acts := world.acts():
            acts[draw(st.integers(0, len(acts) - 1))][1]()
    return list(zip(world.book.events, world.book.moments, strict=True)), world.moment.wall_ms


def told(log: Log, now: int) -> tuple[Ledger, dict[str, MonthFigures]]:
    ledger = Ledger(ZONE, ("de", "tr"))
    for event, at in log:
        ledger.add(event, at)
    ledger.close()
    return ledger, {str(month): ledger.figures(month, now, now) for month in ledger.months(now, now)}


COUNTED: dict[str, Callable[[ev.Event], bool]] = {
    "pickups": lambda e: isinstance(e, ev.DepositEnded) and e.end.startswith("collected"),
    "recalled": lambda e: isinstance(e, ev.DepositEnded) and e.end == "recalled",
    "at_counter": lambda e: isinstance(e, ev.DepositEnded) and e.end == "handed_over_at_counter",
    "openings": lambda e: isinstance(e, ev.UnlockAuthorised) and e.purpose == "pickup" and e.attempt == 1,
    "unexpected_open": lambda e: isinstance(e, ev.DoorOpened) and e.cause not in ("authorised", "settled"),
    "left_open": lambda e: isinstance(e, ev.DoorLeftOpen) and e.stage == "staff",
    "documents_missing": lambda e: isinstance(e, ev.DepositMissing),
    "quarantines": lambda e: isinstance(e, ev.CompartmentQuarantined),
    "help_calls": lambda e: isinstance(e, ev.HelpCalled),
}


@SEARCH
@given(histories())
def test_counts_are_those_of_the_log_month_by_month(history: tuple[Log, int]) -> None:
    log, now = history
    _, figures = told(log, now)
    for name, counts in COUNTED.items():
        expected = Counter(str(Month.of(at.wall_ms, ZONE)) for event, at in log if counts(event))
        assert {month: found for month, f in figures.items() if (found := getattr(f, name))} == dict(expected), name
    for month in figures.values():
        assert 0 <= month.first_try <= month.openings
        assert month.appointments_saved <= month.pickups <= month.documents
        assert month.timed_pickups <= month.pickups
        assert month.outside_counter_hours <= month.timed_pickups
        assert sum(down.ms for down in month.down) <= month.opening_ms
        assert month.days_full <= month.days


@SEARCH
@given(histories())
def test_opening_time_and_losses_are_those_of_every_stretch_between_two_entries(history: tuple[Log, int]) -> None:
    """From entry to entry, where there is no calendar."""
    log, now = history
    if any(isinstance(event, ev.CalendarActivated) for event, _ in log):
        return
    _, figures = told(log, now)
    lost: Counter[str] = Counter()
    box, running = Box(), False
    instants = [at.wall_ms for _, at in log]
    for index, (event, at) in enumerate(log):
        box = evolve(box, event, at)
        running = (running or isinstance(event, ev.BoxStarted)) and not isinstance(event, ev.BoxStopped)
        until = instants[index + 1] if index + 1 < len(log) else now
        following = log[index + 1][0] if index + 1 < len(log) else None
        if not running:
            cause = "stopped"
        elif isinstance(following, ev.BoxStarted):
            cause = "interrupted"
        else:
            known = {*box.faults, *(("reported",) if box.outage is not None else ())}
            cause = next((name for name in ("disk_full", "reported", "scanner_down") if name in known), "")
        lost[cause] += until - at.wall_ms
    assert sum(f.opening_ms for f in figures.values()) == now - instants[0]
    found: Counter[str] = Counter()
    for month in figures.values():
        for down in month.down:
            found[down.cause] += down.ms
    assert found == Counter({cause: ms for cause, ms in lost.items() if cause and ms})


@SEARCH
@given(histories())
def test_the_compartments_that_are_free_are_those_of_the_state(history: tuple[Log, int]) -> None:
    log, now = history
    full_days = set()
    box = Box()
    for index, (event, at) in enumerate(log):
        box = evolve(box, event, at)
        until = log[index + 1][1].wall_ms if index + 1 < len(log) else now
        if box.compartments and not any(c.allottable for c in box.compartments.values()) and until > at.wall_ms:
            step = min(HOUR, until - at.wall_ms)
            full_days |= {local_date(min(wall, until - 1), ZONE) for wall in range(at.wall_ms, until + step, step)}
    ledger, figures = told(log, now)
    if not any(month.hours_known for month in figures.values()):
        assert sum(month.days_full for month in figures.values()) == len(full_days)
    assert ledger._free == {label for label, c in box.compartments.items() if c.allottable}


@SEARCH
@given(histories())
def test_what_is_passed_by_changes_nothing_that_is_looked_at(history: tuple[Log, int]) -> None:
    log, now = history
    ledger, _ = told(log, now)
    box = Box()
    for event, at in log:
        box = evolve(box, event, at)
    for part in ("deposits", "rights", "compartments", "faults", "outage", "box", "kind"):
        found, expected = getattr(ledger._box, part), getattr(box, part)
        if part == "rights":
            assert set(found) == set(expected)
        elif part == "compartments":
            assert {n: c.allottable for n, c in found.items()} == {n: c.allottable for n, c in expected.items()}
        elif part == "faults":
            assert set(found) == set(expected)
        else:
            assert found == expected, part
    for opening, expected in ((ledger._box.opening, box.opening),):
        assert (opening is None) == (expected is None)
        if opening is not None and expected is not None:
            assert (opening.purpose, opening.deposit, opening.attempt) == (
                expected.purpose,
                expected.deposit,
                expected.attempt,
            )
    assert set(ledger._box.unsettled) == set(box.unsettled)
    assert (ledger._box.session is None) == (box.session is None)
    if ledger._box.session is not None and box.session is not None:
        assert ledger._box.session.collected == box.session.collected


@SEARCH
@given(histories(clock_jumps=True))
def test_whatever_the_clock_does_nothing_is_lost_or_counted_twice(history: tuple[Log, int]) -> None:
    log, now = history
    ledger, _ = told(log, now)
    assert ledger.seq == len(log)
    for name, counts in COUNTED.items():
        total = sum(getattr(tally, name) for tally in ledger._tallies.values())
        assert total == sum(1 for event, _ in log if counts(event)), name
    for tally in ledger._tallies.values():
        assert 0 <= sum(tally.down.values()) <= tally.opening_ms <= tally.covered_ms


@SEARCH
@given(histories(), st.integers(1, 200))
def test_it_makes_no_difference_in_how_many_pieces_the_log_is_read(history: tuple[Log, int], piece: int) -> None:
    log, now = history
    ledger = Ledger(ZONE, ("de", "tr"))
    for start in range(0, len(log), piece):
        for event, at in log[start : start + piece]:
            ledger.add(event, at)
    ledger.close()
    assert {str(month): ledger.figures(month, now, now) for month in ledger.months(now, now)} == told(log, now)[1]


@SEARCH
@given(histories())
def test_there_is_no_id_of_anybody_in_it(history: tuple[Log, int]) -> None:
    """Neither of staff nor of a session, an envelope, a right or a compartment."""
    log, now = history
    written = json.dumps(msgspec.to_builtins(list(told(log, now)[1].values())))
    words = set(re.findall(r"[A-Za-z0-9_-]+", written))
    assert not words & set(STAFF)
    assert not [word for word in words if re.fullmatch(r"(S|A|R|D|N|RN|H)[0-9]+", word)]


@pytest.mark.parametrize("kind", [MonthFigures])
def test_no_field_could_hold_one(kind: type) -> None:
    """Figures are numbers; the only words are months, causes, languages and modes."""
    texts = {name for name, field in kind.__annotations__.items() if "str" in str(field)}
    assert texts == {"month"}
