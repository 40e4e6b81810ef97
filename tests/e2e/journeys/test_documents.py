"""Documents at a whole box, by hand: a virtual card on real pcscd, a photo page before the camera, a badge that says
that somebody has looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from simulator.card.issuing_state import IssuingState
from simulator.card.scenario import Scenario, scenario_from
from simulator.carried import CarriedDocument
from simulator.preload import Envelope, Preload, Slip, new_code
from tests.e2e.journeys.flows import LOADER
from tests.e2e.journeys.stage import Stage, stage

pytestmark = pytest.mark.e2e

AT_DOOR = ("opening", "take")
CAN = "918273"
HOLDER = {"primary": "Öztürk-Großmann", "birth_date": "19640812", "sex": "F"}


def document(given: str = "Zoë", forgery: str = "none") -> Scenario:
    expires = (datetime.now(UTC) + timedelta(days=800)).strftime("%Y%m%d")
    return scenario_from(
        {
            "holder": {**HOLDER, "given": given},
            "document": {"number": "ZX7K31Q98", "expires": expires, "can": CAN},
            "forgery": forgery,
        }
    )


def what() -> Preload:
    """Two envelopes of one person, on two slips."""
    slips = [Slip(f"R{number}", new_code("P"), (f"D{number}",), birth_date="12.08.1964") for number in (1, 2)]
    slips = [replace(slip, surname="Öztürk-Großmann", given_names="Zoë") for slip in slips]
    stored = [Envelope(f"D{number}", f"AUF-000{number}", "Aufenthaltstitel") for number in (1, 2)]
    return Preload((), slips, (LOADER,), stored=stored)


class Pocket:
    """What the person carries; the simulated state has made it."""

    def __init__(self, it: Stage) -> None:
        self._it = it
        self._state = IssuingState(datetime.now(UTC))

    def __getitem__(self, scenario: Scenario) -> CarriedDocument:
        return CarriedDocument(self._it.town.cards.connect, scenario, self._state)


@asynccontextmanager
async def desk(size: tuple[int, int] = (1080, 1920)) -> AsyncIterator[tuple[Stage, Pocket]]:
    """A box with a card reader that works."""
    async with stage(what(), size=size) as it:
        await asyncio.to_thread(it.town.start_card_service)
        await asyncio.to_thread(it.town.fill_trust_store)
        reader = it.town.start_card_reader()
        await asyncio.to_thread(reader.wait_for_line, "INFO card_readers: ok")
        yield it, Pocket(it)


async def collects(it: Stage, deposit: str = "D1") -> None:
    await it.person.sees(*AT_DOOR)
    assert await it.person.empties() == [deposit]
    await it.person.sees("confirm")
    await it.person.tap("confirmeverything")
    await it.person.sees("done")
    await it.person.tap("dismiss")
    await it.person.sees("start")


async def test_somebody_elses_card_the_right_one_that_slips_and_a_copy() -> None:
    async with desk() as (it, pocket):
        person = it.person
        await person.shows(it.hall.phone(it.codes["R1"]), "chip_place")
        others, own = pocket[document("Max")], pocket[document()]
        await others.lay()
        await person.sees("chip_can")
        await person.type(CAN)
        await person.sees("chip_wrong")
        await others.take()
        await own.lay(pull_at=12)
        await person.sees("chip_can")
        await person.type("111111")
        await person.sees("chip_can_wrong")
        await person.type(CAN)
        await person.sees("chip_removed")
        await own.take()
        assert it.events("UnlockAuthorised") == []
        await own.lay()
        await collects(it)
        await own.take()
        assert it.events("ChipChecked", "FactorTried", "FactorVerified") == [
            *("FactorTried", "ChipChecked"),
            *("ChipChecked", "ChipChecked"),
            *("FactorTried", "ChipChecked", "FactorVerified"),
        ]

        # A copy of the right card is for a person, who looks and shows the badge.
        copy = pocket[document(forgery="clone")]
        await copy.lay()
        await person.shows(it.hall.phone(it.codes["R2"]), "chip_can")
        await person.type(CAN)
        await person.sees("staff_check")
        await person.screen.page.wait_for_selector(".strip")
        assert len(it.events("UnlockAuthorised")) == 1, "the first envelope"
        await copy.take()
        await it.hall.hold(it.hall.slip(LOADER.text))
        await person.sees(*AT_DOOR)
        await it.hall.take_away()
        await collects(it, "D2")
        assert it.events("DocumentInspected") == ["DocumentInspected"]


async def test_a_passport_by_its_photo_page_on_a_low_panel() -> None:
    async with desk(size=(800, 1280)) as (it, pocket):
        person = it.person
        passport = pocket[document()]
        await person.shows(it.hall.phone(it.codes["R1"]), "chip_place")
        await passport.lay()
        await person.sees("chip_can")
        await person.tap("accessmrz")
        await person.sees("chip_mrz")
        await passport.take()  # it is held to the window
        # Taken away a moment before: whoever is quick is told once more to lay it there.
        await person.shows({"kind": "document", "text": passport.lines, "seed": 3}, "chip_place", "chip_removed")
        await passport.lay()
        await collects(it)
        await passport.take()
