"""A morning of the team at a real box: loading by the dozen, a slip mended, expired envelopes fetched, a report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from controller import api
from simulator.people import Hall
from simulator.preload import Badge, Preload, Slip, new_code
from simulator.town import Town
from tests.integration.box.support import ANNA, BERTA, STAFF, envelopes, events, hall, load, town

ITEMS = envelopes(4)
PAST = time.time_ns() // 1_000_000 - 86_400_000
#: The period of the first two is over as soon as they lie inside.
SLIPS = (
    Slip("R0", new_code("P"), ("D0",), expires_wall_ms=PAST),
    Slip("R1", new_code("P"), ("D1",), expires_wall_ms=PAST),
    Slip("R2", new_code("P"), ("D2",)),
)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def show(people: Hall, badge: Badge) -> str:
    await asyncio.sleep(0.005)  # a badge read in the very millisecond of the request does not count
    return await people.scanner.show(badge.text)


async def go_through(people: Hall, label: str, *, taking: str = "") -> None:
    """The door of ``label`` opens, what is inside is taken, the door closes."""
    await people.open_door(label)
    if taking:
        await people.plant.take(label, taking)
    await people.plant.close_door(label)


async def test_bulk_loading_needs_no_touch_and_the_shift_is_told_by_order(
    box: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    async with hall(box) as people:
        await people.log_in(ANNA)
        answer = people.page.call

        async def listening(request: api.Request[Any]) -> Any:
            asked.append(request.METHOD)
            return await answer(request)

        monkeypatch.setattr(people.page, "call", listening)
        labels = [await people.load(item.order, item.deposit) for item in ITEMS[:3]]
        assert set(asked) == {"view.staff"}, "nothing was touched"
        assert await people.scanner.show("AUF-9999", "code_128") == "load_unknown"
        await people.log_out()
        view = await people.staff()
        assert view.page == "load_end"
        assert view.shift is not None
        assert [(line.order, line.compartment) for line in view.shift.stored] == [
            (item.order, label) for item, label in zip(ITEMS, labels, strict=False)
        ]
        assert [(line.order, line.what) for line in view.shift.aside] == [("AUF-9999", "load_unknown")]
        assert "anna" not in repr(view.shift)
        await people.page.call(api.StaffDismiss(view.revision))
        assert (await people.staff()).page == "badge"


async def test_the_last_booking_is_undone_by_a_badge_of_its_own(box: Town) -> None:
    async with hall(box) as people:
        view = await people.log_in(ANNA)
        label = await people.load(ITEMS[2].order, "D2")
        assert (await people.staff()).undo == label
        await people.page.call(api.StaffUndo(view.session))
        view = await people.until_staff(lambda view: view.page == "show_badge", "asks for the badge")
        assert (view.purpose, view.compartment, view.orders) == ("undo", label, (ITEMS[2].order,))
        assert await show(people, ANNA) == ""
        await go_through(people, label, taking="D2")
        await people.until_staff(lambda view: view.page == "report", "asks whether it is out")
        await people.report("empty", "expected")
        view = await people.until_staff(lambda view: view.page == "load_ready", "asks for the next")
        assert view.notice is not None
        assert (view.notice.code, view.stored_now, view.undo) == ("undone", 0, "")
        await people.load(ITEMS[2].order, "D2")


async def test_expired_envelopes_are_fetched_one_by_one_and_proved_by_their_barcodes(box: Town) -> None:
    async with hall(box) as people:
        labels = await load(people, BERTA, *ITEMS[:3])
        for slip in SLIPS[:2]:
            assert await people.scanner.show(slip.text) == "expired"
        view = await people.log_in(ANNA)
        view = await people.until_staff(lambda view: view.counts.overdue == 2, "two are overdue")
        rows = (await people.page.call(api.GetEnvelopes(view.session, "expiring"))).rows
        assert [row.compartment for row in rows if row.overdue] == sorted(labels[:2])
        await people.page.call(api.StaffStartRound(view.session, "recall"))
        for number, deposit in enumerate(("D0", "D1"), start=1):
            view = await people.until_staff(lambda view: view.page == "show_badge", "asks for the badge")
            assert view.round is not None
            assert (view.round.number, view.round.total) == (number, 2)
            label = view.compartment
            assert await show(people, BERTA) == "", "whose badge opens it need not be whose session it is"
            await go_through(people, label, taking=deposit)
            await people.until_staff(lambda view: view.page == "scan_out", "wants the envelope scanned")
            assert await people.scanner.show("AUF-0002", "code_128") == "scan_out_other"
            assert await people.scanner.show(f"AUF-{deposit[1:]:>04}", "code_128") == ""
        view = await people.until_staff(lambda view: view.page == "load_ready", "the walk is over")
        assert view.counts.overdue == 0
        told = await people.page.call(api.GetStory(view.session, labels[0]))
        assert [line.event for line in told.lines][-3:] == ["DoorClosed", "DepositEnded", "CompartmentReleased"]
        assert told.lines[-1].who == "anna"
        assert told.complete
    badges = [
        event["data"]["badges"] for event in events(box, "UnlockAuthorised") if event["data"]["purpose"] == "recall"
    ]
    assert badges == [["berta"], ["berta"]]


async def test_the_front_is_told_once_and_then_what_changed(box: Town) -> None:
    async with hall(box) as people:
        view = await people.log_in(ANNA)
        whole = await people.page.call(api.GetFront(view.session))
        assert len(whole.compartments) == 12
        label = await people.load(ITEMS[0].order, "D0")
        view = await people.staff()
        assert view.front_revision > whole.revision
        changed = await people.page.call(api.GetFront(view.session, whole.revision))
        assert [(each.label, each.state) for each in changed.compartments] == [(label, "occupied")]
        await people.page.call(api.StaffSetService(view.session, label, "out_of_service", "dirty"))
        again = await people.page.call(api.GetFront(view.session, changed.revision))
        assert [(each.label, each.state) for each in again.compartments] == [(label, "out_of_service")]
        found = await people.page.call(api.GetEnvelopes(view.session, "found", "auf-0000"))
        assert [(row.compartment, row.since_wall_ms > 0) for row in found.rows] == [(label, True)]
        with pytest.raises(api.ControlError):
            await people.page.call(api.GetFront("another"))


async def test_a_locked_badge_is_told_to_ask(box: Town) -> None:
    async with hall(box) as people:
        for _ in range(5):
            await people.scanner.show(BERTA.text)
            with pytest.raises(api.ControlError):
                await people.page.call(api.StaffLogin("9999"))
        assert (await people.staff()).page == "locked"
        assert await people.scanner.show(BERTA.text) == "staff_locked"
        view = await people.staff()
        await people.page.call(api.StaffDismiss(view.revision))
        assert (await people.staff()).page == "badge"
        await people.log_in(ANNA)
