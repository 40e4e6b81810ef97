"""Doors that do not what they are told, and sensors that say what is not so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import pytest

from controller.api import Confirm, GetTechnician, StaffReport, StaffRequestOpening
from simulator.people import Hall
from simulator.preload import Preload
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
    slips,
    town,
    until,
)

ITEMS, SLIPS = envelopes(3), slips(3)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def faults(people: Hall) -> set[tuple[str, str]]:
    return {(fault.code, fault.subject) for fault in (await people.page.call(GetTechnician())).faults}


async def until_fault(people: Hall, code: str, subject: str) -> None:
    deadline = asyncio.get_running_loop().time() + 15
    while (code, subject) not in (found := await faults(people)):
        assert asyncio.get_running_loop().time() < deadline, f"no {code} of {subject}, only {found}"
        await asyncio.sleep(0.02)


async def test_a_door_that_never_opens(box: Town) -> None:
    """Three pulses at most, the page that it is not your fault, and the right is as good as before."""
    async with hall(box) as people:
        label, other = await load(people, ANNA, *ITEMS[:2])
        await people.plant.fault(label, "jam")
        loaded = len(pulses(box, label))
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.until_kiosk("stuck_retry")
        view = await people.until_kiosk("stuck_staffed", within_s=60)
        assert view.compartment == label
        fired = pulses(box, label)[loaded:]
        attempts = [event for event in events(box, "UnlockAuthorised") if event["data"]["right"] == "R0"]
        assert len(fired) == 3
        assert [attempt["data"]["attempt"] for attempt in attempts] == list(range(1, len(fired) + 1))
        gaps = [later.start_ms - earlier.end_ms for earlier, later in pairwise(fired)]
        assert all(gap >= 1_000 for gap in gaps), f"the coil rests between two pulses: {gaps}"
        assert ("jam", label) in await faults(people)
        assert not events(box, "RightEnded")
        doubtful = [c for c in (await people.page.call(GetTechnician())).front if c.state == "clarification"]
        assert [c.label for c in doubtful] == [label]
        # Staff may take the front over at once; the next person is served, and the holder waits while the coil rests.
        await people.log_in(ANNA)
        await people.log_out()
        assert await people.scanner.show(SLIPS[0].text) == "resting"
        assert await people.scanner.show(SLIPS[1].text) == ""
        await finish(people)
        assert {entry.compartment for entry in pulses(box)} == {label, other}


async def test_a_door_that_sticks_once_opens_at_the_second_pulse(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        loaded = len(pulses(box, label))
        await people.plant.fault(label, "jam_once")
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.until_kiosk("stuck_retry")
        assert await people.take(label) == ["D0"]
        view = await people.until_kiosk("confirm")
        await people.page.call(Confirm(view.session, view.revision, "everything"))
        await until(lambda: events(box, "RightEnded"), "it is collected")
        assert len(pulses(box, label)) == loaded + 2
        assert not await faults(people)


async def test_a_door_that_opens_by_itself(box: Town) -> None:
    """Alarm, quarantine, the document in doubt; nobody is sent to that compartment until staff have looked."""
    async with hall(box) as people:
        label, _ = await load(people, ANNA, *ITEMS[:2])
        before = authorised(box)
        await people.plant.fault(label, "pops_open")
        await until_fault(people, "unexpected_open", label)
        view = await people.until_kiosk("unexpected_open")
        assert view.compartment == label
        (doubt,) = events(box, "DepositUnverified")
        assert (doubt["data"]["deposit"], doubt["data"]["reason"]) == ("D0", "unexpected_open")
        assert (await people.page.call(GetTechnician())).light == "red"
        assert await people.scanner.show(SLIPS[0].text) == "counter", "its holder is sent to the counter"
        assert authorised(box) == before
        await people.plant.close_door(label)
        await people.until_kiosk("counter", "start")
        assert ("unexpected_open", label) in await faults(people), "the alarm stands until somebody has looked"
        assert await people.scanner.show(SLIPS[0].text) == "counter"
        # The others are served meanwhile.
        assert await people.scanner.show(SLIPS[1].text) == ""
        await finish(people)
        # Staff look: it is inside, and its holder may collect it.
        await people.log_in(ANNA)
        session = (await people.staff()).session
        await people.page.call(StaffRequestOpening(session, label, "clarification"))
        await asyncio.sleep(0.005)
        assert await people.scanner.show(ANNA.text) == ""
        await people.open_door(label)
        await people.plant.close_door(label)
        await people.until_staff(lambda view: view.page == "report", "what lies inside")
        await people.page.call(StaffReport(session, "envelope"))
        await people.log_out()
        assert not await faults(people)
        assert await people.scanner.show(SLIPS[0].text) == ""
        await finish(people)


async def test_a_sensor_that_says_nothing_opens_once_and_leaves_a_doubt(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        loaded = len(pulses(box, label))
        await people.plant.fault(label, "dead_sensor")
        await until_fault(people, "door_unreadable", label)
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.open_door(label)
        await people.plant.take(label)
        await people.plant.close_door(label)
        view = await people.until_kiosk("confirm", "not_taken", within_s=60)
        await people.page.call(Confirm(view.session, view.revision, "everything"))
        await until(lambda: events(box, "DepositUnverified"), "nobody saw it")
        assert len(pulses(box, label)) == loaded + 1, "a second pulse could not be told from the first"
        assert not events(box, "DepositEnded")


async def test_a_sensor_that_contradicts_itself_opens_nothing_and_is_a_fault(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        before = authorised(box)
        await people.plant.fault(label, "chatters")
        await until_fault(people, "door_sensor_flapping", label)
        assert authorised(box) == before
        seq = events(box)[-1]["seq"]
        await asyncio.sleep(1)
        assert events(box)[-1]["seq"] - seq < 20, "it does not flood the log"


@pytest.mark.slow
async def test_a_coil_without_current_gives_up_and_says_so(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        loaded = len(pulses(box, label))
        await people.plant.fault(label, "broken_wire")
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.until_kiosk("stuck_staffed", within_s=60)
        assert len(pulses(box, label)) == loaded
        assert not events(box, "RightEnded")


@pytest.mark.slow
async def test_a_door_that_does_not_close_is_asked_for(box: Town) -> None:
    """The first of the stages, in real time (30 s); the others are tested with the rules' own clock."""
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        await people.plant.fault(label, "never_closes")
        assert await people.scanner.show(SLIPS[0].text) == ""
        await people.open_door(label)
        await people.until_kiosk("take")
        await people.until_kiosk("close", within_s=40)
        assert events(box, "DoorLeftOpen")[-1]["data"]["stage"] == "reminder"
