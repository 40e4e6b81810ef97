"""Everything that can happen beside the straight way, walked through the whole box: each ends in a page that says what
to do, and in books that say what happened.
"""

from __future__ import annotations

import pytest

from simulator.preload import Envelope, Preload, Slip, new_code
from tests.e2e.journeys.flows import BIRTH, LOADER, one
from tests.e2e.journeys.stage import Stage, logs_in, stage

pytestmark = pytest.mark.e2e

TYPED = f"{BIRTH[6:]}{BIRTH[4:6]}{BIRTH[:4]}"
AT_DOOR = ("opening", "take")


async def shows_code(it: Stage, *pages: str, right: str = "R1") -> str:
    return await it.person.shows(it.hall.phone(it.codes[right]), *pages)


async def back(it: Stage) -> None:
    await it.person.tap("dismiss")
    await it.person.sees("start")


async def test_codes_that_open_nothing() -> None:
    """A ticket, a code that nobody knows, one whose envelope is still to come, one held aslant, one that was used."""
    waiting = Slip("R2", new_code("P"), ("D2",))
    preload = one("Personalausweis")
    what = Preload((Envelope("D2", "AUF-0002"),), (*preload.slips, waiting), preload.badges, stored=preload.stored)
    async with stage(what) as it:
        person = it.person
        await person.shows(it.hall.phone("https://example.org/concert?seat=12"), "code_foreign")
        await back(it)
        await person.shows(it.hall.phone(new_code("P")), "code_unknown")
        await back(it)
        await shows_code(it, "not_yet", right="R2")
        await back(it)
        aslant = {"kind": "slip", "text": it.codes["R1"], "pose": {"tilt_x": 74.0}}
        assert await person.shows(aslant, "scan_hint_bent", *AT_DOOR) == "scan_hint_bent", "advice after four seconds"
        await back(it)
        assert it.events("UnlockAuthorised") == []
        await shows_code(it, *AT_DOOR)
        await person.empties()
        await person.sees("confirm")
        await person.tap("confirmeverything")
        await person.sees("done")
        await back(it)
        await shows_code(it, "collected")


async def test_a_wrong_date_then_giving_up_then_the_right_one() -> None:
    async with stage(one("Reisepass", birth_date=BIRTH)) as it:
        person = it.person
        await shows_code(it, "birth")
        await person.type("01021990")
        await person.sees("birth_wrong")
        await person.tap("cancel")
        await person.sees("ended")
        assert it.events("UnlockAuthorised") == []
        await back(it)
        await shows_code(it, "birth")
        await person.type(TYPED)
        await person.sees(*AT_DOOR)
        assert await person.empties() == ["D1"]


async def test_a_date_that_does_not_exist_costs_no_try() -> None:
    async with stage(one("Reisepass", birth_date=BIRTH)) as it:
        await shows_code(it, "birth")
        await it.person.type("31021990")
        await it.person.screen.page.wait_for_selector("#page .notice[role=alert]:visible")
        assert await it.person.standing() == "birth"
        assert it.events("FactorTried") == []


async def test_three_wrong_dates_end_the_session_and_the_code_stays_valid() -> None:
    async with stage(one("Reisepass", birth_date=BIRTH)) as it:
        await shows_code(it, "birth")
        for page in ("birth_wrong", "birth_wrong", "factor_denied"):
            await it.person.types_anew("01021990", page)
        assert it.events("UnlockAuthorised", "RightBlocked") == []
        await back(it)
        await shows_code(it, "birth")


async def test_the_language_is_the_rights_and_can_be_changed_and_is_german_for_the_next() -> None:
    async with stage(one("Reisepass", birth_date=BIRTH, language="tr")) as it:
        person = it.person
        await shows_code(it, "birth")
        assert await person.language() == "tr"
        await person.tap("tool-language")
        await person.tap("language-ar")
        await person.screen.page.wait_for_selector("html[lang=ar][dir=rtl]")
        assert await person.standing() == "birth"
        await person.tap("cancel")
        await person.sees("ended")
        assert await person.language() == "ar"
        await back(it)
        assert await person.language() == "de"


