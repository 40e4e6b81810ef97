"""A team's day at the whole box, at its own screen: what is scanned, shown, touched, opened."""

from __future__ import annotations

import pytest

from simulator.preload import Badge, Envelope, Preload, Slip, new_code
from tests.e2e.journeys.stage import Stage, logs_in, stage

pytestmark = pytest.mark.e2e

ANNA = Badge("anna", new_code("B"), "4711", ("loader", "supervisor"))
BERTA = Badge("berta", new_code("B"), "0815", ("loader",))


def inside(*numbers: int) -> tuple[Envelope, ...]:
    return tuple(Envelope(f"D{n}", f"AUF-{n:04}", "Personalausweis") for n in numbers)


async def badge(it: Stage, who: Badge, *pages: str) -> str:
    return await it.person.shows(it.hall.slip(who.text), *pages)


async def open_and_close(it: Stage, label: str, *, take: bool = False, put: str = "") -> None:
    await it.hall.pull(label)
    if take:
        await it.hall.plant.take(label)
    if put:
        await it.hall.plant.put(label, put)
    await it.hall.plant.close_door(label)


async def lit(it: Stage) -> str:
    """The compartment that the page is about: the plan shows it lit."""
    await it.person.screen.page.wait_for_selector(".front__plan[data-lit]:not([data-lit='']) .plan__door--lit")
    return await it.person.screen.page.get_attribute(".front__plan", "data-lit") or ""


async def says(it: Stage, words: str) -> None:
    await it.person.screen.page.wait_for_selector(f'#page:has-text("{words}")')


async def scans(it: Stage, order: str, words: str) -> None:
    """Holds an envelope's barcode up until the page answers with ``words``: the page itself stays."""
    await it.hall.hold(it.hall.label(order))
    try:
        await says(it, words)
    finally:
        await it.hall.take_away()


async def test_a_morning_loading_mending_and_the_list_at_its_end() -> None:
    what = Preload(inside(1, 2), (Slip("R1", new_code("P"), ("D1",)),), (ANNA, BERTA))
    async with stage(what) as it:
        person = it.person
        await logs_in(it, ANNA)
        person.begin()
        await person.shows(it.hall.label("AUF-0001"), "load_open")
        await open_and_close(it, await lit(it), put="D1")
        await says(it, "Gebucht: Fach")
        assert person.end().touches == 0
        await scans(it, "AUF-9999", "Unbekannt AUF-9999")
        # The first was booked into the wrong pile: undone, by a badge after the page named the compartment.
        await person.tap("undo")
        await person.sees("show_badge")
        label = await lit(it)
        await badge(it, ANNA, "open")
        await open_and_close(it, label, take=True)
        await person.sees("report")
        await person.tap("reportempty-expected")
        await says(it, "Rückgängig gemacht")
        await person.shows(it.hall.label("AUF-0002"), "load_open")
        # Nobody says that of a compartment that has not been seen open.
        await person.screen.page.wait_for_selector(".plan__door--lit.plan__door--open")
        await person.tap("too_small")
        await says(it, "Umschlag behalten, Tür schließen")
        await open_and_close(it, await lit(it))
        await person.sees("load_ready")
        await person.shows(it.hall.label("AUF-0002"), "load_open")
        await open_and_close(it, await lit(it), put="D2")
        await says(it, "Gebucht: Fach")
        await person.tap("logout")
        await person.sees("load_end")
        await says(it, "Fertig: 1 eingelegt, 1 zur Seite gelegt")
        await person.tap("dismiss")
        await person.sees("start")
        assert it.events("DepositStored", "LoadingTooSmall", "DepositReturnedToExpected") == [
            "DepositStored",
            "DepositReturnedToExpected",
            "LoadingTooSmall",
            "DepositStored",
        ]


async def test_a_stocktake_is_left_for_an_emergency_and_taken_up_again() -> None:
    async with stage(Preload((), (), (ANNA, BERTA), stored=inside(1))) as it:
        person = it.person
        await logs_in(it, ANNA)
        await person.tap("tile-more")
        await person.tap("start_roundstocktake")
        await person.sees("show_badge")
        await says(it, "1 von 12")
        await badge(it, ANNA, "open")
        await open_and_close(it, await lit(it))
        await person.sees("report")
        await person.tap("reportas_booked")
        await says(it, "2 von 12")
        await person.tap("leave_round")
        await person.sees("load_ready")
        await says(it, "unterbrochen bei 2 von 12")
        # One compartment has to be opened at once: two people, two badges.
        label = it.where["D1"]
        await person.screen.page.click(f'[data-door="{label}"]')
        await person.screen.page.wait_for_selector(f'#page[data-look="compartment:{label}"]')
        await says(it, "AUF-0001")
        await person.tap("show-emergency")
        await person.tap("emergency-1")
        await person.sees("show_badge")
        await badge(it, ANNA, "four_eyes")
        await badge(it, BERTA, "open")
        await open_and_close(it, label)
        await person.sees("report")
        await person.tap("reportenvelope")
        await person.sees("load_ready")
        await person.tap("go_on")
        await person.sees("show_badge")
        await person.tap("skip")
        await says(it, "3 von 12")
        opened = [name for name in it.events("UnlockAuthorised", "OpeningBadgeAccepted") if name == "UnlockAuthorised"]
        assert len(opened) == 2, "each opening by a badge of its own"


async def test_a_door_that_opened_by_itself_is_looked_into_with_its_story_and_fetched_at_the_counter() -> None:
    async with stage(Preload((), (), (ANNA, BERTA), stored=inside(1, 2))) as it:
        person = it.person
        label = it.where["D1"]
        await it.hall.plant.fault(label, "stuck_reed_open")
        await person.sees("unexpected_open")
        await it.hall.plant.clear_fault(label)
        await person.sees("start")
        await logs_in(it, ANNA)
        await person.tap("tile-clarification")
        await person.tap("start_roundclarification")
        await person.sees("show_badge")
        await says(it, "ging ohne Auftrag auf")
        await badge(it, ANNA, "open")
        await open_and_close(it, label)
        await person.sees("report")
        await person.tap("reportenvelope")
        await says(it, "Rundgang fertig")
        other = it.where["D2"]
        await person.screen.page.click(f'[data-door="{other}"]')
        await person.tap(f"handover-{other}")
        await person.sees("show_badge")
        await badge(it, BERTA, "open")
        await open_and_close(it, other, take=True)
        await person.sees("scan_out")
        await scans(it, "AUF-0001", "Das ist nicht der Umschlag")
        await person.shows(it.hall.label("AUF-0002"), "load_ready")
        await says(it, "Ausgebucht")
