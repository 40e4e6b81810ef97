"""A resident's document at a whole box: virtual card, real pcscd, the reader's process, the controller, a door.

Only the cabinet and the card's radio are simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from controller import api
from simulator.card.chip import Chip
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Scenario, scenario_from
from simulator.card.vpcd import Insertion, put_in
from simulator.people import Hall
from simulator.preload import Envelope, Preload, Slip, new_code
from simulator.town import Town
from tests.integration.box.support import ANNA, STAFF, authorised, events, finish, hall, load, town

KIND = "Aufenthaltstitel"
ITEMS = [Envelope(f"D{number}", f"AUF-{number:04}", KIND) for number in range(2)]
SLIPS = [
    replace(
        Slip(f"R{number}", new_code("P"), (f"D{number}",), birth_date="12.08.1964"),
        surname="Öztürk-Großmann",
        given_names="Zoë Annegret",
    )
    for number in range(2)
]
CAN = "918273"
NUMBER = "ZX7K31Q98"
WITHIN_S = 60.0
EXPIRES = (datetime.now(UTC) + timedelta(days=800)).strftime("%Y%m%d")


def document(forgery: str = "none", given: str = "Zoë Annegret", **chip: object) -> Scenario:
    return scenario_from(
        {
            "holder": {"primary": "Öztürk-Großmann", "given": given, "birth_date": "19640812", "sex": "F"},
            "document": {"number": NUMBER, "expires": EXPIRES, "can": CAN},
            "chip": chip,
            "forgery": forgery,
        }
    )


class Tray:
    """Where documents are laid down, in a town."""

    def __init__(self, of: Town) -> None:
        self._town = of
        self._state = IssuingState(datetime.now(UTC))
        self._inside: Insertion | None = None

    def lay(self, scenario: Scenario, *, pull_at: int | None = None) -> Insertion:
        self.clear()
        self._inside = put_in(self._town.cards.connect, Chip(personalise(scenario, self._state)), pull_at=pull_at)
        return self._inside

    def clear(self) -> None:
        if self._inside is not None:
            self._inside.remove()
            assert self._inside.failure is None
            self._inside = None


@contextmanager
def tray(of: Town) -> Iterator[Tray]:
    made = Tray(of)
    try:
        yield made
    finally:
        made.clear()


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        made.start_card_service()
        made.fill_trust_store()
        made.start_card_reader()
        yield made


async def shows_code(people: Hall, of: Slip) -> None:
    """Also before the controller has heard of the card reader, which the page would not ask then."""
    refused = await people.scanner.show(of.text)
    assert not refused, refused


async def types(people: Hall, digits: str = CAN) -> None:
    view = await people.until_kiosk("chip_can", "chip_can_wrong", within_s=WITHIN_S)
    await people.page.call(api.EnterFactor(view.session, view.revision, digits))


async def test_the_right_passport_opens_nobody_elses_and_no_copy_does(box: Town) -> None:
    assert box.card_reader is not None
    box.card_reader.wait_for_line("INFO card_readers: ok")
    async with hall(box) as people:
        with tray(box) as on_tray:
            labels = await load(people, ANNA, *ITEMS)
            fired = authorised(box)

            await shows_code(people, SLIPS[0])
            await people.until_kiosk("chip_place")
            on_tray.lay(document(given="Max"))
            await types(people)
            await people.until_kiosk("chip_wrong", within_s=WITHIN_S)
            assert authorised(box) == fired, "somebody else's"

            on_tray.clear()
            on_tray.lay(document())
            await types(people, "111111")
            view = await people.until_kiosk("chip_can_wrong", within_s=WITHIN_S)
            pulled = on_tray.lay(document(), pull_at=12)
            await types(people)
            assert pulled.wait_removed(WITHIN_S)
            view = await people.until_kiosk("chip_removed", within_s=WITHIN_S)
            assert authorised(box) == fired, "pulled"

            on_tray.lay(document())
            view = await people.until_kiosk("opening", "take", within_s=WITHIN_S)
            assert view.compartment == labels[0]
            await finish(people)
            fired = authorised(box)

            on_tray.lay(document("clone"))
            await shows_code(people, SLIPS[1])
            await types(people)
            await people.until_kiosk("staff_check", within_s=WITHIN_S)
            assert authorised(box) == fired, "a copy"
            assert not await people.scanner.show(ANNA.text)
            view = await people.until_kiosk("opening", "take")
            assert view.compartment == labels[1]
            await finish(people)

    checked = [event["data"]["reason"] for event in events(box, "ChipChecked")]
    assert checked == ["holder_different", "access_key_wrong", "card_removed", "", "cloned"]
    box.stop()
    assert_silent(box)


def assert_silent(of: Town) -> None:
    """Nothing that the town wrote anywhere says who stood there: logs, event log, state of the processes."""
    first, second = printed_zone(document()).lines
    secrets = [first, second, NUMBER, CAN, "OEZTUERK", "Öztürk", "GROSSMANN", "Großmann", "ANNEGRET", "Annegret"]
    secrets += ["19640812", "12.08.1964", "6408121"]
    wanted = [form for secret in secrets for form in (secret.encode(), secret.encode().hex().encode())]
    files = [file for file in of.root.rglob("*") if file.is_file()]
    assert any(file.name == "log.db" for file in files)
    assert any(file.name == "reader-eid.log" for file in files)
    found = [(file.name, needle) for file in files for needle in wanted if needle in file.read_bytes()]
    assert not found
