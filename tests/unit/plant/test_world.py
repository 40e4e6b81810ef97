"""The physics, on a clock that the test turns."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.profile import Profile, load_profile
from simulator.plant.ledger import CoilPulse, Handling, Movement
from simulator.plant.parts import BURNS_OUT_AT_MS, PlantFault, Position
from simulator.plant.world import Impossible, World
from tests.fakes.plant import GPIO_12

PROFILE: Profile = load_profile(GPIO_12)
LOCK = {item.label: str(PROFILE.lock_wire(item)) for item in PROFILE.compartments}
SENSOR = {item.label: str(PROFILE.sensor_wire(item)) for item in PROFILE.compartments}


class Bench:
    """A world and everything it says."""

    def __init__(self, seed: int = 0) -> None:
        self.edges: list[tuple[str, int | None, float]] = []
        self.changes: list[str] = []
        self.world = World(
            PROFILE,
            seed=seed,
            on_level=lambda line, level, now: self.edges.append((line, level, now)),
            on_change=self.changes.append,
        )
        self.moved: list[bool] = []

    def run(self, ms: float) -> None:
        self.world.timeline.advance(self.world.timeline.now + ms)

    def pulse(self, label: str, ms: float = 400) -> None:
        self.world.set_line(LOCK[label], 1)
        self.run(ms)
        self.world.set_line(LOCK[label], 0)

    def act(self, what: str, label: str) -> bool:
        """Pull, press or close, and wait for the end of it."""
        self.moved.clear()
        getattr(self.world, what)(label, self.moved.append)
        self.run(2_000)
        [moved] = self.moved
        return moved

    def open(self, label: str) -> None:
        self.pulse(label)
        assert self.act("pull", label)

    def position(self, label: str) -> Position:
        return self.world.boxes[label].position

    def level(self, label: str) -> int | None:
        return self.world.levels()[SENSOR[label]]

    def entries(self, kind: type) -> list[object]:
        return [entry for entry in self.world.ledger.since(0) if isinstance(entry, kind)]

    @property
    def pulses(self) -> list[CoilPulse]:
        return [entry for entry in self.world.ledger.since(0) if isinstance(entry, CoilPulse)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_pulse_lets_the_door_stand_ajar(bench: Bench) -> None:
    bench.world.set_line(LOCK["A07"], 1)
    bench.run(10)
    assert bench.position("A07") is Position.CLOSED, "a plunger takes its time"
    bench.run(90)
    assert bench.position("A07") is Position.AJAR
    assert bench.world.boxes["A07"].coil.since == 0
    bench.run(300)
    bench.world.set_line(LOCK["A07"], 0)
    [pulse] = bench.pulses
    assert (pulse.compartment, pulse.start_ms, pulse.end_ms, pulse.ended_by) == ("A07", 0, 400, "line")
    assert pulse.unlatched
    assert [other for other in PROFILE.labels if bench.position(other) is not Position.CLOSED] == ["A07"]


def test_a_pulse_too_short_for_the_plunger_does_nothing(bench: Bench) -> None:
    bench.pulse("A07", 15)
    bench.run(1_000)
    assert bench.position("A07") is Position.CLOSED
    assert not bench.pulses[0].unlatched


@given(width=st.integers(1, 600), late=st.integers(0, 3_000), later=st.integers(0, 3_000))
def test_a_board_s_pulse_is_never_shorter_than_the_board_meant_however_late_word_of_it_comes(
    width: int, late: int, later: int
) -> None:
    bench = Bench()
    bench.run(1_000)
    for began in (1_000.0, 20_000.0):
        bench.run(began + late - bench.world.timeline.now)
        bench.world.set_line_at(LOCK["A07"], 1, began)
        end = began + width
        bench.run(max(0.0, end + later - bench.world.timeline.now))
        bench.world.set_line_at(LOCK["A07"], 0, end)
        bench.run(5_000)
        pulse = bench.pulses[-1]
        assert pulse.start_ms == began + late
        assert pulse.end_ms - pulse.start_ms == min(700, max(width, width + later - late)), "700: the one-shot"
    assert len(bench.pulses) == 2


@given(st.integers(0, 10_000))
def test_a_reed_bounces_for_a_few_ms_and_ends_where_it_should(seed: int) -> None:
    bench = Bench(seed)
    bench.pulse("A07")
    bench.run(100)
    edges = [(level, now) for pin, level, now in bench.edges if pin == SENSOR["A07"]]
    assert len(edges) in (3, 5, 7)
    assert [level for level, _ in edges] == [1, 0] * (len(edges) // 2) + [1]
    assert edges[-1][1] - edges[0][1] <= 8
    assert bench.level("A07") == 1
    assert {pin for pin, _, _ in bench.edges} == {SENSOR["A07"]}


def test_a_locked_door_does_not_move(bench: Bench) -> None:
    assert not bench.act("pull", "A01")
    assert not bench.act("close", "A01")
    assert not bench.act("press", "A01")
    assert bench.entries(Movement) == []


def test_take_put_and_close(bench: Bench) -> None:
    with pytest.raises(Impossible, match="nobody can reach in"):
        bench.world.put("A07", "envelope-1")
    bench.pulse("A07")
    with pytest.raises(Impossible, match="ajar"):
        bench.world.take("A07", None)
    assert bench.act("pull", "A07")
    bench.world.put("A07", "envelope-1")
    bench.world.put("A07", "old-passport")
    with pytest.raises(Impossible, match="envelope-2 does not lie"):
        bench.world.take("A07", "envelope-2")
    assert bench.world.take("A07", "envelope-1") == ["envelope-1"]
    assert bench.world.take("A07", None) == ["old-passport"]
    bench.world.put("A07", "envelope-3")
    assert bench.act("close", "A07")
    assert bench.world.boxes["A07"].latched
    assert not bench.act("pull", "A07")
    assert bench.level("A07") == 0
    handled = [(entry.what, entry.item) for entry in bench.entries(Handling) if isinstance(entry, Handling)]
    assert handled == [
        ("put", "envelope-1"),
        ("put", "old-passport"),
        ("took", "envelope-1"),
        ("took", "old-passport"),
        ("put", "envelope-3"),
    ]


def test_an_ajar_door_is_pressed_shut(bench: Bench) -> None:
    bench.pulse("A07")
    assert bench.act("press", "A07")
    assert bench.position("A07") is Position.CLOSED


def test_a_door_latches_only_when_the_plunger_is_back(bench: Bench) -> None:
    bench.world.set_line(LOCK["A07"], 1)
    bench.run(100)
    bench.world.press("A07", bench.moved.append)
    bench.run(200)
    assert bench.moved == []
    bench.world.set_line(LOCK["A07"], 0)
    bench.run(20)
    assert bench.moved == [True]


def test_two_coils_on_one_supply_pull_neither(bench: Bench) -> None:
    bench.world.set_line(LOCK["A01"], 1)
    bench.run(5)
    bench.world.set_line(LOCK["A02"], 1)
    bench.run(300)
    assert bench.position("A01") is bench.position("A02") is Position.CLOSED
    assert bench.world.ledger.most_coils == {"12V": 2}
    bench.world.set_line(LOCK["A02"], 0)
    bench.run(100)
    assert bench.position("A01") is Position.AJAR, "alone again, it pulls"


def test_the_one_shot_ends_a_pulse_and_the_line_stays_high(bench: Bench) -> None:
    bench.world.set_line(LOCK["A07"], 1)
    bench.run(60_000)
    [pulse] = bench.pulses
    assert (pulse.start_ms, pulse.end_ms, pulse.ended_by) == (0, 700, "one_shot")
    assert bench.world.lines[LOCK["A07"]] == 1
    bench.world.set_line(LOCK["A07"], 0)
    assert len(bench.pulses) == 1
    bench.world.set_line(LOCK["A07"], 1)
    bench.run(1)
    assert bench.world.boxes["A07"].coil.since is not None, "a new edge, a new pulse"


def test_the_permitted_duty_is_harmless_and_more_burns_out(bench: Bench) -> None:
    for _ in range(60):
        bench.pulse("A01", 600)
        bench.run(5_400)
    assert not bench.world.boxes["A01"].coil.burned
    for _ in range(int(BURNS_OUT_AT_MS / 600) + 2):
        bench.pulse("A02", 600)
        bench.run(10)
    assert bench.world.boxes["A02"].coil.burned
    bench.world.boxes["A02"].latched = True
    bench.world.boxes["A02"].position = Position.CLOSED
    bench.run(1_000_000)
    bench.pulse("A02")
    assert bench.position("A02") is Position.CLOSED, "a burned coil does not heal"


@pytest.mark.parametrize("fault", [PlantFault.JAM, PlantFault.BROKEN_WIRE, PlantFault.STICKS])
def test_faults_that_keep_a_door_shut(bench: Bench, fault: PlantFault) -> None:
    bench.world.break_it("A07", fault)
    bench.pulse("A07")
    bench.run(1_000)
    assert bench.position("A07") is Position.CLOSED
    assert len(bench.pulses) == (0 if fault is PlantFault.BROKEN_WIRE else 1)
    bench.world.mend("A07", fault)
    bench.open("A07")


def test_jam_once_jams_once(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.JAM_ONCE)
    bench.pulse("A07")
    assert not bench.act("pull", "A07")
    bench.open("A07")


def test_a_latch_that_sticks_lets_go_under_pressure(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.STICKS)
    bench.world.press("A07", bench.moved.append)
    bench.pulse("A07")
    bench.run(1_000)
    assert bench.position("A07") is Position.AJAR


def test_a_weak_spring_leaves_the_door_shut_and_unlatched(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.WEAK_SPRING)
    bench.pulse("A07")
    bench.run(60_000)
    assert (bench.position("A07"), bench.level("A07")) == (Position.CLOSED, 0)
    assert bench.act("pull", "A07"), "it waits unlatched for whoever pulls"


def test_a_door_that_never_closes(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.NEVER_CLOSES)
    bench.open("A07")
    assert not bench.act("close", "A07")
    assert bench.level("A07") == 1


def test_a_door_that_opens_by_itself(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.POPS_OPEN)
    bench.run(20)
    assert bench.level("A07") == 1
    assert bench.pulses == []
    [movement] = bench.entries(Movement)
    assert isinstance(movement, Movement)
    assert movement.by == "itself"
    assert bench.act("press", "A07")
    assert bench.position("A07") is Position.CLOSED


@pytest.mark.parametrize(
    ("fault", "closed", "opened"),
    [
        (PlantFault.STUCK_REED_CLOSED, 0, 0),
        (PlantFault.STUCK_REED_OPEN, 1, 1),
        (PlantFault.BROKEN_REED_WIRE, 1, 1),
        (PlantFault.DEAD_SENSOR, None, None),
    ],
)
def test_sensors_that_lie(bench: Bench, fault: PlantFault, closed: int | None, opened: int | None) -> None:
    bench.world.break_it("A07", fault)
    assert bench.level("A07") == closed
    bench.open("A07")
    assert bench.level("A07") == opened
    assert bench.position("A07") is Position.OPEN
    bench.world.mend("A07")
    assert bench.level("A07") == 1, "mended, it tells the truth"


def test_a_contact_that_chatters_until_it_is_mended(bench: Bench) -> None:
    bench.world.break_it("A07", PlantFault.CHATTERS)
    bench.world.break_it("A07", PlantFault.CHATTERS)
    bench.run(1_000)
    assert 60 <= len(bench.edges) <= 120
    bench.world.mend("A07")
    bench.run(100)
    count = len(bench.edges)
    bench.run(1_000)
    assert (len(bench.edges), bench.level("A07")) == (count, 0)
    assert bench.world.timeline.next_due is None


def test_swapped_wires_open_the_other_door(bench: Bench) -> None:
    bench.world.break_it("A01", PlantFault.SWAPPED, "A02")
    for label, other in (("A01", "A03"), ("A03", "A01"), ("A03", "A03")):
        with pytest.raises(Impossible):
            bench.world.break_it(label, PlantFault.SWAPPED, other)
    bench.pulse("A01")
    bench.run(100)
    assert (bench.position("A01"), bench.position("A02")) == (Position.CLOSED, Position.AJAR)
    assert bench.level("A02") == 1
    assert bench.pulses[0].compartment == "A02", "the ledger names the coil that drew current"
    bench.world.mend("A02")
    assert bench.world.boxes["A01"].faults == set()
    bench.pulse("A01")
    bench.run(100)
    assert bench.position("A01") is Position.AJAR


def test_waiting_for_a_door(bench: Bench) -> None:
    reached: list[str] = []
    bench.world.when("A07", is_open=False, done=lambda: reached.append("closed already"))
    bench.world.when("A07", is_open=True, done=lambda: reached.append("open"))
    stop = bench.world.when("A07", is_open=True, done=lambda: reached.append("nobody waits any more"))
    stop()
    assert reached == ["closed already"]
    bench.open("A07")
    assert reached == ["closed already", "open"]


def test_whoever_is_unknown_is_refused(bench: Bench) -> None:
    for act in (bench.world.box, lambda label: bench.world.pull(label, bench.moved.append)):
        with pytest.raises(Impossible, match="no compartment Z99"):
            act("Z99")


def test_the_same_seed_is_the_same_cabinet() -> None:
    first, second, other = Bench(7), Bench(7), Bench(8)
    for bench in (first, second, other):
        bench.open("A07")
    assert first.edges == second.edges
    assert first.edges != other.edges


@given(st.integers(0, 2**32))
def test_whatever_people_and_lines_do_the_books_balance(seed: int) -> None:
    """Contents are what was put in less what was taken; every pulse is bounded; a door only opens for a reason."""
    dice = random.Random(seed)
    bench = Bench(seed)
    labels = ["A01", "A02", "A03"]
    faults = [fault for fault in PlantFault if fault is not PlantFault.SWAPPED]
    for number in range(60):
        label = dice.choice(labels)
        act = dice.choice(["line", "line", "pull", "close", "press", "put", "take", "fault", "mend", "wait"])
        if act == "line":
            bench.world.set_line(LOCK[label], dice.randint(0, 1))
        elif act in ("pull", "close", "press"):
            getattr(bench.world, act)(label, bench.moved.append)
        elif act in ("put", "take"):
            try:
                bench.world.put(label, f"item-{number}") if act == "put" else bench.world.take(label, None)
            except Impossible:
                assert bench.position(label) is not Position.OPEN
        elif act == "fault":
            bench.world.break_it(label, dice.choice(faults))
        elif act == "mend":
            bench.world.mend(label)
        bench.run(dice.choice([0, 1, 30, 500, 5_000]))
    for label in labels:
        bench.world.set_line(LOCK[label], 0)
        balance: list[str] = []
        for entry in bench.entries(Handling):
            assert isinstance(entry, Handling)
            if entry.compartment == label:
                (balance.append if entry.what == "put" else balance.remove)(entry.item)
        assert bench.world.boxes[label].contents == balance
    assert all(0 <= pulse.end_ms - pulse.start_ms <= 700 for pulse in bench.pulses)
    seqs = [entry.seq for entry in bench.world.ledger.since(0)]
    assert seqs == list(range(1, len(seqs) + 1))
    by_label: dict[str, str] = dict.fromkeys(labels, "closed")
    for entry in bench.entries(Movement):
        assert isinstance(entry, Movement)
        assert (by_label[entry.compartment], entry.door) in {
            ("closed", "ajar"),
            ("closed", "open"),
            ("ajar", "open"),
            ("ajar", "closed"),
            ("open", "closed"),
        }
        by_label[entry.compartment] = entry.door
