"""The mains go and come back: a real controller, its log and its page, with only the cabinet simulated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller import api
from hal.profile import shipped_profiles
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
def box(tmp_path: Path) -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF), profile=str(lit(tmp_path))) as made:
        yield made


def lit(folder: Path) -> Path:
    """The shipped cabinet, but that two compartments and the buzzer gave their pins to lights and a contact."""
    text = shipped_profiles()["gpio-12"].read_text(encoding="utf-8")
    assert "buzzer = 15" in text
    text = text.replace("buzzer = 15", "scanner_light = 15") + '\n[inputs.tamper]\npin = 26\nactive = "high"\n'
    text += '[inputs.temperature]\nfile = "/sys/class/hwmon/hwmon0/temp1_input"\nhigh = 60000\n'
    a11 = text.index('[[compartments]]\nlabel = "A11"')
    text = text[:a11] + text[text.index("# An uninterruptible") :]
    text = text.replace("scanner_light = 15", "scanner_light = 15\ndoor_light = 27")
    file = folder / "cabinet.toml"
    file.write_text(text, encoding="utf-8")
    return file


async def mains(people: Hall, there: bool) -> None:
    await people.plant.set_contact("power_fail", not there)


async def test_a_pickup_ends_at_its_door_nothing_opens_and_the_return_makes_all_as_it_was(box: Town) -> None:
    off = box.run_directory / "power-off"
    async with hall(box) as people:
        await load(people, ANNA, *ITEMS)
        await until_lit(people, scanner=1, door=0)
        assert await people.scanner.show(SLIPS[0].text) == ""
        label = (await people.until_kiosk("opening", "take")).compartment
        await people.open_door(label)
        await until_lit(people, scanner=0, door=1)
        await mains(people, False)
        await until(lambda: codes(box, "FaultRaised"), "the fault is in the log")
        view = await people.until_kiosk("power_fail")
        assert (view.compartment, bool(view.front)) == (label, True), "who stands at the door goes on, and is told why"
        await people.take(label)
        view = await people.until_kiosk("confirm")
        await people.page.call(api.Confirm(view.session, view.revision, "everything"))
        await people.until_kiosk("power_fail")
        await until_lit(people, scanner=0, door=0)  # it would be lit with the mains
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


async def test_an_open_housing_is_a_fault_and_opens_and_stops_nothing(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        await people.plant.set_contact("tamper", True)
        await until(lambda: codes(box, "FaultRaised", "tamper"), "the fault is in the log")
        async with page(box) as client:
            technician = await client.call(api.GetTechnician())
            gauges = [(each.state, each.detail) for each in technician.devices if each.name == "gauge temperature"]
            assert (technician.light, gauges) == ("red", [("ok", "22 °C")])
        assert await people.scanner.show(SLIPS[0].text) == ""
        await finish(people)
        await people.plant.set_contact("tamper", False)
        await until(lambda: codes(box, "FaultCleared", "tamper"), "and is cleared")


async def until_lit(people: Hall, **lights: int) -> None:
    for _ in range(500):
        if (await people.plant.status()).lights == lights:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never so: {lights}")


def codes(box: Town, kind: str, code: str = "power_fail") -> int:
    """How often the fault was raised, or cleared."""
    return [event["data"]["code"] for event in events(box, kind)].count(code)
