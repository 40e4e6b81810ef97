"""The story's part about passports: a copy goes to a person, somebody else's is refused, a pulled one costs nothing,
the right one opens the door.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from simulator.browser import Page
from simulator.card.issuing_state import IssuingState
from simulator.card.scenario import Document, Forgery, Holder, Scenario
from simulator.carried import CarriedDocument
from simulator.central import CentralClient
from simulator.plant.ledger import CoilPulse
from simulator.story_check import check
from simulator.visitors import Hall, Knows

DEPOSIT, ORDER = "D-5", "AT-2026-0005"

_EXPIRES = (datetime.now(UTC) + timedelta(days=900)).strftime("%Y%m%d")
PASSPORT = Scenario(Holder("Oséi-Müller", "Ama Serwaa", "19920317", "F"), Document("P00012345", _EXPIRES, can="271828"))
COPY = msgspec.structs.replace(PASSPORT, forgery=Forgery.CLONE)
SOMEBODY_ELSES = Scenario(Holder("Weber", "Klara", "19780609", "F"), Document("P00024680", _EXPIRES, can="161803"))

_PULLED_AT = 9
"""The command at which the passport slips away: in the middle of reading."""


async def office(central: CentralClient, box: str) -> str:
    """Announces the envelope and issues the code, which is returned. Raises `StoryFailed`."""
    holder = PASSPORT.holder
    answer = await central.announce(DEPOSIT, [ORDER], ["Aufenthaltstitel"], box=box)
    check(answer["result"] == "done", f"the box refused the order {ORDER}: {answer['code']}")
    answer = await central.issue_right(
        [DEPOSIT],
        right="R-chip",
        birth_date=holder.birth_date,
        surname=holder.primary,
        given_names=holder.given,
        box=box,
    )
    check(answer["result"] == "done", f"the box refused the right R-chip: {answer['code']}")
    return str(answer["token"])


async def play(hall: Hall, code: str, connect: Callable[[], socket.socket], say: Callable[[str], None]) -> None:
    """``connect`` reaches the card reader. Raises `StoryFailed` and what the people raise."""
    state = IssuingState(datetime.now(UTC))
    copy, others, right = (CarriedDocument(connect, each, state) for each in (COPY, SOMEBODY_ELSES, PASSPORT))
    pulses = await _pulses(hall)
    await hall.show(hall.phone(code), "chip_place")
    page = await _lay(hall, copy, "staff_check")
    say(f"a copy of the passport, without its chip's key: »{page.headline}« – nothing opens")
    await hall.kiosk.tap(page.form("cancel"))
    await copy.take()
    await hall.kiosk.until_page("start", "cancelled")
    await hall.show(hall.phone(code), "chip_place")
    page = await _lay(hall, others, "chip_wrong")
    say(f"somebody else's passport: »{page.headline}« – nothing opens")
    await others.take()
    page = await _lay(hall, right, "chip_removed", pull_at=_PULLED_AT)
    say(f"the right passport, pulled away too soon: »{page.headline}«")
    check(await _pulses(hall) == pulses, "a door opened for a document that was not accepted")
    await right.take()
    await right.lay()
    page = await hall.kiosk.until_page("opening", "take")
    taken = await hall.carry_on(page, Knows(document=right))
    check(taken == [DEPOSIT], f"who has the right passport took {taken}")
    say("the right passport, left where it lies: read, verified, the envelope taken")


async def _lay(hall: Hall, document: CarriedDocument, *pages: str, pull_at: int | None = None) -> Page:
    """Lays it down and types the digits that stand on it; the page that comes of it."""
    await document.lay(pull_at=pull_at)
    page = await hall.kiosk.until_page("chip_can", "chip_can_wrong")
    await hall.kiosk.tap(page.form("factor"), value=document.can)
    return await hall.kiosk.until_page(*pages)


async def _pulses(hall: Hall) -> int:
    """How often current has flowed through a coil."""
    return sum(isinstance(entry, CoilPulse) for entry in (await hall.plant.ledger()).entries)
