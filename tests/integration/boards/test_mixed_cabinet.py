"""Relay boards, expanders and pins in one cabinet: locks on one board, contacts and lamps on another."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hal.boards import modbus_rtu
from hal.boards.serial_board import NoAnswer
from hal.interfaces import DoorLevel
from simulator.boards.faults import BoardFault, PortFault
from simulator.i2c import PlantBus
from tests.fakes.boards import expander_bank, running_boards, serial_profile, waveshare_bank
from tests.fakes.boxes import Box
from tests.fakes.plant import eventually

BUS = "/dev/i2c-1"
PORT = "/dev/serial/by-id/waveshare"
BANKS = (
    '[[banks]]\nkind = "gpio"\nname = "pins"\nsupply = "12V-pins"\npulse_ms = 400\none_shot_ms = 700\n'
    + waveshare_bank("relays")
    + waveshare_bank("plain", unit=2, inputs=0)
    + expander_bank("locks")
    + expander_bank("contacts", address=0x27)
)
WIRES = serial_profile(
    BANKS,
    {
        "A01": ("relays", 0, "relays", 0),
        "A02": ("plain", 7, "contacts", 0),
        "B01": ("locks", 0, "contacts", 14),
        "B02": ("locks", 15, "header", 5),
        "C01": ("pins", 17, "relays", 7),
    },
)
PROFILE = WIRES + 'lamp = 8\nlamp_bank = "locks"\n'  # of the last compartment
LABELS = ("A01", "A02", "B01", "B02", "C01")
CLOSED, UNKNOWN = DoorLevel.CLOSED, DoorLevel.UNKNOWN


def test_every_lock_opens_its_own_door_wherever_its_contact_is(box: Box) -> None:
    for label in LABELS:
        box.opens(label)
        (coil,) = box.coils(label)
        assert 199 <= coil.end_ms - coil.start_ms <= 600, "200; a busy machine hears of the end late"
    assert box.faults.told == []


def test_a_lamp_on_an_expander_is_lit_and_survives_a_dip_of_its_supply(box: Box) -> None:
    box.cabinet.indicators.lamp("C01", True)
    box.cabinet.indicators.lamp("A01", True)  # it has none
    eventually(lambda: box.person.box("C01").lamp == 1)
    box.boards.control.board_fault("locks", BoardFault.DEAD)
    eventually(lambda: box.person.box("C01").lamp == 0)
    box.boards.control.mend("locks")
    eventually(lambda: box.person.box("C01").lamp == 1)
    box.cabinet.close()
    eventually(lambda: box.person.box("C01").lamp == 0)
    assert not [thread for thread in threading.enumerate() if thread.name == "i2c-1"]


def test_a_dead_expander_costs_what_is_on_it(box: Box) -> None:
    box.boards.control.board_fault("contacts", BoardFault.DEAD)
    eventually(lambda: ("board_silent", "contacts") in box.faults.standing)
    assert [box.level(label) for label in LABELS] == [CLOSED, UNKNOWN, UNKNOWN, CLOSED, CLOSED]
    box.opens("B02")
    box.pulse("B01")  # its door is not seen, and a resident is not kept out by a contact
    assert len(box.coils("B01")) == 1
    box.person.close_door("B01")
    box.boards.control.mend("contacts")
    eventually(lambda: box.level("B01") is CLOSED)
    eventually(lambda: not box.faults.standing)


def test_a_pulled_bus_leaves_relays_and_pins_going_and_comes_back(box: Box) -> None:
    box.boards.control.port_fault(BUS, PortFault.UNPLUGGED)
    eventually(lambda: {("board_silent", "locks"), ("board_silent", "contacts")} <= set(box.faults.standing))
    assert box.pulse_fails("B02").code == "lock_fault"
    box.opens("A01")
    box.opens("C01")
    box.boards.control.mend(BUS)
    eventually(lambda: not box.faults.standing)
    box.opens("B01")


def test_noise_on_the_bus_moves_no_door_and_leaves_no_lock_on(box: Box) -> None:
    box.boards.control.port_fault(BUS, PortFault.NOISE)
    box.cabinet.doors.watch_closely("B01", 1 << 62)
    eventually(lambda: ("board_noise", "contacts") in box.faults.standing, timeout=20)
    box.boards.control.mend(BUS)
    eventually(lambda: not box.faults.standing, timeout=20)
    assert not [one for one in box.person.status().compartments if one.energised]
    box.opens("B01")


def test_a_lost_answer_of_a_relay_board_is_not_a_second_pulse(box: Box) -> None:
    box.person.fault("A01", "jam")
    box.boards.control.board_fault("relays", BoardFault.LOST_REPLY)
    error = box.pulse_fails("A01")
    assert error.code in ("board_silent", "lock_reply_lost")
    assert len(box.coils("A01")) == (error.code == "lock_reply_lost")


def test_a_pulled_plug_of_the_relay_boards_is_a_fault_of_the_port(box: Box) -> None:
    box.boards.control.port_fault(PORT, PortFault.UNPLUGGED)
    eventually(lambda: ("port_gone", PORT) in box.faults.standing)
    eventually(lambda: box.level("C01") is UNKNOWN)
    box.opens("B02")
    box.boards.control.mend(PORT)
    eventually(lambda: not box.faults.standing and box.level("A01") is CLOSED)
    box.opens("A02")


def test_what_a_dead_controller_left_on_is_switched_off_without_it(box: Box) -> None:
    bus = PlantBus(box.boards.ports / "i2c-1")
    for register in (0x14, 0x15):
        bus.write_byte_data(0x20, register, 0)
    box.cabinet.close()
    bus.write_byte_data(0x20, 0x14, 0x01)
    eventually(lambda: box.person.box("B01").energised)
    command = [sys.executable, "-m", "simulator.safe_outputs", "--profile", str(box.boards.plant.profile)]
    subprocess.run(
        [*command, "--socket", str(box.boards.plant.socket), "--ports", str(box.boards.ports)], check=True, timeout=30
    )
    assert bus.read_byte_data(0x20, 0x14) == 0
    bus.close()
    eventually(lambda: not box.person.box("B01").energised)
    (coil,) = box.coils("B01")
    assert coil.ended_by == "line" or coil.end_ms - coil.start_ms >= 1_000


def test_relay_boards_are_spoken_to_at_their_speed(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(waveshare_bank("relays", baud=115_200), {"A01": ("relays", 3)}), encoding="utf-8")
    with running_boards(file) as boards:
        box = Box(boards)
        box.opens("A01")
        box.cabinet.close()
        assert box.faults.told == []
        slower = boards.edges.serial("/dev/serial/by-id/waveshare", 9_600)
        with pytest.raises(NoAnswer):
            modbus_rtu.read_coils(slower, 1, 8)
        slower.close()
