"""The town before the first visitor comes: staff with badges, orders, pickup codes, and two envelopes inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from simulator.central import CentralClient
from simulator.demo_provision import add_staff, give_passwords
from simulator.demo_town import DemoError, DemoTown
from simulator.townsfolk import Letter, People, Resident, read_people, write_people
from simulator.visitors import Hall, read_card

LETTERS = (
    Letter("D-0101", "PA-2026-0101", "Personalausweis"),
    Letter("D-0102", "RP-2026-0102", "Reisepass"),
    Letter("D-0103", "PA-2026-0103", "Personalausweis"),
    Letter("D-0104", "FS-2026-0104", "Führerschein"),
    Letter("D-0105", "AT-2026-0105", "eAT"),
    Letter("D-0106", "RA-2026-0106", "Reiseausweis"),
)
RESIDENTS = (
    Resident("R-yildiz", "Ms Yıldız", ("D-0101",)),
    Resident("R-novak", "Mr Novák", ("D-0102",), birth_date="19901231"),
    Resident("R-weber", "Ms Weber", ("D-0103", "D-0104")),
    Resident("R-haddad", "Mr Haddad", ("D-0105",), birth_date="19850704"),
    Resident("R-tesfay", "Ms Tesfay", ("D-0106",), pin="483920"),
)
LANGUAGES = {"R-novak": "en", "R-haddad": "en"}
LOADED = 2
"""So many of `LETTERS` are inside when the first visitor comes; the rest is for whoever tries loading."""


async def furnish(demo: DemoTown, say: Callable[[str], None]) -> People:
    """Makes what is not there yet; a second start finds everything. Whoever lives in the town."""
    people = read_people(demo.root)
    await asyncio.to_thread(add_staff, demo.town, people)
    await asyncio.to_thread(give_passwords, demo.town, people)
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
        for letter in LETTERS[:LOADED]:
            say(f"anna loads {letter.order} into {await hall.load(letter.order, letter.deposit)}")
        await hall.log_out()
