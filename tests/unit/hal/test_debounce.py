"""Bouncing contacts become steady levels."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.debounce import Debouncer, Steady
from hal.interfaces import DoorLevel

OPEN, CLOSED, UNKNOWN = DoorLevel.OPEN, DoorLevel.CLOSED, DoorLevel.UNKNOWN


def settled(level: DoorLevel = CLOSED, window_ms: int = 30) -> Debouncer:
    """A debouncer that believes ``level`` since 0."""
    debouncer = Debouncer(window_ms)
    debouncer.feed(level, 0)
    assert debouncer.advance(window_ms) == Steady(level, 0)
    return debouncer


def test_a_level_is_believed_after_a_whole_window() -> None:
    debouncer = settled()
    assert debouncer.feed(OPEN, 1_000) is None
    assert debouncer.deadline == 1_030
    assert debouncer.advance(1_029) is None
    assert debouncer.advance(1_030) == Steady(OPEN, 1_000)
    assert debouncer.deadline is None


def test_bouncing_is_one_reading_stamped_with_the_first_edge() -> None:
    debouncer = settled()
    for at, level in [(1_000, OPEN), (1_001, CLOSED), (1_003, OPEN), (1_004, CLOSED), (1_007, OPEN)]:
        assert debouncer.feed(level, at) is None
    assert debouncer.advance(1_036) is None
    assert debouncer.advance(1_037) == Steady(OPEN, 1_000)


def test_a_knock_is_nothing() -> None:
    debouncer = settled()
    debouncer.feed(OPEN, 1_000)
    debouncer.feed(CLOSED, 1_004)
    assert debouncer.advance(2_000) is None
    debouncer.feed(OPEN, 3_000)
    assert debouncer.advance(3_030) == Steady(OPEN, 3_000), "the knock's edge is forgotten"


def test_a_late_thread_does_not_lose_a_level_in_between() -> None:
    debouncer = settled()
    debouncer.feed(OPEN, 1_000)
    assert debouncer.feed(CLOSED, 1_200) == Steady(OPEN, 1_000)
    assert debouncer.advance(1_230) == Steady(CLOSED, 1_200)


def test_time_does_not_run_backwards() -> None:
    debouncer = settled()
    debouncer.feed(OPEN, 1_000)
    debouncer.feed(CLOSED, 990)
    assert debouncer.advance(1_030) is None
    assert debouncer.steady == Steady(CLOSED, 0)


@pytest.mark.parametrize("gap", [1, 10, 40, 49])
def test_flapping_is_unknown_until_it_is_quiet(gap: int) -> None:
    debouncer = settled()
    level, now, said = OPEN, 1_000, []
    while now < 5_000:
        said += [steady for steady in (debouncer.feed(level, now), debouncer.advance(now + gap - 1)) if steady]
        level, now = (CLOSED if level is OPEN else OPEN), now + gap
    assert said[-1].level is UNKNOWN
    assert said[-1].flapping
    assert 3_000 <= said[-1].since_ms <= 4_200
    last_edge = now - gap
    assert debouncer.deadline == last_edge + 500
    assert debouncer.advance(last_edge + 499) is None
    believed = debouncer.advance(last_edge + 500)
    assert believed == Steady(CLOSED if level is OPEN else OPEN, last_edge)
    assert debouncer.feed(level, last_edge + 9_000) is None
    assert debouncer.advance(last_edge + 9_030) == Steady(level, last_edge + 9_000)


def test_a_door_that_is_used_a_lot_does_not_flap() -> None:
    debouncer = settled()
    for turn in range(200):
        at = 1_000 + turn * 100
        assert debouncer.feed(OPEN if turn % 2 == 0 else CLOSED, at) is None
        steady = debouncer.advance(at + 99)
        assert steady is not None
        assert not steady.flapping


@pytest.mark.parametrize("window", [4, 0, -1, 501])
def test_a_window_out_of_range_is_refused(window: int) -> None:
    with pytest.raises(ValueError, match="between 5 and 500"):
        Debouncer(window)


readings = st.lists(st.tuples(st.integers(0, 200), st.sampled_from([OPEN, CLOSED, UNKNOWN])), max_size=80)


@given(st.integers(5, 500), readings)
def test_whatever_happens_the_last_level_is_believed_in_the_end(
    window: int, history: list[tuple[int, DoorLevel]]
) -> None:
    debouncer = Debouncer(window)
    now = 0
    told: list[Steady] = []
    for wait, level in history:
        now += wait
        steady = debouncer.feed(level, now)
        if steady is not None:
            told.append(steady)
            assert steady.since_ms <= now
    last = debouncer.advance(now + 1_000)
    if last is not None:
        told.append(last)
    assert debouncer.deadline is None
    if history:
        assert debouncer.steady is not None
        assert debouncer.steady.level is history[-1][1]
        assert told[-1] == debouncer.steady
    for one, other in pairwise(told):
        assert (one.level, one.flapping) != (other.level, other.flapping), "the same thing was told twice"
        assert one.since_ms <= other.since_ms
