"""A minute of trouble on every board and cable at once: never a pulse that nobody asked for, and all is well after."""

from __future__ import annotations

import random
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from hal.factory import build_cabinet
from hal.interfaces import DoorLevel, LockBusy, LockFault, LockResting, PulseReport
from hal.profile import load_profile, shipped_profiles
from simulator.boards.faults import BoardFault, PortFault
from simulator.plant.ledger import CoilPulse
from tests.fakes.boards import running_boards
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults

SECONDS = 60
NOTHING_SENT = {"board_silent", "port_gone", "pulse_cap_unsafe"}
BOARD_TROUBLE = [fault for fault in BoardFault if fault is not BoardFault.SWAPPED]


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [1, 2])
def test_a_minute_of_trouble(seed: int) -> None:
    dice = random.Random(seed)
    file: Path = shipped_profiles()["kerong-608"]
    profile = load_profile(file)
    asked: list[tuple[str, Future[PulseReport]]] = []
    faults = HeardFaults()
    with running_boards(file, seed=seed) as boards:
        cabinet = build_cabinet(profile, edges=boards.edges, faults=faults)
        status = boards.control.status()
        subjects = [board.bank for board in status.boards], [port.port for port in status.ports]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if dice.random() < 0.5:
                boards.control.board_fault(dice.choice(subjects[0]), dice.choice(BOARD_TROUBLE), dice.randint(1, 8))
            if dice.random() < 0.1:
                boards.control.port_fault(dice.choice(subjects[1]), dice.choice(list(PortFault)), 20)
            if dice.random() < 0.3:
                boards.control.mend(dice.choice(subjects[0] + subjects[1]))
            label = dice.choice(profile.labels)
            try:
                asked.append((label, cabinet.locks.pulse(label, 400)))
            except (LockBusy, LockResting):
                pass  # the rules: nothing was asked of any board
            time.sleep(dice.uniform(0, 0.2))
        for subject in subjects[0] + subjects[1]:
            boards.control.mend(subject)
        codes = {label: [_code(future) for other, future in asked if other == label] for label, _ in asked}
        eventually(lambda: not faults.standing, timeout=60)
        person = boards.plant.person
        coils = [entry.compartment for entry in person.ledger().entries if isinstance(entry, CoilPulse)]
        assert set(coils) <= set(codes)
        for label, said in codes.items():
            surely, perhaps = said.count(""), said.count("lock_reply_lost")
            assert surely <= coils.count(label) <= surely + perhaps, (label, said)
        truth = {box.compartment: box.door == "closed" for box in person.status().compartments}
        eventually(lambda: all((cabinet.doors.read(x).level is DoorLevel.CLOSED) == truth[x] for x in truth), 20)
        print(f"{len(asked)} asked for, {len(coils)} pulses, {len(faults.told)} faults came and went")
        cabinet.close()


def _code(future: Future[PulseReport]) -> str:
    error = future.exception(10)
    if error is None:
        return ""
    assert isinstance(error, LockFault)
    assert error.code in NOTHING_SENT | {"lock_reply_lost"}
    return error.code
