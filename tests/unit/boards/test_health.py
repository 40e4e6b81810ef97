"""When a board counts as silent or noisy, and how often it is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hal.boards.health import CYCLE_MS, HOT_MS, MISSES, PAUSE_MS, SILENT_MS, Health


def test_a_board_that_answers_is_asked_once_a_cycle_and_often_while_a_door_may_move() -> None:
    health = Health(0)
    health.answered(10)
    assert health.wait_ms(hot=False) == CYCLE_MS
    assert health.wait_ms(hot=True) == HOT_MS


def test_one_lost_answer_is_asked_for_again_and_no_fault() -> None:
    health = Health(0)
    health.answered(10)
    health.missed(510, garbled=False)
    assert not health.silent
    assert health.wait_ms(hot=False) < HOT_MS


def test_silent_after_its_time_then_asked_with_growing_pauses_and_well_again_at_once() -> None:
    health = Health(0)
    health.answered(0)
    for now in range(400, 400 + 100 * MISSES, 100):
        health.missed(now, garbled=False)
    before = health.silent
    health.missed(SILENT_MS, garbled=False)
    assert (before, health.silent) == (False, True)
    pauses = []
    for _ in range(8):
        pauses.append(health.wait_ms(hot=True))
        health.missed(10_000, garbled=False)
    assert pauses[0] == PAUSE_MS[0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSE_MS[1]
    health.answered(11_000)
    assert not health.silent
    assert health.wait_ms(hot=False) == CYCLE_MS


def test_time_alone_makes_nobody_silent() -> None:
    health = Health(0)
    health.missed(60_000, garbled=False)
    assert not health.silent, "the machine was busy: the board was asked once"


def test_noise_stands_until_it_has_been_quiet_for_long() -> None:
    health = Health(0)
    for now in range(3):
        health.missed(now, garbled=True)
        health.answered(now)
    assert health.noisy
    for now in range(15):
        health.answered(now)
    assert health.noisy
    for now in range(10):
        health.answered(now)
    assert not health.noisy


@given(st.lists(st.sampled_from(["answered", "missed", "garbled", "reopened"]), max_size=60))
def test_nobody_is_forgotten(happenings: list[str]) -> None:
    health = Health(0)
    now = 0
    for happening in happenings:
        now += 100
        match happening:
            case "answered":
                health.answered(now)
                assert not health.silent
            case "reopened":
                health.reopened(now)
            case _:
                health.missed(now, garbled=happening == "garbled")
        assert 0 < health.wait_ms(hot=False) <= PAUSE_MS[1]
