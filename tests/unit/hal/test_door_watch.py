"""Edges, polls and faults come out as one steady story."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from hal.doors.watch import CYCLE_MS, TURNS, DoorWatch, _phases
from hal.interfaces import DoorLevel, DoorReading, Fault, monotonic_ms
from tests.fakes.hardware import FakeDoors
from tests.fakes.plant import eventually

LABELS = ["A01", "A02", "A03", "A04"]


class Faults:
    def __init__(self) -> None:
        self.standing: set[tuple[str, str]] = set()
        self.raised: list[Fault] = []

    def fault_raised(self, fault: Fault) -> None:
        assert (fault.code, fault.subject) not in self.standing
        self.standing.add((fault.code, fault.subject))
        self.raised.append(fault)

    def fault_cleared(self, code: str, subject: str) -> None:
        self.standing.remove((code, subject))


class Scene:
    """A watch over four fake doors."""

    def __init__(self) -> None:
        self.doors = FakeDoors(LABELS)
        self.faults = Faults()
        self.heard: list[DoorReading] = []
        self.threads: set[int] = set()
        self.watch = DoorWatch(self.doors, self.hear, faults=self.faults)

    def hear(self, reading: DoorReading) -> None:
        self.heard.append(reading)
        self.threads.add(threading.get_ident())

    def of(self, compartment: str) -> list[DoorLevel]:
        return [reading.level for reading in self.heard if reading.compartment == compartment]


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.watch.close()


def test_it_starts_with_every_door(scene: Scene) -> None:
    scene.doors.move("A02", DoorLevel.OPEN)
    scene.doors.move("A03", DoorLevel.UNKNOWN)
    assert set(scene.watch.levels().values()) == {DoorLevel.UNKNOWN}
    scene.watch.start()
    levels = scene.watch.wait_until_settled(5_000)
    closed, opened, unknown = DoorLevel.CLOSED, DoorLevel.OPEN, DoorLevel.UNKNOWN
    assert levels == {"A01": closed, "A02": opened, "A03": unknown, "A04": closed}
    assert sorted(reading.compartment for reading in scene.heard) == LABELS
    assert scene.faults.standing == {("door_sensor_unreadable", "A03")}


def test_who_does_not_wait_long_enough_gets_unknown(scene: Scene) -> None:
    assert set(scene.watch.wait_until_settled(1).values()) == {DoorLevel.UNKNOWN}


def test_a_bounce_is_one_reading_on_the_watch_s_thread(scene: Scene) -> None:
    scene.watch.start()
    scene.watch.wait_until_settled(5_000)
    before = monotonic_ms()
    for level in (DoorLevel.OPEN, DoorLevel.CLOSED, DoorLevel.OPEN, DoorLevel.CLOSED, DoorLevel.OPEN):
        scene.doors.move("A01", level)
    after = monotonic_ms()
    eventually(lambda: scene.watch.levels()["A01"] is DoorLevel.OPEN)
    assert scene.of("A01")[0] is DoorLevel.CLOSED
    assert scene.of("A01")[-1] is DoorLevel.OPEN
    assert before <= scene.heard[-1].mono_ms <= after
    assert len(scene.threads) == 1
    assert threading.get_ident() not in scene.threads


def test_lost_edges_are_found_by_polling(scene: Scene) -> None:
    scene.watch.start()
    scene.watch.wait_until_settled(5_000)
    scene.doors.edges_lost = True
    for label in LABELS:
        scene.doors.move(label, DoorLevel.OPEN)
    eventually(lambda: set(scene.watch.levels().values()) == {DoorLevel.OPEN})
    assert scene.of("A04") == [DoorLevel.CLOSED, DoorLevel.OPEN]


class CountingDoors(FakeDoors):
    """Remembers when each door was read."""

    def __init__(self) -> None:
        super().__init__(LABELS)
        self.reads: dict[str, int] = dict.fromkeys(LABELS, 0)

    def read(self, compartment: str) -> DoorReading:
        self.reads[compartment] += 1
        return super().read(compartment)


def test_a_door_watched_closely_is_read_more_often_than_the_others() -> None:
    doors = CountingDoors()
    watch = DoorWatch(doors, lambda reading: None)
    watch.start()
    watch.wait_until_settled(5_000)
    watch.watch_closely("A02", monotonic_ms() + 60_000)
    start = dict(doors.reads)
    eventually(lambda: doors.reads["A01"] - start["A01"] >= 3)  # two whole cycles at least
    assert doors.reads["A02"] - start["A02"] > 3 * (doors.reads["A01"] - start["A01"])
    assert all(doors.reads[label] > start[label] for label in LABELS)
    watch.close()
    with pytest.raises(KeyError):
        watch.watch_closely("Z99", 0)


def test_an_unreadable_sensor_is_a_fault_until_it_is_back(scene: Scene) -> None:
    scene.watch.start()
    scene.watch.wait_until_settled(5_000)
    scene.doors.move("A01", DoorLevel.UNKNOWN)
    eventually(lambda: ("door_sensor_unreadable", "A01") in scene.faults.standing)
    scene.doors.move("A01", DoorLevel.OPEN)
    eventually(lambda: not scene.faults.standing)
    eventually(lambda: scene.of("A01") == [DoorLevel.CLOSED, DoorLevel.UNKNOWN, DoorLevel.OPEN])
    assert scene.faults.raised[0].advice


def test_a_contact_that_contradicts_itself_is_unknown_until_it_is_quiet(scene: Scene) -> None:
    scene.watch.start()
    scene.watch.wait_until_settled(5_000)

    def shake() -> bool:
        scene.doors.move("A01", DoorLevel.OPEN)
        scene.doors.move("A01", DoorLevel.CLOSED)
        return ("door_sensor_flapping", "A01") in scene.faults.standing

    eventually(shake)
    eventually(lambda: scene.of("A01")[-1] is DoorLevel.UNKNOWN)
    eventually(lambda: not scene.faults.standing)
    eventually(lambda: scene.watch.levels()["A01"] is DoorLevel.CLOSED)
    assert scene.watch.levels()["A02"] is DoorLevel.CLOSED


def test_a_listener_that_raises_stops_nothing() -> None:
    doors = FakeDoors(LABELS)
    heard: list[DoorReading] = []

    def listener(reading: DoorReading) -> None:
        heard.append(reading)
        raise RuntimeError("a listener that is wrong")

    watch = DoorWatch(doors, listener)
    watch.start()
    watch.wait_until_settled(5_000)
    assert watch.listener_failures == len(LABELS)
    doors.move("A01", DoorLevel.OPEN)
    eventually(lambda: watch.levels()["A01"] is DoorLevel.OPEN)
    assert heard[-1].level is DoorLevel.OPEN
    watch.close()


class RaisingDoors(FakeDoors):
    """A driver that breaks its word about one door, and speaks of one that it did not announce."""

    def read(self, compartment: str) -> DoorReading:
        if compartment == "A02":
            raise OSError("Input/output error")
        return super().read(compartment)


def test_a_driver_that_raises_makes_its_door_unknown_and_no_other() -> None:
    doors = RaisingDoors(LABELS)
    watch = DoorWatch(doors, lambda reading: None)
    watch.start()
    levels = watch.wait_until_settled(5_000)
    assert levels["A02"] is DoorLevel.UNKNOWN
    assert levels["A01"] is levels["A03"] is DoorLevel.CLOSED
    assert watch.driver_failures > 0
    doors.move("Z99", DoorLevel.OPEN)
    doors.move("A03", DoorLevel.OPEN)
    eventually(lambda: watch.levels()["A03"] is DoorLevel.OPEN)
    watch.close()


def test_it_makes_progress_and_ends(scene: Scene) -> None:
    scene.watch.start()
    scene.watch.wait_until_settled(5_000)
    seen = scene.watch.progress_ms
    eventually(lambda: scene.watch.progress_ms > seen)
    scene.watch.close()
    count = len(scene.heard)
    scene.doors.move("A01", DoorLevel.OPEN)
    assert len(scene.heard) == count
    scene.watch.close()


def test_608_doors_wake_the_thread_as_often_as_thirty() -> None:
    many = Counter(_phases([f"A{number:03d}" for number in range(608)]).values())
    assert len(many) == TURNS
    assert max(many.values()) - min(many.values()) <= 1
    few = Counter(_phases([f"A{number:02d}" for number in range(12)]).values())
    assert set(few.values()) == {1}
    assert all(0 <= phase < CYCLE_MS for phase in (*many, *few))
