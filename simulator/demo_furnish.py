"""The town before the first visitor comes: staff with badges, orders, pickup codes, and two envelopes inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.card.scenario import ChipPlan, Document, Holder, Kind, Scenario
from simulator.central import CentralClient
from simulator.demo_provision import add_staff, give_passwords
from simulator.demo_town import DemoError, DemoTown
from simulator.townsfolk import Letter, OwnedDocument, People, Resident, read_people, write_people
from simulator.visitors import Hall, read_card

LETTERS = (
    Letter("D-0101", "PA-2026-0101", "Personalausweis"),
    Letter("D-0102", "RP-2026-0102", "Reisepass"),
    Letter("D-0103", "PA-2026-0103", "Personalausweis"),
    Letter("D-0104", "FS-2026-0104", "Führerschein"),
    Letter("D-0105", "AT-2026-0105", "eAT"),
    Letter("D-0106", "RA-2026-0106", "Reiseausweis"),
    Letter("D-0107", "AT-2026-0107", "Aufenthaltstitel"),
)
RESIDENTS = (
    Resident("R-yildiz", "Ms Yıldız", ("D-0101",)),
    Resident("R-novak", "Mr Novák", ("D-0102",), birth_date="19901231"),
    Resident("R-weber", "Ms Weber", ("D-0103", "D-0104")),
    Resident("R-haddad", "Mr Haddad", ("D-0105",), birth_date="19850704"),
    Resident("R-tesfay", "Ms Tesfay", ("D-0106",), pin="483920"),
    Resident("R-osei", "Ms Osei", ("D-0107",), birth_date="19920317", surname="Oséi-Müller", given_names="Ama Serwaa"),
)
LANGUAGES = {"R-novak": "en", "R-haddad": "en", "R-osei": "en"}
LOADED = (LETTERS[0], LETTERS[1], LETTERS[6])
"""What is inside when the first visitor comes; the rest is for whoever tries loading."""

_YEAR = timedelta(days=365)


def documents(today: datetime) -> list[OwnedDocument]:
    """What people carry: Ms Osei's passport and old residence permit, somebody else's passport."""
    expires = (today + 4 * _YEAR).strftime("%Y%m%d")
    osei = Holder("Oséi-Müller", "Ama Serwaa", "19920317", "F")
    return [
        OwnedDocument(
            "osei-passport",
            "Ms Osei's passport",
            Scenario(osei, Document("P00012345", expires, can="271828")),
            "R-osei",
        ),
        OwnedDocument(
            "osei-permit",
            "Ms Osei's old residence permit",
            Scenario(osei, Document("AR0003141", expires, Kind.RESIDENCE_PERMIT, can="314159"), ChipPlan(bac=False)),
            "R-osei",
        ),
        OwnedDocument(
            "novak-passport",
            "Mr Novák's old passport",
            Scenario(
                Holder("Novák", "Jan", "19901231", "M"),
                Document("P00067890", expires),
                ChipPlan(pace=(), active_authentication="rsa 2048 sha256", chip_authentication=()),
            ),
            "R-novak",
        ),
        OwnedDocument(
            "weber-passport",
            "Ms Weber's passport",
            Scenario(Holder("Weber", "Klara", "19780609", "F"), Document("P00024680", expires, can="161803")),
            "R-weber",
        ),
    ]


async def furnish(demo: DemoTown, say: Callable[[str], None]) -> People:
    """Makes what is not there yet; a second start finds everything. Whoever lives in the town."""
    people = read_people(demo.root)
    await asyncio.to_thread(add_staff, demo.town, people)
    await asyncio.to_thread(give_passwords, demo.town, people)
    people.documents = documents(datetime.now(UTC))
    write_people(demo.root, people)
    if demo.standalone and not people.letters:
        # Envelopes wait on the desk; nobody has told the box of them yet.
        people.letters = list(LETTERS)
        write_people(demo.root, people)
    elif not people.letters:
        await _announce(demo)
        await _load(demo, people, say)
        people.letters, people.residents = list(LETTERS), list(RESIDENTS)
        write_people(demo.root, people)
    return people


async def _announce(demo: DemoTown) -> None:
    box = demo.town.box
    async with CentralClient(demo.central_socket) as central:
        for letter in LETTERS:
            answer = await central.announce(letter.deposit, [letter.order], [letter.document_type], box=box)
            # A start that was interrupted may have announced it before.
            if answer["result"] != "done" and answer["code"] != "deposit_known":
                raise DemoError(f"the box refused the order {letter.order}: {answer['code'] or answer['result']}")
        for who in RESIDENTS:
            answer = await central.issue_right(
                who.deposits,
                right=who.right,
                language=LANGUAGES.get(who.right, "de"),
                birth_date=who.birth_date,
                pin=who.pin,
                surname=who.surname,
                given_names=who.given_names,
                number=True,
                box=box,
            )
            if answer["result"] != "done":
                raise DemoError(f"the box refused the right {who.right}: {answer['code'] or answer['result']}")


async def _load(demo: DemoTown, people: People, say: Callable[[str], None]) -> None:
    """Anna comes before opening time."""
    anna = people.member("anna")
    async with Hall(demo.town.plant_socket, lambda: demo.pages_address) as hall:
        await hall.kiosk.until_page("start")
        await hall.log_in(read_card(Path(anna.badge)), anna.pin)
        for letter in LOADED:
            say(f"anna loads {letter.order} into {await hall.load(letter.order, letter.deposit)}")
        await hall.log_out()