async def test_a_door_that_clings_opens_at_the_second_try() -> None:
    async with stage(one("Personalausweis")) as it:
        await it.hall.plant.fault(it.where["D1"], "jam_once")
        await shows_code(it, "opening")
        # The second try may open it before anybody could read that it is being made.
        await it.person.sees("stuck_retry", "take")
        assert await it.person.empties() == ["D1"]
        await it.person.sees("confirm")
        assert it.events("UnlockAuthorised") == ["UnlockAuthorised"] * 2


async def test_a_door_that_stays_shut_is_nobodys_fault_and_the_next_envelope_goes_on() -> None:
    slip = Slip("R1", new_code("P"), ("D1", "D2"))
    what = Preload((), (slip,), (LOADER,), stored=(Envelope("D1", "AUF-0001"), Envelope("D2", "AUF-0002")))
    async with stage(what) as it:
        person = it.person
        await it.hall.plant.fault(it.where["D1"], "broken_wire")
        await shows_code(it, "several")
        await person.tap("declareseveral-yes")
        await person.sees("stuck", "stuck_staffed", "stuck_unstaffed")
        assert await person.screen.page.inner_text("#page .reference strong")
        await person.sees("next", "take")
        assert await person.compartment() == it.where["D2"]
        assert await person.empties() == ["D2"]
        await person.sees("confirm")
        await person.tap("confirmeverything")
        await person.sees("done")
        assert "RightEnded" not in it.events()


async def test_several_envelopes_one_door_after_the_other() -> None:
    slip = Slip("R1", new_code("P"), ("D1", "D2", "D3"))
    stored = tuple(Envelope(f"D{n}", f"AUF-000{n}") for n in (1, 2, 3))
    async with stage(Preload((), (slip,), (LOADER,), stored=stored)) as it:
        person = it.person
        await shows_code(it, "several")
        assert "3" in await person.screen.headline()
        await person.tap("declareseveral-yes")
        taken = []
        for _ in stored:
            await person.sees("opening", "next", "take")
            taken += await person.empties()
            await person.sees("confirm")
            await person.tap("confirmeverything")
        await person.sees("done")
        assert sorted(taken) == ["D1", "D2", "D3"]
        assert it.events("RightEnded") == ["RightEnded"]


async def test_opening_again_and_then_all_is_well() -> None:
    async with stage(one("Personalausweis")) as it:
        person = it.person
        await shows_code(it, *AT_DOOR)
        await person.closes_without_taking()
        await person.sees("confirm")
        await person.tap("confirmopen_again")
        await person.sees(*AT_DOOR)
        assert await person.empties() == ["D1"]
        await person.sees("confirm")
        await person.tap("confirmeverything")
        await person.sees("done")


@pytest.mark.parametrize(("choice", "page"), [("missing", "problem_reported"), ("error", "problem_error")])
async def test_something_is_wrong(choice: str, page: str) -> None:
    async with stage(one("Personalausweis")) as it:
        person = it.person
        await shows_code(it, *AT_DOOR)
        await person.empties()
        await person.sees("confirm")
        await person.tap("show-problem")
        await person.tap(f"confirm{choice}")
        await person.sees(page)
        assert it.events("ProblemReported") == ["ProblemReported"]


async def test_somebody_elses_envelope_goes_back_and_the_door_stays_shut() -> None:
    async with stage(one("Personalausweis")) as it:
        person = it.person
        await shows_code(it, *AT_DOOR)
        label = await person.compartment()
        taken = await person.empties()
        await person.sees("confirm")
        await person.tap("show-problem")
        await person.tap("confirmforeign")
        await person.sees("problem_foreign")
        await person.fills(label, taken[0])
        await person.sees("problem_reported")
        assert it.events("CompartmentQuarantined") == ["CompartmentQuarantined"]
        await back(it)
        await shows_code(it, "counter")


async def test_a_door_left_open_is_reminded_of_and_serves_when_it_is_closed() -> None:
    async with stage(one("Personalausweis")) as it:
        person = it.person
        await shows_code(it, *AT_DOOR)
        label = await person.compartment()
        await person.empties(closes=False)
        await person.screen.page.wait_for_selector('#page[data-page="close"]', state="attached", timeout=45_000)
        await person.closes(label)
        await person.sees("confirm")


async def test_staff_come_and_go_at_the_boxs_own_screen() -> None:
    async with stage(one("Personalausweis")) as it:
        await logs_in(it, LOADER)
        assert "/staff" in it.person.screen.page.url
        await it.person.screen.page.click('[data-key="logout"]')
        await it.person.sees("start")
