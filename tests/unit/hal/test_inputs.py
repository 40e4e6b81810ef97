"""Mains, housing, temperature and supply on the plant: what is believed, when, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.contacts import Steadied
from hal.inputs import InputWatch
from hal.interfaces import Fault
from hal.profile import load_profile
from hal.strict_toml import ConfigurationError
from simulator.edges import plant_edges
from tests.fakes.plant import GPIO_12, RunningPlant, eventually, running_plant

MORE = """
[inputs.tamper]
pin = 15
active = "high"
debounce_ms = 50

[inputs.temperature]
file = "/sys/class/hwmon/hwmon0/temp1_input"
low = 0
high = 60000

[inputs.supply_voltage]
file = "/sys/class/hwmon/hwmon1/in1_input"
low = 10500
high = 14000
"""


def profile_text() -> str:
    text = GPIO_12.read_text(encoding="utf-8").replace("buzzer = 15", "")
    text = text.replace("pin = 14\n", "pin = 14\ndebounce_ms = 50\n")
    return text.replace("[[banks]]", f"{MORE}\n[[banks]]", 1)


class Faults:
    """Says what stands, and what was said."""

    def __init__(self) -> None:
        self.standing: set[tuple[str, str]] = set()
        self.said: list[tuple[str, bool]] = []

    def fault_raised(self, fault: Fault) -> None:
        self.standing.add((fault.code, fault.subject))
        self.said.append((fault.code, True))

    def fault_cleared(self, code: str, subject: str) -> None:
        self.standing.discard((code, subject))
        self.said.append((code, False))


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "cabinet.toml"
    file.write_text(profile_text(), encoding="utf-8")
    return file


@pytest.fixture
def plant(profile: Path) -> Iterator[RunningPlant]:
    with running_plant(profile) as running:
        yield running


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def watch(plant: RunningPlant, faults: Faults) -> Iterator[InputWatch]:
    edges = plant_edges(plant.socket)
    made = InputWatch(load_profile(plant.profile), edges, faults, gauge_every_ms=60)
    yield made
    made.close()
    made.close()
    edges.header().close()


def test_a_level_is_believed_when_it_has_stood() -> None:
    steadied = Steadied(300)
    moves = [(True, 0), (True, 299), (True, 300), (False, 400), (True, 500), (False, 600), (False, 899), (False, 900)]
    assert [steadied.feed(level, at) for level, at in moves] == [False, False, True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("contact", "fault"), [("power_fail", ("power_fail", "mains")), ("tamper", ("tamper", "housing"))]
)
def test_contacts_of_either_polarity_come_and_go(
    plant: RunningPlant, watch: InputWatch, faults: Faults, contact: str, fault: tuple[str, str]
) -> None:
    eventually(lambda: (fault[0], False) in faults.said)  # said at first, for what an earlier process left standing
    assert not faults.standing
    plant.person.set_contact(contact, True)
    eventually(lambda: faults.standing == {fault})
    plant.person.set_contact(contact, False)
    eventually(lambda: not faults.standing)
    assert faults.said.count((fault[0], True)) == 1


@pytest.mark.parametrize(
    ("gauge", "bad", "still", "good", "fault"),
    [
        ("temperature", 60_500, 58_500, 57_900, ("temperature_high", "inside")),
        ("temperature", -1, 1_999, 2_000, ("temperature_low", "inside")),
        ("supply_voltage", 10_400, 10_699, 10_700, ("supply_low", "locks")),
        ("supply_voltage", 14_001, 13_900, 13_800, ("supply_high", "locks")),
    ],
)
def test_a_value_out_of_bounds_has_to_come_back_some_way(
    plant: RunningPlant,
    watch: InputWatch,
    faults: Faults,
    gauge: str,
    bad: int,
    still: int,
    good: int,
    fault: tuple[str, str],
) -> None:
    plant.person.set_gauge(gauge, bad)
    eventually(lambda: faults.standing == {fault})
    plant.person.set_gauge(gauge, still)
    eventually(lambda: watch.values.get(gauge) == still)
    assert faults.standing == {fault}
    plant.person.set_gauge(gauge, good)
    eventually(lambda: not faults.standing)


def test_a_gauge_that_cannot_be_read_says_so_and_no_value(
    plant: RunningPlant, watch: InputWatch, faults: Faults
) -> None:
    eventually(lambda: watch.values == {"temperature": 22_000, "supply_voltage": 12_000})
    plant.person.set_gauge("temperature", None)
    eventually(lambda: faults.standing == {("input_unreadable", "temperature")})
    assert watch.values == {"supply_voltage": 12_000}
    plant.person.set_gauge("temperature", 20_000)
    eventually(lambda: not faults.standing)


def test_a_contact_that_cannot_be_read_leaves_what_stood(
    plant: RunningPlant, watch: InputWatch, faults: Faults
) -> None:
    plant.person.set_contact("power_fail", True)
    eventually(lambda: ("power_fail", "mains") in faults.standing)
    plant.process.terminate()
    plant.process.wait(10)
    eventually(lambda: ("input_unreadable", "power_fail") in faults.standing)
    assert ("power_fail", "mains") in faults.standing


@pytest.mark.parametrize(
    ("was", "becomes", "where"),
    [
        ("pin = 14", "pin = 16", "compartments"),
        ("pin = 14", "pin = 1", "GPIO 1 cannot be an input"),
        ("pin = 14", "pin = 2", "compartments"),
        ('active = "low"', "", "active"),
        ("debounce_ms = 50", "debounce_ms = 5", "debounce_ms"),
        ('file = "/sys/class/hwmon/hwmon0/temp1_input"', 'file = "/etc/shadow"', "/sys/"),
        ("low = 10500", "low = 15000", "is not below"),
    ],
)
def test_what_cannot_be_is_refused(profile: Path, was: str, becomes: str, where: str) -> None:
    text = profile_text()
    assert was in text
    profile.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=where):
        load_profile(profile)
