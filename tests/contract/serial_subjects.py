"""Lock boards on emulated serial lines, for the contract tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hal.boards import OpenBoards, Opened
from hal.boards.kerong_cu import open_kerong
from hal.boards.mcp23017 import open_mcp23017
from hal.boards.waveshare_relay import open_waveshare
from hal.cabinet import JoinedDoors
from hal.profile import load_profile
from simulator.boards.faults import BoardFault
from tests.contract.subjects import DoorSubject, LockSubject, coils_begun
from tests.fakes.boards import Wired, expander_bank, kerong_bank, running_boards, serial_profile, waveshare_bank

LOCKS_AND_CONTACTS: dict[str, Wired] = {"A01": ("locks", 0, "contacts", 0), "A02": ("locks", 9, "contacts", 9)}


def _close(opened: Opened) -> None:
    for locks in opened.locks:
        locks.close()
    for doors in opened.doors:
        doors.close()
    for switch in opened.switches.values():
        switch.close()


@contextmanager
def locks_of(open_boards: OpenBoards, profile: str, *, cuts: bool) -> Iterator[LockSubject]:
    """The first bank of ``profile`` (its text), opened by ``open_boards``. ``cuts``: all_off ends its pulses."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cabinet.toml"
        file.write_text(profile, encoding="utf-8")
        with running_boards(file) as boards:
            opened = open_boards(load_profile(file), boards.edges, None)
            yield LockSubject(opened.locks[0], lambda: coils_begun(boards.plant.person), cuts=cuts)
            _close(opened)


@contextmanager
def doors_of(open_boards: OpenBoards, profile: str, bank_of_a01: str) -> Iterator[DoorSubject]:
    """The door contacts of ``profile``; A01 is on a board of its own, which loses its power to break the sensor."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cabinet.toml"
        file.write_text(profile, encoding="utf-8")
        with running_boards(file) as boards:
            opened = open_boards(load_profile(file), boards.edges, None)
            person = boards.plant.person

            def open_door(label: str) -> None:
                person.fault(label, "pops_open")
                assert person.pull(label).moved

            def close_door(label: str) -> None:
                assert person.close_door(label).moved

            def break_sensor(label: str) -> None:
                assert label == "A01"
                boards.control.board_fault(bank_of_a01, BoardFault.DEAD)

            yield DoorSubject(JoinedDoors(opened.doors), open_door, close_door, break_sensor)
            _close(opened)


@contextmanager
def kerong_locks() -> Iterator[LockSubject]:
    profile = serial_profile(kerong_bank("east", board=2), {"A01": ("east", 0), "A02": ("east", 9)})
    with locks_of(open_kerong, profile, cuts=False) as subject:
        yield subject


@contextmanager
def kerong_doors() -> Iterator[DoorSubject]:
    banks = kerong_bank("east") + kerong_bank("west", board=1, locks=48)
    with doors_of(open_kerong, serial_profile(banks, {"A01": ("east", 11), "A02": ("west", 40)}), "east") as subject:
        yield subject


@contextmanager
def waveshare_locks() -> Iterator[LockSubject]:
    profile = serial_profile(waveshare_bank("relays"), {"A01": ("relays", 0), "A02": ("relays", 7)})
    with locks_of(open_waveshare, profile, cuts=True) as subject:
        yield subject


@contextmanager
def waveshare_doors() -> Iterator[DoorSubject]:
    banks = waveshare_bank("relays") + waveshare_bank("more", unit=2)
    profile = serial_profile(banks, {"A01": ("relays", 3), "A02": ("more", 5)})
    with doors_of(open_waveshare, profile, "relays") as subject:
        yield subject


@contextmanager
def expander_locks() -> Iterator[LockSubject]:
    profile = serial_profile(expander_bank("locks") + expander_bank("contacts", address=0x21), LOCKS_AND_CONTACTS)
    with locks_of(open_mcp23017, profile, cuts=True) as subject:
        yield subject


@contextmanager
def expander_doors() -> Iterator[DoorSubject]:
    banks = "".join(expander_bank(name, address=0x20 + index) for index, name in enumerate(("locks", "one", "two")))
    wires: dict[str, Wired] = {"A01": ("locks", 0, "one", 3), "A02": ("locks", 15, "two", 14)}
    with doors_of(open_mcp23017, serial_profile(banks, wires), "one") as subject:
        yield subject
