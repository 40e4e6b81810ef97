"""The monthly report of a running box: asked over the real sockets, by those who may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from controller import cli
from controller.api import (
    ControlClient,
    ControlError,
    GetReport,
    GetStaff,
    NoteCost,
    NoteIssued,
    ReportView,
    TellModes,
)
from simulator.people import Hall
from simulator.preload import Badge, Preload, new_code
from simulator.town import Town
from tests.integration.box.support import ANNA, BERTA, TOM, envelopes, events, finish, hall, load, slips, town

ITEMS, SLIPS = envelopes(2), slips(2)
OTTO = Badge("otto", new_code("B"), "1111", ("auditor",))


@pytest.fixture
async def box() -> AsyncIterator[Town]:
    """In a thread: preloading has an event loop of its own."""
    making = town(Preload(ITEMS, SLIPS, (ANNA, BERTA, TOM, OTTO)))
    made = await asyncio.to_thread(making.__enter__)
    try:
        yield made
    finally:
        await asyncio.to_thread(making.__exit__, None, None, None)


async def token(people: Hall, badge: Badge) -> str:
    await people.log_in(badge)
    return (await people.page.call(GetStaff())).session


async def report(page: ControlClient, session: str, month: str = "") -> ReportView:
    while (view := await page.call(GetReport(session, month))).state != "ready":
        assert view.percent < 100
    return view


async def test_a_month_at_the_box(box: Town) -> None:
    """Two envelopes go in and one comes out; what people typed stands beside it, and nobody's name does."""
    async with hall(box) as people:
        await load(people, ANNA, *ITEMS)
        await people.scanner.show(SLIPS[0].text)
        view = await people.until_kiosk("opening", "take")
        await people.page.call(TellModes(view.session, ("larger",)))
        await finish(people)
        await people.until_kiosk("done")
        session = await token(people, ANNA)
        now = (await report(people.page, session)).months[0]
        await people.page.call(NoteIssued(session, now, 4))
        await people.page.call(NoteIssued(session, now, 10))
        await people.page.call(NoteCost(session, now, 2_500))
        view_now = await report(people.page, session, now)
        month = view_now.month
        assert month is not None
        assert (month.pickups, month.documents, month.issued, month.cost_cents) == (1, 1, 10, 2_500)
        assert (month.openings, month.first_try) == (1, 1)
        assert (month.finished, month.languages, month.modes) == (False, (), ())
        assert month.waiting is None, "one visit is nobody's business"
        assert view_now.may_note
        assert view_now.simulated
    assert events(box, "PageUseNoted") == []


async def test_who_may_see_it(box: Town) -> None:
    async with hall(box) as people:
        for badge, refused in ((BERTA, "role_missing"), (TOM, "role_missing"), (OTTO, "")):
            session = await token(people, badge)
            if refused:
                with pytest.raises(ControlError, match=refused):
                    await people.page.call(GetReport(session))
            else:
                assert not (await report(people.page, session)).may_note
            with pytest.raises(ControlError, match="role_missing"):
                await people.page.call(NoteIssued(session, "2026-01", 1))
            await people.log_out()
            with pytest.raises(ControlError, match="no_staff_session"):
                await people.page.call(GetReport(session))
        with pytest.raises(ControlError, match="no_staff_session"):
            await people.page.call(GetReport(""))
        with pytest.raises(ControlError, match="no_session"):
            await people.page.call(TellModes("", ("larger",)))


async def test_the_administrator_notes_and_reads_it(box: Town, capsys: pytest.CaptureFixture[str]) -> None:
    admin = str(box.sockets.paths["admin"])
    file = box.root / "issued.csv"
    file.write_text("Monat;Ausgegeben;Kosten\n2025-01;120;390,50\n2025-02;;391\n", encoding="utf-8-sig")

    def run(*arguments: str) -> int:
        return cli.main(list(arguments))

    assert await asyncio.to_thread(run, "note", "--socket", admin, "--file", str(file)) == 0
    assert await asyncio.to_thread(run, "note", "--socket", admin, "--month", "2025-03", "--issued", "7") == 0
    assert await asyncio.to_thread(run, "note", "--socket", admin, "--month", "2999-01", "--issued", "7") == 2
    assert await asyncio.to_thread(run, "note", "--socket", admin, "--month", "2025-03") == 2
    assert "Noted: 3." in capsys.readouterr().out
    noted = [event["data"] for event in events(box, "DocumentsIssuedNoted", "RunningCostNoted")]
    assert noted == [
        {"by": "admin", "count": 120, "month": "2025-01"},
        {"by": "admin", "cents": 39_050, "month": "2025-01"},
        {"by": "admin", "cents": 39_100, "month": "2025-02"},
        {"by": "admin", "count": 7, "month": "2025-03"},
    ]
    assert await asyncio.to_thread(run, "report", "--data", str(box.data)) == 0
    assert "Abholungen" in capsys.readouterr().out
