"""Nothing was in progress when the controller was killed, and doors moved or could not be read meanwhile."""

from __future__ import annotations

from controller.domain.model import DepositStatus, Door
from simulator.people import Hall
from simulator.preload import Preload
from tests.recovery.conftest import MakeBox
from tests.recovery.killed_box import ANNA, KilledBox, envelope, slip


def begun(make_box: MakeBox, stored: int) -> KilledBox:
    numbers = range(stored)
    box = make_box(Preload(stored=[envelope(n) for n in numbers], slips=[slip(n) for n in numbers], badges=[ANNA]))
    box.town.start_controller()
    box.kill()
    return box


def test_a_door_that_opened_while_nobody_watched(make_box: MakeBox) -> None:
    """Where an envelope lies, it is in doubt; where none lies, nobody is put in before staff have looked."""
    box = begun(make_box, 1)
    full, empty = box.where["D0"], "A12"
    box.plant.fault(full, "pops_open")
    box.plant.fault(empty, "pops_open")
    _, rows = box.restart()
    assert sorted(rows) == sorted([f"opened in downtime {full}", f"opened in downtime {empty}"])
    assert box.deposit(0).status is DepositStatus.UNVERIFIED
    assert box.box.compartments[empty].quarantine
    for label in (full, empty):
        box.plant.close_door(label)

    async def looks(hall: Hall) -> None:
        assert await hall.scanner.show(box.codes["R0"]) == "counter"
        await hall.log_in(ANNA)
        assert await hall.look_into(full, [ANNA]) == ["D0"]
        await hall.report("envelope")
        assert await hall.look_into(empty, [ANNA]) == []
        await hall.report("empty")
        await hall.log_out()
        assert await hall.collect(box.codes["R0"]) == ["D0"]
        await hall.until_kiosk("done")

    box.play(looks)
    assert not any(fault.code == "unexpected_open" for fault in box.box.faults.values())
    assert not any(compartment.quarantine for compartment in box.box.compartments.values())
    box.stop()


def test_an_unreadable_door_is_a_fault_that_clears_itself(make_box: MakeBox) -> None:
    box = begun(make_box, 1)
    label = box.where["D0"]
    box.plant.fault(label, "dead_sensor")
    _, rows = box.restart()
    assert rows == [f"unreadable, no intent {label}"]
    assert f"door_unreadable:{label}" in box.box.faults
    assert box.compartment(0).in_service
    box.plant.clear_fault(label)
    box.until(lambda: f"door_unreadable:{label}" not in box.box.faults)
    assert box.compartment(0).door is Door.CLOSED

    async def collects(hall: Hall) -> None:
        assert await hall.collect(box.codes["R0"]) == ["D0"]
        await hall.until_kiosk("done")

    box.play(collects)
    box.stop()


def test_more_than_five_quarantines_are_one_alarm(make_box: MakeBox) -> None:
    """And a stock-take resolves them in one walk, each with a badge."""
    box = begun(make_box, 6)
    for number in range(6):
        box.plant.fault(box.where[f"D{number}"], "pops_open")
    _, rows = box.restart()
    assert len(rows) == 6
    assert "many_quarantined" in box.box.faults
    for number in range(6):
        box.plant.close_door(box.where[f"D{number}"])

    async def stock_take(hall: Hall) -> None:
        await hall.log_in(ANNA)
        for number in range(6):
            assert await hall.look_into(box.where[f"D{number}"], [ANNA], "stocktake") == [f"D{number}"]
            assert "many_quarantined" in [fault.code for fault in box.box.faults.values()]
            await hall.report("envelope")

    box.play(stock_take)
    assert not box.box.faults.keys() & {"many_quarantined"}
    assert all(deposit.status is DepositStatus.STORED for deposit in box.box.deposits.values())
    assert all(compartment.in_service for compartment in box.box.compartments.values())
    box.stop()


def test_five_quarantines_are_no_common_alarm(make_box: MakeBox) -> None:
    box = begun(make_box, 5)
    for number in range(5):
        box.plant.fault(box.where[f"D{number}"], "pops_open")
    box.restart()
    assert "many_quarantined" not in box.box.faults
    assert all(box.compartment(number).quarantine for number in range(5))
    box.stop()
