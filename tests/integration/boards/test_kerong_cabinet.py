"""A cabinet of KERONG boards over emulated RS-485, and what happens to boards and cables: real driver, real ptys."""

from __future__ import annotations

import pytest

from hal.factory import build_cabinet
from hal.interfaces import DoorLevel, HardwareFault, monotonic_ms
from hal.profile import load_profile
from simulator.boards.faults import BoardFault, PortFault
from simulator.edges import plant_edges
from tests.fakes.boards import RunningBoards, kerong_bank, serial_profile
from tests.fakes.boxes import Box, whole
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults

PORT = "/dev/serial/by-id/kerong"
OTHER_PORT = "/dev/serial/by-id/usb-FTDI/other if00"
BANKS = kerong_bank("east") + kerong_bank("west", board=1) + kerong_bank("far", port=OTHER_PORT, locks=48)
LABELS = {"A01": ("east", 0), "A02": ("east", 5), "B01": ("west", 5), "B02": ("west", 15), "C01": ("far", 47)}
PROFILE = serial_profile(BANKS, LABELS)
OPEN, CLOSED, UNKNOWN = DoorLevel.OPEN, DoorLevel.CLOSED, DoorLevel.UNKNOWN


def test_every_lock_opens_its_own_door_for_as_long_as_asked(box: Box) -> None:
    for label in LABELS:
        box.opens(label)
        (coil,) = box.coils(label)
        assert coil.end_ms - coil.start_ms >= 199
        assert coil.ended_by == "line", "the board's own timer"
    assert box.faults.told == []
    assert [reading.level for reading in box.heard if reading.compartment == "C01"] == [OPEN, CLOSED]


def test_a_dead_board_does_not_stop_the_others(box: Box) -> None:
    box.boards.control.board_fault("west", BoardFault.DEAD)
    eventually(lambda: ("board_silent", "west") in box.faults.standing)
    eventually(lambda: box.level("B01") is UNKNOWN)
    box.opens("A01")
    assert box.pulse_fails("B01").code == "board_silent"
    assert box.coils("B01") == []
    box.boards.control.mend("west")
    eventually(lambda: not box.faults.standing)
    eventually(lambda: box.level("B01") is CLOSED)
    box.opens("B02")


def test_a_pulled_plug_is_a_fault_of_the_port_and_the_other_line_goes_on(box: Box) -> None:
    box.boards.control.port_fault(PORT, PortFault.UNPLUGGED)
    eventually(lambda: ("port_gone", PORT) in box.faults.standing)
    assert [box.level(label) for label in ("A01", "A02", "B01", "C01")] == [UNKNOWN, UNKNOWN, UNKNOWN, CLOSED]
    box.opens("C01")
    assert box.pulse_fails("A01").code == "port_gone"
    box.boards.control.mend(PORT)
    eventually(lambda: box.level("A01") is CLOSED and box.level("B01") is CLOSED)
    assert box.faults.standing == {}
    box.opens("A02")


def test_a_port_that_went_stale_is_found_by_polling_and_opened_afresh(box: Box) -> None:
    box.boards.control.port_fault(PORT, PortFault.STALE)
    eventually(lambda: ("board_silent", "east") in box.faults.standing)
    eventually(lambda: not box.faults.standing, timeout=20)
    box.opens("A01")


def test_noise_is_reported_and_never_believed(box: Box) -> None:
    box.boards.control.port_fault(PORT, PortFault.NOISE)
    box.cabinet.doors.watch_closely("A01", monotonic_ms() + 60_000)
    eventually(lambda: ("board_noise", "east") in box.faults.standing, timeout=20)
    assert not [reading for reading in box.heard if reading.level is OPEN], "no door has moved"
    box.boards.control.mend(PORT)
    eventually(lambda: not box.faults.standing, timeout=20)
    box.opens("A01")


@pytest.mark.parametrize("fault", [BoardFault.LOST_REPLY, BoardFault.WRONG_CHECKSUM])
def test_an_answer_lost_after_the_pulse_is_not_a_second_pulse(box: Box, fault: BoardFault) -> None:
    box.person.fault("A01", "jam")
    box.boards.control.board_fault("east", fault)
    error = box.pulse_fails("A01")
    # With every answer lost nothing is armed, and nothing sent; with some it may be either, but never twice.
    assert error.code in ("board_silent", "lock_reply_lost")
    assert len(box.coils("A01")) == (error.code == "lock_reply_lost")


def test_a_late_answer_is_not_taken_for_somebody_elses(box: Box) -> None:
    box.boards.control.board_fault("west", BoardFault.LATE)
    box.person.fault("B01", "pops_open")  # the same bit as A02's, of the other board
    box.cabinet.doors.watch_closely("A02", monotonic_ms() + 60_000)
    box.opens("A01")
    assert not [reading for reading in box.heard if reading.compartment == "A02"]
    box.boards.control.mend("west")
    eventually(lambda: box.level("B01") is OPEN and not box.faults.standing, timeout=20)


def test_swapped_plugs_show_at_the_wrong_place(box: Box) -> None:
    box.boards.control.swap("east", "lock", 0, 5)
    box.pulse("A01")
    eventually(lambda: box.level("A02") is OPEN)
    box.boards.control.swap("east", "sensor", 0, 5)
    eventually(lambda: box.level("A01") is OPEN and box.level("A02") is CLOSED)


def test_a_line_belongs_to_one(box: Box) -> None:
    second = HeardFaults()
    other = build_cabinet(load_profile(box.boards.plant.profile), edges=box.boards.edges, faults=second)
    assert set(second.standing) == {("port_gone", PORT), ("port_gone", OTHER_PORT)}
    assert other.doors.read("A01").level is UNKNOWN
    other.close()
    box.opens("A01")


def test_a_box_starts_with_a_board_and_a_port_missing(boards: RunningBoards) -> None:
    with whole(boards):
        boards.control.port_fault(OTHER_PORT, PortFault.UNPLUGGED)
        boards.control.board_fault("west", BoardFault.DEAD)
        box = Box(boards)
        assert set(box.faults.standing) == {("port_gone", OTHER_PORT), ("board_silent", "west")}
        assert [box.level(label) for label in LABELS] == [CLOSED, CLOSED, UNKNOWN, UNKNOWN, UNKNOWN]
        box.opens("A02")
        boards.control.mend(OTHER_PORT)
        boards.control.mend("west")
        eventually(lambda: not box.faults.standing)
        box.opens("C01")
        box.cabinet.close()


def test_a_port_that_nobody_emulates_stops_the_start(boards: RunningBoards) -> None:
    with pytest.raises(HardwareFault) as refused:
        build_cabinet(load_profile(boards.plant.profile), edges=plant_edges(boards.plant.socket))
    assert (refused.value.code, refused.value.subject) == ("no_simulated_port", PORT)
