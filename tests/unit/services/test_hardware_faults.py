"""What a board's fault means for its compartments, told from another thread."""

from __future__ import annotations

import asyncio

import pytest

from controller.bootstrap.boards import affected_by
from controller.domain import commands as cmd
from controller.domain.model import Door
from controller.services.hardware_faults import NOTHING, Affected, HardwareFaults
from hal.interfaces import Fault
from hal.profile import load_profile, shipped_profiles
from tests.unit.services.bench import Bench

BOARDS = {
    ("board_silent", "left"): Affected(("A01", "A02"), ("A01", "A02")),
    ("board_silent", "right"): Affected(("A02", "A03"), ("A03",)),
}


def affected(code: str, subject: str) -> Affected:
    return BOARDS.get((code, subject), NOTHING)


def fault(code: str, subject: str) -> Fault:
    return Fault(code, subject, "it is gone", "look")


async def told(bench: Bench) -> None:
    """All that was handed to the loop has been carried out."""
    await asyncio.sleep(0)
    await bench.done(cmd.SetFault("nothing", "", False))


def out(bench: Bench) -> set[str]:
    return {label for label, each in bench.box.compartments.items() if each.out_of_service}


async def test_one_entry_takes_a_board_out_of_service_and_another_puts_it_back(bench: Bench) -> None:
    faults = HardwareFaults(affected)
    faults.attach(bench.actor)
    await asyncio.to_thread(faults.fault_raised, fault("board_silent", "left"))
    await told(bench)
    assert out(bench) == {"A01", "A02"}
    assert bench.box.compartments["A01"].door is Door.UNKNOWN
    assert set(bench.box.faults) == {"board_silent:left"}
    (entry,) = [names for names in bench.log.appends if "FaultRaised" in names]
    assert sorted(entry) == ["CompartmentServiceChanged"] * 2 + ["DoorUnreadable"] * 2 + ["FaultRaised"]
    # What the contacts say now is no news: the board's fault has said it.
    await bench.door("A01", Door.UNKNOWN)
    assert set(bench.box.faults) == {"board_silent:left"}
    await asyncio.to_thread(faults.fault_cleared, "board_silent", "left")
    await told(bench)
    assert not out(bench)
    assert not bench.box.faults


async def test_what_two_boards_share_is_back_when_both_are(bench: Bench) -> None:
    faults = HardwareFaults(affected)
    faults.attach(bench.actor)
    for board in ("left", "right"):
        faults.fault_raised(fault("board_silent", board))
    await told(bench)
    faults.fault_cleared("board_silent", "left")
    await told(bench)
    assert out(bench) == {"A02", "A03"}


async def test_what_people_took_out_stays_out(bench: Bench) -> None:
    faults = HardwareFaults(affected)
    faults.attach(bench.actor)
    await bench.log_in("sabine")
    assert bench.box.staff_session is not None
    session = bench.box.staff_session.id
    await bench.done(cmd.SetService(session, "A01", False, "dirty"))
    faults.fault_raised(fault("board_silent", "left"))
    await told(bench)
    assert set(bench.box.compartments["A01"].out_of_service) == {"dirty", "board_silent"}
    assert (await bench.do(cmd.SetService(session, "A02", True, ""))).refused == "nothing_to_answer"
    faults.fault_cleared("board_silent", "left")
    await told(bench)
    assert out(bench) == {"A01"}


async def test_what_an_earlier_process_left_standing_is_judged_anew(bench: Bench) -> None:
    before = HardwareFaults(affected)
    before.attach(bench.actor)
    for board in ("left", "right"):
        before.fault_raised(fault("board_silent", board))
    await told(bench)
    after = HardwareFaults(affected)
    after.fault_raised(fault("board_silent", "right"))
    after.attach(bench.actor)
    await told(bench)
    assert out(bench) == {"A02", "A03"}
    assert set(bench.box.faults) == {"board_silent:right"}


async def test_a_door_that_was_lost_and_found_at_once_is_read_again(bench: Bench) -> None:
    asked: list[tuple[str, ...]] = []
    faults = HardwareFaults(affected)
    faults.attach(bench.actor, asked.append)
    faults.fault_raised(fault("board_silent", "right"))
    await told(bench)
    faults.fault_cleared("board_silent", "right")
    await told(bench)
    assert asked == [("A03",)]


@pytest.mark.parametrize(
    ("code", "subject", "out", "blind"),
    [
        ("board_silent", "B", 48, 48),
        ("board_silent", "header-locks", 8, 8),
        ("port_gone", "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10MIXB-if00-port0", 64, 64),
        ("board_silent", "D-contacts", 14, 14),
        ("board_silent", "D", 16, 0),
        ("pulse_cap_unsafe", "E", 16, 0),
        ("board_noise", "B", 0, 0),
        ("indicator_failed", "B", 0, 0),
    ],
)
def test_which_compartments_a_fault_takes(code: str, subject: str, out: int, blind: int) -> None:
    found = affected_by(load_profile(shipped_profiles()["mixed-96"]), code, subject)
    assert (len(found.compartments), len(found.blind)) == (out, blind)


def test_a_line_of_208_compartments_is_208_names() -> None:
    profile = load_profile(shipped_profiles()["kerong-608"])
    found = affected_by(profile, "port_gone", profile.banks[0].port)  # type: ignore[union-attr]
    assert len(found.compartments) == len(set(found.compartments)) == 208
