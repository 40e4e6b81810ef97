"""Contacts that are no door's, wherever their wires end: the same faults, the same patience, on every kind of board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hal.cabinet import Cabinet
from hal.factory import build_cabinet
from hal.interfaces import DoorReading, UnknownCompartment
from hal.profile import load_profile
from simulator.boards.faults import BoardFault
from tests.contract.indicator_subjects import GPIO_BANK
from tests.fakes.boards import (
    RunningBoards,
    Wired,
    expander_bank,
    kerong_bank,
    running_boards,
    serial_profile,
    waveshare_bank,
)
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults

INPUTS = """
[inputs.power_fail]
pin = 3
bank = "east"
active = "low"
debounce_ms = 50

[inputs.tamper]
pin = 6
bank = "relays"
active = "high"
debounce_ms = 50

[inputs.thermostat]
pin = 9
bank = "chip"
active = "high"
debounce_ms = 50

[inputs.supply_fault]
pin = 7
active = "low"
debounce_ms = 50

[inputs.headphones]
pin = 10
bank = "chip"
active = "low"
debounce_ms = 50
"""
BANKS = GPIO_BANK + kerong_bank("east") + waveshare_bank("relays") + expander_bank("chip")
WIRES: dict[str, Wired] = {
    "A01": ("pins", 16, "header", 4),
    "B01": ("east", 0),
    "C01": ("relays", 0),
    "D01": ("chip", 0, "chip", 1),
}
PROFILE = serial_profile(INPUTS + BANKS, WIRES)

CONTACTS = [
    pytest.param("power_fail", ("power_fail", "mains"), id="kerong"),
    pytest.param("tamper", ("tamper", "housing"), id="waveshare"),
    pytest.param("thermostat", ("temperature_high", "thermostat"), id="mcp23017"),
    pytest.param("supply_fault", ("supply_low", "supply"), id="gpio"),
]


@dataclass
class Front:
    """A cabinet with contacts on every kind of board."""

    boards: RunningBoards
    cabinet: Cabinet
    faults: HeardFaults
    heard: list[DoorReading]

    def set(self, contact: str, active: bool) -> None:
        self.boards.plant.person.set_contact(contact, active)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    file = tmp_path_factory.mktemp("contacts") / "cabinet.toml"
    file.write_text(PROFILE, encoding="utf-8")
    with running_boards(file) as boards:
        faults, heard = HeardFaults(), list[DoorReading]()
        cabinet = build_cabinet(load_profile(file), edges=boards.edges, faults=faults)
        cabinet.doors.subscribe(heard.append)
        yield Front(boards, cabinet, faults, heard)
        cabinet.close()


@pytest.mark.parametrize(("contact", "fault"), CONTACTS)
def test_it_comes_and_goes(front: Front, contact: str, fault: tuple[str, str]) -> None:
    front.set(contact, True)
    eventually(lambda: set(front.faults.standing) == {fault})
    front.set(contact, False)
    eventually(lambda: not front.faults.standing)


def test_dead_boards_leave_what_stood_and_say_that_it_cannot_be_read(front: Front) -> None:
    """But for headphones: what cannot be read is out, since nothing may be read aloud by the loudspeaker then."""
    told: list[bool] = []
    front.cabinet.headphones.subscribe(told.append)
    contacts = {"power_fail": "east", "tamper": "relays", "thermostat": "chip", "headphones": "chip"}
    stood = {("power_fail", "mains"), ("tamper", "housing"), ("temperature_high", "thermostat")}
    for contact in contacts:
        front.set(contact, True)
    eventually(lambda: set(front.faults.standing) == stood and told[-1:] == [True])
    for bank in set(contacts.values()):
        front.boards.control.board_fault(bank, BoardFault.DEAD)
    unreadable = {("input_unreadable", contact) for contact in contacts}
    eventually(lambda: unreadable <= set(front.faults.standing))
    for contact in contacts:
        front.set(contact, False)
    assert stood | {("board_silent", bank) for bank in contacts.values()} <= set(front.faults.standing)
    assert told[-2:] == [True, False]
    for bank in set(contacts.values()):
        front.boards.control.mend(bank)
    eventually(lambda: not front.faults.standing)


def test_headphones_on_an_expander(front: Front) -> None:
    told: list[bool] = []
    eventually(lambda: front.cabinet.headphones.plugged is False)
    front.cabinet.headphones.subscribe(told.append)
    front.set("headphones", True)
    eventually(lambda: told == [False, True])
    front.set("headphones", False)
    eventually(lambda: told == [False, True, False])


def test_no_contact_is_taken_for_a_door(front: Front) -> None:
    front.set("tamper", True)
    eventually(lambda: ("tamper", "housing") in front.faults.standing)
    front.set("tamper", False)
    eventually(lambda: not front.faults.standing)
    assert set(front.cabinet.doors.compartments) == set(WIRES)
    assert {reading.compartment for reading in front.heard} <= set(WIRES)
    with pytest.raises(UnknownCompartment):
        front.cabinet.doors.read("tamper")
