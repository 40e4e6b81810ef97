"""Door contacts that have to be asked for: what is believed, for how long, and who hears of it."""

from __future__ import annotations

import pytest

from hal.boards.polled import OUTDATED_MS, PolledDoors
from hal.cabinet import JoinedDoors
from hal.doors.watch import DoorWatch
from hal.interfaces import DoorLevel, DoorReading, UnknownCompartment

OPEN, CLOSED, UNKNOWN = DoorLevel.OPEN, DoorLevel.CLOSED, DoorLevel.UNKNOWN


class Clock:
    now = 5_000

    def __call__(self) -> int:
        return self.now


def made(clock: Clock) -> tuple[PolledDoors, list[DoorReading]]:
    doors = PolledDoors({"A01": 0, "A02": 7}, clock=clock)
    heard: list[DoorReading] = []
    doors.subscribe(heard.append)
    return doors, heard


def test_unknown_before_the_first_poll_and_told_with_it() -> None:
    clock = Clock()
    doors, heard = made(clock)
    assert doors.read("A01") == DoorReading("A01", UNKNOWN, 5_000)
    assert not doors.learn({0: CLOSED, 7: OPEN}, 5_010)
    assert heard == [DoorReading("A01", CLOSED, 5_010), DoorReading("A02", OPEN, 5_010)]
    assert doors.read("A02") == DoorReading("A02", OPEN, 5_010)
    with pytest.raises(UnknownCompartment):
        doors.read("Z99")


def test_a_change_counts_when_two_polls_say_it_from_the_first_of_them() -> None:
    doors, heard = made(Clock())
    doors.learn({0: CLOSED, 7: CLOSED}, 5_000)
    heard.clear()
    assert doors.learn({0: OPEN, 7: CLOSED}, 5_400), "to be asked again soon"
    assert heard == []
    assert doors.read("A01").level is CLOSED
    assert doors.level(0) is OPEN
    assert not doors.learn({0: OPEN, 7: CLOSED}, 5_430)
    assert heard == [DoorReading("A01", OPEN, 5_400)]


def test_a_contact_caught_bouncing_has_not_moved() -> None:
    doors, heard = made(Clock())
    doors.learn({0: CLOSED, 7: CLOSED}, 5_000)
    heard.clear()
    for at in range(5_400, 9_000, 800):
        doors.learn({0: OPEN, 7: CLOSED}, at)
        doors.learn({0: CLOSED, 7: CLOSED}, at + 30)
    assert heard == []


def test_a_board_that_is_lost_makes_doors_unknown_once_and_what_comes_then_is_believed() -> None:
    doors, heard = made(Clock())
    doors.learn({0: CLOSED, 7: CLOSED}, 5_000)
    heard.clear()
    doors.lose(6_000)
    doors.lose(6_100)
    assert heard == [DoorReading("A01", UNKNOWN, 6_000), DoorReading("A02", UNKNOWN, 6_000)]
    doors.learn({0: OPEN, 7: CLOSED}, 7_000)
    assert heard[2:] == [DoorReading("A01", OPEN, 7_000), DoorReading("A02", CLOSED, 7_000)]


def test_what_nobody_has_read_for_long_is_not_known() -> None:
    clock = Clock()
    doors, _ = made(clock)
    doors.learn({0: CLOSED, 7: CLOSED}, clock.now)
    clock.now += OUTDATED_MS
    assert doors.read("A01").level is CLOSED
    clock.now += 1
    assert doors.read("A01") == DoorReading("A01", UNKNOWN, clock.now)


def test_a_channel_that_the_board_does_not_speak_of_is_unknown() -> None:
    doors, _ = made(Clock())
    doors.learn({0: CLOSED}, 5_000)
    assert doors.read("A02").level is UNKNOWN


def test_a_thread_that_stands_still_is_seen_through_all_doors_of_the_box() -> None:
    clock = Clock()
    quick, slow = PolledDoors({"A01": 0}, clock=clock), PolledDoors({"A02": 0}, clock=clock, progress=lambda: 4_000)
    assert quick.progress_ms == 5_000
    assert JoinedDoors([quick, slow]).progress_ms == 4_000
    watch = DoorWatch(JoinedDoors([quick, slow]), lambda reading: None, clock=clock)
    assert watch.progress_ms == 4_000


def test_closing_is_told_once_and_close_watching_is_handed_on() -> None:
    closed: list[int] = []
    watched: list[tuple[int, int]] = []
    doors = PolledDoors({"A01": 0}, watch_closely=lambda *what: watched.append(what), on_close=lambda: closed.append(1))
    doors.watch_closely("A01", 77)
    doors.watch_closely("Z99", 88)
    doors.close()
    doors.close()
    assert (watched, closed) == ([(0, 77)], [1])
