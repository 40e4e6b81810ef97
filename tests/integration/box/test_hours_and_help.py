"""A closed box, a box reported out of order, and calls for help: over the real sockets, and from the central system."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.api import (
    CallHelp,
    ControlError,
    GetKiosk,
    StaffAcknowledgeHelp,
    StaffBackAt,
    StaffEndHelp,
    StaffEndOutage,
    StaffReportOutage,
)
from controller.calendar_file import WEEKDAYS
from simulator.broker import Broker
from simulator.central import CentralClient
from simulator.people import Hall
from simulator.preload import Preload
from simulator.town import ALWAYS_OPEN, DEFAULT_PROFILE, Town
from tests.integration.box.support import (
    ANNA,
    STAFF,
    TOM,
    authorised,
    envelopes,
    events,
    hall,
    load,
    slips,
    town,
    until,
)
from tests.integration.mqtt.support import observing
from tests.integration.mqtt.test_deaths import central_system

ITEMS, SLIPS = envelopes(1), slips(1)

CLOSED = """\
format = 1
time_zone = "Europe/Berlin"
land = "BE"

[box]
public_holidays = "as_usual"
{day} = ["09:00-17:00"]

[staff]
public_holidays = "as_usual"
"""


@pytest.fixture
def closed_today(tmp_path: Path) -> Path:
    """A calendar that opens the box in three days, and has no staff."""
    day = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=3)
    file = tmp_path / "closed.toml"
    file.write_text(CLOSED.format(day=WEEKDAYS[day.weekday()]), "utf-8")
    return file


@asynccontextmanager
async def a_town(
    what: Preload, *, calendar: Path = ALWAYS_OPEN, broker_port: int = 0, profile: str = DEFAULT_PROFILE
) -> AsyncIterator[Town]:
    """As `town`, whose preloading has an event loop of its own."""
    making = town(what, calendar=calendar, broker_port=broker_port, profile=profile)
    box = await asyncio.to_thread(making.__enter__)
    try:
        yield box
    finally:
        await asyncio.to_thread(making.__exit__, None, None, None)


async def call_help(people: Hall) -> None:
    view = await people.kiosk()
    await people.page.call(CallHelp(view.revision))


async def test_a_closed_box_and_the_same_box_open(closed_today: Path) -> None:
    async with a_town(Preload(ITEMS, SLIPS, STAFF), calendar=closed_today) as box:
        async with hall(box) as people:
            await until(lambda: people.scanner.mode == "BADGE", "only badges are read")
            await load(people, ANNA, *ITEMS)
            before = authorised(box)
            view = await people.until_kiosk("closed")
            opens = datetime.fromtimestamp(view.date_wall_ms / 1000, ZoneInfo("Europe/Berlin"))
            assert (opens.hour, opens.minute) == (9, 0)
            assert timedelta(days=2) < opens - datetime.now(ZoneInfo("Europe/Berlin")) < timedelta(days=4)
            assert await people.scanner.show(SLIPS[0].text) == "not_in_this_mode"
            await call_help(people)
            assert (await people.kiosk()).help == "unstaffed"
            assert authorised(box) == before
        (called,) = events(box, "HelpCalled")
        assert called["data"]["staffed"] == "no"
        box.stop_controller()
        box.provision(calendar=ALWAYS_OPEN)
        box.start_controller()
        async with hall(box) as people:
            await people.until_kiosk("start")
            assert (await people.collect(SLIPS[0].text)) == ["D0"]
            await people.until_kiosk("done")
        hashes = [event["data"]["sha256"] for event in events(box, "CalendarActivated")]
        assert len(set(hashes)) == len(hashes) == 2, "each once, whatever is restarted"
        (ended,) = events(box, "HelpEnded")
        assert ended["data"]["outcome"] == "next_session", "the call outlived the restart, and not the next person"


async def test_a_call_is_acknowledged_at_the_box_and_an_outage_is_reported_there() -> None:
    async with a_town(Preload(ITEMS, SLIPS, STAFF)) as box:
        async with hall(box) as people:
            await load(people, ANNA, *ITEMS)
            view = await people.until_kiosk("start")
            assert view.help == "offered"
            await call_help(people)
            with pytest.raises(ControlError, match="stale"):
                await people.page.call(CallHelp(view.revision))
            pending = await people.kiosk()
            assert (pending.page, pending.help, "help" in pending.actions) == ("start", "pending", False)
            await call_help(people)
            assert len(events(box, "HelpCalled")) == 1

            staff = await people.log_in(ANNA)
            (call,) = staff.calls
            assert (call.reference, call.reason, call.staffed) == (pending.help_reference, "resident", "yes")
            with pytest.raises(ControlError, match="no_staff_session"):
                await people.page.call(StaffAcknowledgeHelp("another token", call.call))
            await people.page.call(StaffAcknowledgeHelp(staff.session, call.call))
            assert (await people.kiosk()).help == "acknowledged"
            await people.page.call(StaffEndHelp(staff.session, call.call))
            assert not (await people.staff()).calls

            with pytest.raises(ControlError, match="reason_unknown"):
                await people.page.call(StaffReportOutage(staff.session, "no idea"))
            await people.page.call(StaffReportOutage(staff.session, "defective"))
            await people.log_out()
            view = await people.until_kiosk("out_of_order")
            assert (view.reference, view.help) == ("", "offered")
            before = authorised(box)
            assert await people.scanner.show(SLIPS[0].text) == "not_in_this_mode"
            assert authorised(box) == before
            staff = await people.log_in(ANNA)
            assert staff.outage is not None
            assert staff.outage.reason == "defective"
            await people.page.call(StaffEndOutage(staff.session))
            await people.log_out()
            assert (await people.collect(SLIPS[0].text)) == ["D0"]
        kinds = [event["type"] for event in events(box) if event["type"].startswith(("Outage", "HoldingPeriod"))]
        assert kinds == ["OutageBegan", "HoldingPeriodPaused", "OutageEnded", "HoldingPeriodResumed"]


async def test_a_technician_says_for_how_long() -> None:
    async with a_town(Preload(badges=STAFF)) as box, hall(box) as people:
        staff = await people.log_in(TOM)
        assert (await people.until_kiosk("maintenance")).date_wall_ms == 0
        before = (await people.page.call(GetKiosk())).revision
        await people.page.call(StaffBackAt(staff.session, 30))
        view = await people.kiosk()
        assert view.revision > before, "residents are told"
        minutes = (view.date_wall_ms / 1000 - datetime.now().timestamp()) / 60  # noqa: DTZ005
        assert 29 <= minutes <= 30


async def test_the_central_system_hears_a_call_and_answers_it_and_reports_an_outage(tmp_path: Path) -> None:
    async with (
        Broker(tmp_path / "broker") as broker,
        observing(broker) as observer,
        central_system(broker, tmp_path / "central") as central,
        a_town(Preload(badges=STAFF), broker_port=broker.port) as box,
        hall(box) as people,
        CentralClient(central.socket) as desk,
    ):

        async def retained(what: str, condition: Callable[[dict[str, Any]], bool]) -> None:
            """The state says so: of several changes in a row only the last is sent."""
            await until(lambda: any(condition(state) for state in observer.heard("state/faults")[-1:]), what)

        await people.until_kiosk("start")
        await call_help(people)
        called = await desk.wait("HelpCalled", box=box.box)
        call = str(called["data"]["call"])
        await retained("a call", lambda state: [seen["call"] for seen in state["calls"]] == [call])
        answer = await desk.call("acknowledge_help", box=box.box, call=call)
        assert (answer["result"], answer["code"]) == ("done", "")
        assert (await people.kiosk()).help == "acknowledged"
        await retained("acknowledged", lambda state: [seen["acknowledged"] for seen in state["calls"]] == [True])
        answer = await desk.call("acknowledge_help", box=box.box, call="H9999")
        assert (answer["result"], answer["code"]) == ("rejected", "call_unknown")

        answer = await desk.call("report_outage", box=box.box, reason="building_closed")
        assert answer["result"] == "done"
        await people.until_kiosk("out_of_order")
        await retained(
            "the outage",
            lambda state: ("outage", "building_closed") in {(f["code"], f["subject"]) for f in state["faults"]},
        )
        answer = await desk.call("end_outage", box=box.box)
        assert answer["result"] == "done"
        await people.until_kiosk("start")
        await until(lambda: observer.heard("state/config")[-1]["calendar"], "which calendar is in force")
