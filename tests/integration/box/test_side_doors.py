"""Numbers, proxies, going first and a dead screen: over the real sockets, on a real log, with real doors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from controller import api
from controller.api import ControlError
from controller.domain.timing import DAY
from simulator.people import Hall
from simulator.pickup_codes import new_number
from simulator.preload import Envelope, Preload, Slip, new_code
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    BERTA,
    STAFF,
    authorised,
    events,
    finish,
    hall,
    load,
    page,
    pulses,
    town,
    until,
)

ITEMS = (
    Envelope("D0", "AUF-0000", "Personalausweis"),
    Envelope("D1", "AUF-0001", "Reisepass"),
    Envelope("D2", "AUF-0002", "Aufenthaltskarte"),
    Envelope("D3", "AUF-0003", "eAT"),
    Envelope("D4", "AUF-0004", "Personalausweis"),
)
PIN = "57204816"
SLIPS = (
    Slip("R0", new_code("P"), ("D0",), number=new_number()),
    Slip("R1", new_code("P"), ("D1",), birth_date="23.07.1958", number=new_number()),
    Slip("R2", new_code("P"), ("D2",)),
    Slip("R3", new_code("P"), ("D3",), birth_date="23.07.1958"),
    Slip("RP", new_code("P"), ("D0",), pin=PIN, checked_by="anna"),
)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def factor(people: Hall, value: str, *pages: str) -> str:
    view = await people.until_kiosk(*pages)
    try:
        await people.page.call(api.EnterFactor(view.session, view.revision, value))
    except ControlError as error:
        return error.reason
    return ""


async def declare(people: Hall, on: str, answer: str) -> str:
    view = await people.until_kiosk(on)
    try:
        await people.page.call(api.Declare(view.session, view.revision, view.declaration, answer))
    except ControlError as error:
        return error.reason
    return ""


# --- numbers ---


async def test_a_typed_number_collects(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        assert "number" in (await people.until_kiosk("start")).actions
        assert await people.type_number(SLIPS[0].number) == ""
        await finish(people)
        assert events(box, "SessionStarted")[-1]["data"]["via"] == "number"
        # Both credentials of the right have ended with it.
        assert await people.scanner.show(SLIPS[0].text) == "collected"
        assert await people.type_number(SLIPS[0].number) == "collected"


async def test_a_number_and_its_birth_date_survive_a_restart(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[1])
    box.stop_controller()
    box.start_controller()
    async with hall(box) as people:
        assert await people.type_number(SLIPS[1].number) == ""
        assert await factor(people, "24.07.1958", "birth") == "factor_wrong"
        assert await factor(people, "23.07.1958", "birth_wrong") == ""
        await finish(people)


async def test_wrong_numbers_open_nothing_and_slow_down_numbers_alone(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        before = authorised(box)
        number = SLIPS[0].number
        assert await people.type_number(number[:-1] + str((int(number[-1]) + 1) % 10)) == "number_typo"
        assert await people.type_number(new_number()) == "code_unknown"
        assert (await people.until_kiosk("code_unknown")).actions
        assert await people.type_number(number) == "slow_down"
        assert authorised(box) == before
        assert await people.scanner.show(SLIPS[0].text) == "", "a code that is shown need not wait"
        await finish(people)


async def test_a_number_from_a_stale_page_is_told_to_look_again(box: Town) -> None:
    async with hall(box) as people:
        view = await people.until_kiosk("start")
        with pytest.raises(ControlError) as refused:
            await people.page.call(api.EnterNumber(view.revision + 1, SLIPS[0].number))
        assert refused.value.stale


# --- somebody collects for somebody else ---


async def test_a_proxy_types_the_pin_of_their_slip(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        assert await people.scanner.show(SLIPS[4].text) == ""
        assert await factor(people, "00000000", "proxy") == "factor_wrong"
        assert await factor(people, PIN, "proxy_wrong") == ""
        await finish(people)
        assert await people.scanner.show(SLIPS[4].text) == "collected", "good once"
        assert await people.scanner.show(SLIPS[0].text) != "", "and the holder's own code has nothing left to open"
    (prepared,) = (event for event in events(box, "RightPrepared") if event["data"]["right"] == "RP")
    assert (prepared["data"]["proxy"], prepared["data"]["checked_by"]) == ("yes", "anna")


# --- old documents ---


async def test_without_old_documents_a_date_is_read_first(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[3])
        assert await people.scanner.show(SLIPS[3].text) == ""
        assert await factor(people, "23.07.1958", "birth") == ""
        before = authorised(box)
        assert await declare(people, "old_ask", "no") == ""
        view = await people.until_kiosk("old_none_allow")
        assert authorised(box) == before
        assert await declare(people, "old_none_allow", "no") == "wrong_choice"
        assert await declare(people, "old_none_allow", "yes") == ""
        await finish(people)
    (missing,) = events(box, "ReturnMissing")
    assert missing["data"]["until_wall_ms"] == view.date_wall_ms
    assert abs(view.date_wall_ms - (await people_now(box)) - 14 * DAY) < DAY


async def people_now(box: Town) -> int:
    async with page(box) as client:
        return (await client.call(api.GetTechnician())).wall_ms


async def test_where_the_policy_says_stop_the_page_says_come_back(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[2])
        before = authorised(box)
        for _ in range(2):
            assert await people.scanner.show(SLIPS[2].text) == "", "the code stays valid"
            assert await declare(people, "old_ask", "no") == "old_documents"
            await people.until_kiosk("old_none_stop")
        assert authorised(box) == before


# --- a resident comes while staff load ---


async def test_a_resident_goes_first_and_loading_goes_on_with_a_badge(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        view = await people.log_in(ANNA)
        await people.load(ITEMS[1].order, "D1")
        kiosk = await people.until_kiosk("staff_busy")
        assert "knock" in kiosk.actions
        await people.page.call(api.Knock(kiosk.revision))
        heard = await people.until_staff(lambda staff: staff.waiting == "knocked", "somebody waits")
        assert heard.notice is not None
        assert heard.notice.code == "load_waiting"
        await people.page.call(api.StaffInterrupt(view.session))
        await people.until_kiosk("start")
        assert (await people.staff()).suspended

        # The token of the suspended session is good for nothing.
        with pytest.raises(ControlError, match="no_staff_session"):
            await people.page.call(api.StaffLogout(view.session))
        assert await people.scanner.show(SLIPS[0].text) == ""
        assert await people.scanner.show(ANNA.text) == "", "a badge meanwhile begins a login, as always"
        await finish(people)
        await asyncio.sleep(0.005)
        assert await people.scanner.show(ANNA.text) == ""
        back = await people.until_staff(lambda staff: bool(staff.session), "back at work")
        assert back.page == "load_ready"
        assert back.stored_now == 1
        assert await people.load(ITEMS[2].order, "D2")
        await people.log_out()
    assert len(events(box, "StaffSessionSuspended")) == len(events(box, "StaffSessionResumed")) == 1
    assert len(events(box, "StaffPinTried")) == 2, "two logins, and no PIN for coming back"


async def test_nobody_goes_first_while_a_door_is_open_and_nearly_done_is_heard(box: Town) -> None:
    async with hall(box) as people:
        view = await people.log_in(ANNA)
        kiosk = await people.until_kiosk("staff_busy")
        await people.page.call(api.Knock(kiosk.revision))
        await people.page.call(api.StaffSoon(view.session))
        assert (await people.staff()).waiting == "soon"
        assert await people.scanner.show(ITEMS[0].order, "code_128") == ""
        label = (await people.until_staff(lambda staff: staff.page == "load_open", "a door opens")).compartment
        with pytest.raises(ControlError, match="load_not_closed"):
            await people.page.call(api.StaffInterrupt(view.session))
        await people.open_door(label)
        await people.plant.close_door(label)


async def test_another_persons_badge_does_not_resume(box: Town) -> None:
    async with hall(box) as people:
        view = await people.log_in(ANNA)
        await people.page.call(api.StaffInterrupt(view.session))
        assert await people.scanner.show(BERTA.text) == ""
        assert (await people.staff()).page == "pin"
        await people.page.call(api.StaffLogin(BERTA.pin))
        assert (await people.until_staff(lambda staff: bool(staff.session), "berta")).staff == "berta"
    assert [event["data"]["reason"] for event in events(box, "StaffLoggedOut")] == ["replaced"]


# --- the screen ---


@contextlib.asynccontextmanager
async def beating(people: Hall) -> AsyncIterator[None]:
    """A browser that lives: it says what it shows."""

    async def beat() -> None:
        while True:
            await people.page.call(api.ScreenShown((await people.kiosk()).revision))
            await asyncio.sleep(0.2)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def watched() -> Iterator[Town]:
    """A box whose screen has to say what it shows."""
    with town(Preload(ITEMS, SLIPS, STAFF), heartbeat=True) as made:
        yield made


async def test_no_door_opens_for_a_resident_while_the_screen_is_silent(watched: Town) -> None:
    async with hall(watched) as people:
        await load(people, ANNA, ITEMS[0])
        before = authorised(watched), len(pulses(watched))
        assert await people.scanner.show(SLIPS[0].text) == "screen_stale"
        assert await people.type_number(SLIPS[0].number) == "screen_stale"
        assert (authorised(watched), len(pulses(watched))) == before
        async with beating(people):
            await until_fresh(people)
            await finish(people)
    assert [event["data"]["code"] for event in events(watched, "RefusalsNoted")].count("screen_stale") == 1


async def until_fresh(people: Hall) -> None:
    """Shows the code until it is taken."""
    for _ in range(100):
        if await people.scanner.show(SLIPS[0].text) == "":
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the screen speaks and nothing opens")


async def test_a_dead_screen_is_a_fault_and_the_browser_is_started_anew(watched: Town) -> None:
    flag = watched.run_directory / "browser-restart"
    async with hall(watched) as people:
        async with beating(people):
            await until(lambda: not flag.exists(), "nothing asked for yet")
            async with page(watched) as client:
                assert "screen_stale" not in {fault.code for fault in (await client.call(api.GetTechnician())).faults}
        await until(lambda: said(watched, "FaultRaised"), "the fault is raised", within_s=30)
        async with page(watched) as client:
            assert (await client.call(api.GetTechnician())).light == "red"
        await until(flag.exists, "systemd is asked to start the browser anew", within_s=40)
        async with beating(people):
            await until(lambda: said(watched, "FaultCleared"), "the fault is cleared")


def said(box: Town, kind: str) -> bool:
    """Whether the screen's fault was raised, or cleared."""
    return "screen_stale" in {event["data"]["code"] for event in events(box, kind)}
