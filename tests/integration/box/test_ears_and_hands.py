"""Headphones go in and out, keypad and sound card go and come back: a real controller, its page, its log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from controller import api
from hal.profile import shipped_profiles
from simulator.demo_provision import fit_out
from simulator.people import Hall
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box.support import ANNA, STAFF, envelopes, events, finish, hall, load, page, slips, town, until

ITEMS, SLIPS = envelopes(1), slips(1)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Town]:
    file = tmp_path / "cabinet.toml"
    file.write_bytes(shipped_profiles()["gpio-12"].read_bytes())
    fit_out(file)
    fit_out(file)  # again: what is there stays
    with town(Preload(ITEMS, SLIPS, STAFF), profile=str(file)) as made:
        yield made


async def hears(people: Hall, wanted: str) -> api.KioskView:
    """The page says this of the socket."""
    for _ in range(500):
        view = await people.kiosk()
        if view.headphones == wanted:
            return view
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {wanted!r} on {view}")


def codes(box: Town, kind: str) -> list[tuple[str, str]]:
    return [(event["data"]["code"], event["data"]["subject"]) for event in events(box, kind)]


def told(box: Town, kind: str, fault: tuple[str, str]) -> bool:
    return fault in codes(box, kind)


async def test_the_page_hears_of_headphones_at_every_step_of_a_pickup(box: Town) -> None:
    async with hall(box) as people:
        await hears(people, "out")
        await load(people, ANNA, *ITEMS)
        await people.plant.set_contact("headphones", True)
        before = await hears(people, "in")
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.until_kiosk("opening", "take")
        await people.plant.set_contact("headphones", False)
        await hears(people, "out")
        await people.plant.set_contact("headphones", True)
        assert (await hears(people, "in")).revision > before.revision
        await finish(people)
        async with page(box) as client:
            technician = await client.call(api.GetTechnician())
        assert [(each.state, each.detail) for each in technician.devices if each.name == "headphones"] == [("ok", "in")]
        await people.plant.set_thing("socket", False)
        await hears(people, "out")
        await until(lambda: ("input_unreadable", "headphones") in codes(box, "FaultRaised"), "the fault is in the log")
        await people.plant.set_thing("socket", True)
        await hears(people, "in")
        await until(lambda: ("input_unreadable", "headphones") in codes(box, "FaultCleared"), "and is cleared")


async def test_what_is_pulled_out_is_a_fault_with_words_until_it_comes_back(box: Town) -> None:
    keypad, card = ("keypad_gone", "keypad"), ("speech_device_gone", "loudspeaker")
    async with hall(box) as people:
        await people.plant.set_thing("keypad", False)
        await people.plant.set_thing("loudspeaker", False)
        for fault in (keypad, card):
            await until(partial(told, box, "FaultRaised", fault), "the fault is in the log")
        async with page(box) as client:
            technician = await client.call(api.GetTechnician())
        assert {keypad, card} <= {(each.code, each.subject) for each in technician.faults}
        assert (await people.kiosk()).page == "start", "it stops nobody"
        await people.plant.set_thing("loudspeaker", True)
        await until(partial(told, box, "FaultCleared", card), "and is cleared")
    assert box.stop_controller() == 0
    with box.plant() as person:
        person.set_thing("keypad", True)
    box.start_controller()
    async with hall(box):
        await until(partial(told, box, "FaultCleared", keypad), "also what came back while the box was down")
