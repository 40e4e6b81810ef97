"""The mains go and come back: a real controller, its log and its page, with only the cabinet simulated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controller import api
from simulator.people import Hall
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    STAFF,
    authorised,
    envelopes,
    events,
    finish,
    hall,
    load,
    page,
    pulses,
    slips,
    town,
    until,
)

ITEMS, SLIPS = envelopes(2), slips(2)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def mains(people: Hall, there: bool) -> None:
    await people.plant.set_contact("power_fail", not there)


async def test_a_pickup_ends_at_its_door_nothing_opens_and_the_return_makes_all_as_it_was(box: Town) -> None:
    off = box.run_directory / "power-off"
    async with hall(box) as people:
        await load(people, ANNA, *ITEMS)
        assert await people.scanner.show(SLIPS[0].text) == ""
        label = (await people.until_kiosk("opening", "take")).compartment
        await people.open_door(label)
        await mains(people, False)
        await until(lambda: codes(box, "FaultRaised"), "the fault is in the log")
        assert (await people.until_kiosk("take")).compartment == label, "who stands at the door goes on"
        await finish(people)
        await people.until_kiosk("power_fail")
        before = authorised(box), len(pulses(box))
        assert await people.scanner.show(SLIPS[1].text) == "power_fail"
        async with page(box) as client:
            technician = await client.call(api.GetTechnician())
        assert (technician.light, "power_fail" in {fault.code for fault in technician.faults}) == ("red", True)
        await until(off.exists, "the box asks to be switched off", within_s=30)
        assert events(box)[-1]["type"] == "CheckpointSealed", "and has its checkpoint by then"
        assert (authorised(box), len(pulses(box))) == before
        await mains(people, True)
        await people.until_kiosk("start")
        await until(lambda: not off.exists(), "the wish is withdrawn")
        assert await people.scanner.show(SLIPS[1].text) == ""
        await finish(people)
    assert codes(box, "FaultCleared") == 1


async def test_a_box_that_starts_without_mains_opens_nothing_until_they_are_back(
    box: Town,
) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        await mains(people, False)
        await until(lambda: codes(box, "FaultRaised"), "the fault is in the log")
    box.started_controller().kill()
    box.start_controller()
    async with hall(box) as people:
        await people.until_kiosk("power_fail")
        assert await people.scanner.show(SLIPS[0].text) == "power_fail"
    assert box.stop_controller() == 0
    with box.plant() as person:
        person.set_contact("power_fail", False)
    box.start_controller()
    async with hall(box) as people:
        await people.until_kiosk("start")
        assert await people.scanner.show(SLIPS[0].text) == ""
        await finish(people)


def codes(box: Town, kind: str) -> int:
    """How often the fault was raised, or cleared."""
    return [event["data"]["code"] for event in events(box, kind)].count("power_fail")
