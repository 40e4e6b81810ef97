"""Numbers that are typed, proxies, missing old documents, hours, calls for help, and residents who come while staff
work.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from simulator.pickup_codes import new_number
from simulator.preload import Envelope, Preload, Slip, new_code
from simulator.town import ALWAYS_OPEN
from tests.e2e.journeys.flows import LOADER, PIN, one
from tests.e2e.journeys.stage import Stage, logs_in, stage

pytestmark = pytest.mark.e2e

AT_DOOR = ("opening", "take")


def with_slip(document_type: str = "Personalausweis", **extra: str) -> Preload:
    slip = Slip("R1", new_code("P"), ("D1",), **extra)  # type: ignore[arg-type]
    return Preload((), (slip,), (LOADER,), stored=(Envelope("D1", "AUF-0001", document_type),))


async def finishes(it: Stage) -> None:
    assert await it.person.empties() == ["D1"]
    await it.person.sees("confirm")
    await it.person.tap("confirmeverything")
    await it.person.sees("done")


async def test_a_typed_number_opens_and_a_wrong_digit_keeps_what_was_typed() -> None:
    number = new_number()
    async with stage(with_slip(number=number)) as it:
        person = it.person
        await person.tap("show-number")
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        await person.type(wrong)
        await person.screen.page.wait_for_selector("[data-layer=number] [role=alert]:visible")
        assert it.events("RefusalsNoted") == []  # A typing mistake never reaches the box.
        await person.tap("field-3")
        await person.type(number[8:])
        await person.sees(*AT_DOOR)
        await finishes(it)


async def test_a_proxy_is_asked_for_the_proxys_pin() -> None:
    async with stage(with_slip(pin=PIN, checked_by="m-4711")) as it:
        await it.person.shows(it.hall.slip(it.codes["R1"]), "proxy")
        await it.person.type("000000")
        await it.person.sees("proxy_wrong")
        await it.person.type(PIN)
        await it.person.sees(*AT_DOOR)
        await finishes(it)


async def test_without_the_old_card_one_comes_back() -> None:
    async with stage(one("Aufenthaltskarte")) as it:
        await it.person.shows(it.hall.phone(it.codes["R1"]), "old_ask")
        await it.person.tap("declareold_documents-no")
        await it.person.sees("old_none_stop")
        assert it.events("UnlockAuthorised", "RightEnded") == []


async def test_without_the_old_card_one_may_still_collect() -> None:
    async with stage(one("Führerschein")) as it:
        person = it.person
        await person.shows(it.hall.phone(it.codes["R1"]), "old_ask")
        await person.tap("declareold_documents-no")
        await person.sees("old_none_allow")
        await person.tap("declareold_documents_none-yes")
        await person.sees("pin_letter")
        await person.tap("declarepin_letter-yes")
        await person.sees(*AT_DOOR)
        await finishes(it)
        assert it.events("ReturnMissing") == ["ReturnMissing"]


async def test_a_closed_box_opens_nothing_and_says_when(tmp_path: Path) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    today = days[datetime.now().astimezone().weekday()]
    text = ALWAYS_OPEN.read_text("utf-8")
    head, _, staff = text.partition("[staff]")
    # Closed yesterday, today and tomorrow, whatever the time zones say of this hour.
    number = days.index(today)
    for shut in (days[number - 1], today, days[(number + 1) % 7]):
        head = head.replace(f'{shut} = ["00:00-24:00"]', f"{shut} = []")
    calendar = tmp_path / "calendar.toml"
    calendar.write_text(head + "[staff]" + staff, encoding="utf-8")
    async with stage(one("Personalausweis"), calendar=calendar) as it:
        assert await it.person.standing() == "closed"
        await it.hall.hold(it.hall.phone(it.codes["R1"]))
        await it.person.screen.page.wait_for_timeout(2_000)
        await it.hall.take_away()
        assert it.events("UnlockAuthorised", "SessionStarted") == []
        await logs_in(it, LOADER)  # Staff come whenever they like.


async def test_calling_for_help_is_honest_about_who_comes() -> None:
    async with stage(one("Personalausweis")) as it:
        person = it.person
        await person.tap("help")
        await person.screen.page.wait_for_selector('#page[data-called="pending"]')
        words = await person.screen.page.inner_text("#page .strip")
        assert "Wir rufen jemanden" in words
        assert "Hilfe kommt" not in words
        assert it.events("HelpCalled") == ["HelpCalled"]


async def test_a_resident_who_comes_while_staff_load_is_served_and_loading_goes_on() -> None:
    extra = Envelope("D2", "AUF-0002")
    preload = one("Personalausweis")
    async with stage(Preload((extra,), preload.slips, preload.badges, stored=preload.stored)) as it:
        person = it.person
        await logs_in(it, LOADER)
        # Somebody else looks at the residents' page meanwhile: here with the box's own browser, in a second window.
        page = await person.screen.page.context.new_page()
        await page.goto(it.town.pages_address)
        await page.wait_for_selector('#page[data-page="staff_busy"]')
        await page.click('[data-key="knock"]')
        await person.screen.page.click('[data-key="interrupt"]')
        await page.wait_for_selector('#page[data-page="start"]')
        await page.close()
        await person.sees("start", "badge")
        await person.shows(it.hall.phone(it.codes["R1"]), *AT_DOOR)
        await finishes(it)
        await person.tap("dismiss")
        await person.sees("start")
        await person.shows(it.hall.slip(LOADER.text), "load_ready")
        assert it.events("StaffSessionSuspended", "StaffSessionResumed") == [
            "StaffSessionSuspended",
            "StaffSessionResumed",
        ]
