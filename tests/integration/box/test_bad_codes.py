"""What people hold before the scanner that opens nothing: each gets a clear page, an event with a code, and no door."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from controller.api import ControlError, Dismiss
from simulator.people import Hall
from simulator.preload import Preload, Slip, new_code
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    STAFF,
    authorised,
    envelopes,
    events,
    finish,
    hall,
    load,
    pulses,
    rows,
    slips,
    town,
    until,
)

ITEMS, SLIPS = envelopes(6), slips(3)
NOW = time.time_ns() // 1_000_000
DAY = 86_400_000
NOT_BEFORE = Slip("R3", new_code("P"), ("D3",), not_before_wall_ms=NOW + DAY)
EXPIRED = Slip("R4", new_code("P"), ("D4",), expires_wall_ms=NOW - DAY)
REVOKED = Slip("R5", new_code("P"), ("D5",))
UNKNOWN = new_code("P")


@pytest.fixture
def box() -> Iterator[Town]:
    what = Preload(ITEMS, (*SLIPS, NOT_BEFORE, EXPIRED, REVOKED), STAFF, revoke=("R5",))
    with town(what) as made:
        yield made


async def page_after(people: Hall, text: str) -> tuple[str, str]:
    """The refusal's code and the page."""
    refused = await people.scanner.show(text)
    return refused, (await people.kiosk()).page


def _refusals(box: Town) -> set[str]:
    return {event["data"]["code"] for event in events(box, "RefusalsNoted")}


async def test_each_code_that_opens_nothing_has_an_honest_page(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, *(item for item in ITEMS if item.deposit in ("D0", "D3", "D4")))
        before = authorised(box)
        assert await page_after(people, UNKNOWN) == ("code_unknown", "code_unknown")
        assert await page_after(people, SLIPS[1].text) == ("not_yet", "not_yet"), "nothing is inside yet"
        assert await page_after(people, NOT_BEFORE.text) == ("not_yet", "not_yet")
        assert await page_after(people, EXPIRED.text) == ("expired", "expired")
        assert await page_after(people, EXPIRED.text) == ("expired", "expired"), "and again, now from its end"
        assert await page_after(people, REVOKED.text) == ("counter", "counter")
        assert authorised(box) == before
        assert await people.scanner.show(SLIPS[0].text) == ""
        await finish(people)
        await people.until_kiosk("done")
        assert await page_after(people, SLIPS[0].text) == ("collected", "collected")
        assert authorised(box) == before + 1
        # Nobody at the box waits for the log to have a refusal.
        told = {"code_unknown", "not_yet", "expired", "counter", "collected"}
        await until(lambda: told <= _refusals(box), "every refusal is in the log")


async def test_a_foreign_code_is_told_apart_and_never_seen(box: Town) -> None:
    """The reader says no more than that it was foreign; and a reader that is taken over and says more is not heard."""
    async with hall(box) as people:
        await people.scanner.ask("scan.foreign", source="hall")
        view = await people.kiosk()
        assert view.page == "code_foreign"
        await people.page.call(Dismiss(view.revision))
        assert (await people.kiosk()).page == "start"
        for text in (
            "https://tickets.example/abc?d=1",
            "MUSEUM 2026-11-22 SEAT 14",
            "ABHOLFACH-P-" + "a" * 26,
            "ABHOLFACH-P-" + "A" * 25 + "1",
            "ABHOLFACH-B-" + "A" * 27,
            "AUF-0000",
            "'; DROP TABLE events; --",
        ):
            assert await people.scanner.show(text) == "not_in_this_mode", text
            assert (await people.kiosk()).page == "start"
        assert await people.scanner.show(SLIPS[0].text, "code_128") == "not_in_this_mode", (
            "printed as no code of ours is"
        )
        for text in ("x" * 3_000, "", "\x00" * 41):
            with pytest.raises(ControlError, match="bad_params"):
                await people.scanner.show(text)
        assert authorised(box) == 0
        assert pulses(box) == []
        assert "museum" not in str(rows(box)).lower()


async def test_wrong_codes_slow_down_and_never_lock_the_next_person_out(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        answers = [await people.scanner.show(new_code("P")) for _ in range(10)]
        assert answers[0] == "code_unknown"
        assert set(answers[1:]) == {"slow_down"}
        view = await people.kiosk()
        assert view.page == "slow_down"
        assert view.wait_s >= 1
        assert await people.scanner.show(SLIPS[0].text) == "", "the next person does not wait for the one before"
        await finish(people)
        assert len(events(box, "RefusalsNoted")) <= 3, "and nobody floods the log"


async def test_orders_that_open_nothing_say_why(box: Town) -> None:
    async with hall(box) as people:
        await people.log_in(ANNA)
        label = await people.load(ITEMS[0].order, "D0")
        before = authorised(box)
        for text, reason in (("AUF-9999", "load_unknown"), (ITEMS[0].order, "load_duplicate")):
            assert await people.scanner.show(text, "code_128") == reason
            notice = (await people.staff()).notice
            assert notice is not None
            assert (notice.code, notice.order) == (reason, text)
        assert authorised(box) == before
        await people.scanner.show(ITEMS[1].order, "code_128")
        view = await people.until_staff(lambda view: view.page == "load_open", "it opens")
        assert view.compartment != label
        assert await people.scanner.show(ITEMS[2].order, "code_128") == "load_not_closed"
        await people.open_door(view.compartment)


async def test_whoever_holds_up_a_code_in_vain_is_told_what_to_do(box: Town) -> None:
    async with hall(box) as people:
        for hint, page in (
            ("too_dark", "scan_hint_dark"),
            ("glare", "scan_hint_glare"),
            ("too_bright", "scan_hint_glare"),
            ("blurred", "scan_hint_blurred"),
            ("too_small", "scan_hint_small"),
            ("distorted", "scan_hint_bent"),
            ("unclear", "scan_hint"),
        ):
            await people.scanner.ask("scan.unreadable", source="hall", hint=hint)
            view = await people.kiosk()
            assert view.page == page
            await people.page.call(Dismiss(view.revision))
        for wrong in ({}, {"hint": "dirty"}, {"hint": 1}, {"hint": None}, {"hint": "glare", "text": UNKNOWN}):
            with pytest.raises(ControlError, match="bad_params"):
                await people.scanner.ask("scan.unreadable", source="hall", **wrong)
        assert (await people.kiosk()).page == "start"
        noted = {"code_unreadable", "code_unreadable_too_dark", "code_unreadable_glare", "code_unreadable_blurred"}
        await until(lambda: noted <= _refusals(box), "the office can count what is wrong with the window's light")


async def test_a_scanner_that_lies_about_itself(box: Town) -> None:
    async with hall(box) as people:
        lies: list[dict[str, object]] = [{"frames": -1}, {"frames": "many"}, {"state": "fine"}, {"source": "x" * 100}]
        lies += [{"more": 1}, {"light": "red"}]
        for wrong in lies:
            with pytest.raises(ControlError, match="bad_params"):
                await people.scanner.ask(
                    "reader.health", **{"source": "hall", "state": "ok", "frames": 1, "decoded": 0, **wrong}
                )
        await until(lambda: box.controller is not None and box.controller.running, "it lives")
        assert (await people.kiosk()).page == "start"
