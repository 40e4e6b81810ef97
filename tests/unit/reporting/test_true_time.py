"""Entries that were written while the clock was wrong are put where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.domain import events as ev
from controller.domain.moment import Moment
from controller.reporting.true_time import MOST_WAITING, TrueTime

NOON = 1_790_000_000_000


def entries(*moments: Moment) -> list[tuple[int, bool]]:
    time = TrueTime()
    found = [entry for at in moments for entry in time.add(ev.BoxStopped(""), at)]
    return [(entry.wall_ms, entry.certain) for entry in (*found, *time.rest())]


def test_what_came_before_the_time_was_known_gets_it_afterwards() -> None:
    assert entries(
        Moment(5_000, 1_000, "b", False), Moment(9_000, 5_000, "b", False), Moment(NOON, 65_000, "b", True)
    ) == [(NOON - 64_000, True), (NOON - 60_000, True), (NOON, True)]


def test_a_clock_that_is_in_doubt_again_goes_on_by_the_monotonic_one() -> None:
    assert entries(Moment(NOON, 1_000, "b", True), Moment(77, 11_000, "b", False)) == [
        (NOON, True),
        (NOON + 10_000, True),
    ]


def test_a_boot_that_never_got_the_time_keeps_what_it_wrote_and_is_uncertain() -> None:
    assert entries(Moment(NOON, 1_000, "b", False), Moment(NOON + 9, 500, "c", True)) == [
        (NOON, False),
        (NOON + 9, True),
    ]


def test_no_more_than_so_many_wait() -> None:
    time = TrueTime()
    for number in range(MOST_WAITING - 1):
        assert not list(time.add(ev.BoxStopped(""), Moment(number, number, "b", False)))
    assert len(list(time.add(ev.BoxStopped(""), Moment(1, 1, "b", False)))) == MOST_WAITING


@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**30), st.sampled_from("abc"), st.booleans())))
def test_every_entry_comes_out_once_and_in_the_order_of_the_log(moments: list[tuple[int, int, str, bool]]) -> None:
    time = TrueTime()
    events = [ev.BoxStopped(str(number)) for number in range(len(moments))]
    given_out = [e for event, at in zip(events, moments, strict=True) for e in time.add(event, Moment(*at))]
    given_out += time.rest()
    assert [entry.event for entry in given_out] == events
