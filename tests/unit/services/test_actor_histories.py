"""Random commands from callers that come, wait and go away: the state in memory is the folded log, every time."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from controller.domain import commands as cmd
from controller.domain.model import Door, Purpose
from tests.unit.domain.builder import CABINET, STAFF
from tests.unit.services.bench import Bench, commissioned

LABELS = [plan.label for plan in CABINET]


def any_command(bench: Bench, pick: random.Random) -> cmd.Command:
    """Something that people, doors, locks or the central system could do now, sensible or not."""
    box = bench.box
    session = box.session.id if box.session is not None else "S0"
    staff = box.staff_session.id if box.staff_session is not None else "P0"
    authorisation = box.opening.authorisation if box.opening is not None else "A0"
    label = box.opening.compartment if box.opening is not None and pick.random() < 0.7 else pick.choice(LABELS)
    number = pick.randint(1, 6)
    commands: list[cmd.Command] = [
        cmd.AnnounceOrder(
            *bench.central(), f"D{number}", (f"ORDER-D{number}",), ("eAT",), "M", "de", False, pick.choice(("", "G"))
        ),
        cmd.IssueRight(*bench.central(), f"R{number}", (f"D{number}",), "de", 0, 0),
        cmd.RevokeRight(*bench.central(), f"R{number}"),
        cmd.HoldDeposit(*bench.central(), f"D{number}", pick.random() < 0.5),
        cmd.PresentBadge(pick.choice(list(STAFF)), bench.clock.mono),
        cmd.TryStaffPin(),
        cmd.StaffPinCompared(box.badge.staff if box.badge is not None else "lena", pick.random() < 0.9),
        cmd.PresentOrder(f"ORDER-D{number}"),
        cmd.LogOut(staff),
        cmd.RequestOpening(staff, label, pick.choice([Purpose.CLARIFICATION, Purpose.RECALL]), ""),
        cmd.ReportContents(staff, pick.choice(["empty", "envelope"]), "expected"),
        cmd.PresentCredential(f"R{number}", "qr", ()),
        cmd.Confirm(session, pick.choice(["everything", "open_again", "missing", "foreign", "nonsense"])),
        cmd.CancelSession(session),
        cmd.PulseFinished(authorisation, pick.choice(["", "", "lock_fault"])),
        cmd.DoorSensed(label, Door.OPEN, bench.clock.mono),
        cmd.DoorSensed(label, Door.CLOSED, bench.clock.mono),
        cmd.DoorSensed(label, pick.choice(list(Door)), bench.clock.mono),
        cmd.Tick(),
    ]
    return pick.choice(commands)


@pytest.mark.parametrize("seed", range(6))
async def test_memory_is_the_folded_log(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    async with commissioned(tmp_path) as bench:
        callers: list[asyncio.Task[object]] = []
        for _ in range(120):
            callers.append(asyncio.create_task(bench.do(any_command(bench, pick))))
            bench.clock.advance(pick.choice([0, 10, 500, 40_000]))
            if pick.random() < 0.3:
                pick.choice(callers).cancel()
            if pick.random() < 0.5:
                await asyncio.sleep(0)
            else:
                await asyncio.gather(*callers, return_exceptions=True)
        await asyncio.gather(*callers, return_exceptions=True)
        await bench.do(cmd.Tick())
        assert not bench.acting.done()
        assert bench.folded() == bench.box
        assert bench.box.seq > 60, "it was a history worth folding"
        await bench.stop()
        again = Bench(bench.path, bench.clock)
        try:
            assert again.box == bench.box
        finally:
            await again.close()
