"""A round before the front from the technician's page: the real controller, drivers and doors, wires as they may be."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from controller import api
from hal.profile import shipped_profiles
from hal.wiring.moved_wires import FILE_NAME, load_map
from simulator.people import Hall
from simulator.preload import Badge, Preload, new_code
from simulator.town import Town
from tests.integration.box.support import ANNA, STAFF, TOM, envelopes, events, hall, load, pulses, slips, town
from tests.integration.box.test_technician import look, refused, token, until_look

CLARA = Badge("clara", new_code("B"), "77123401", ("loader",))
ITEMS, SLIPS = envelopes(1), slips(1)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Town]:
    """A cabinet of five: every lock takes its second."""
    parts = shipped_profiles()["gpio-12"].read_text("utf-8").split("[[compartments]]")
    profile = tmp_path / "five.toml"
    profile.write_text("[[compartments]]".join(parts[:6]), "utf-8")
    with town(Preload(ITEMS, SLIPS, (*STAFF, CLARA)), profile=str(profile)) as made:
        yield made


class Faster(Exception):
    """The box knew already."""


class Technician:
    """Stands before the front, sees which doors are open, and closes them. ``deaf``: labels whose contact they know to
    say nothing; ``stuck``: labels whose contact goes on saying open.
    """

    def __init__(self, people: Hall, session: str, *, deaf: tuple[str, ...] = ()) -> None:
        self.people, self.session, self.deaf = people, session, deaf

    async def doors(self) -> tuple[str, ...]:
        status = await self.people.plant.status()
        return tuple(each.compartment for each in status.compartments if each.door != "closed")

    async def round(self, until: int = 0) -> api.CommissioningView:
        """Goes on until the round stops, or has ``until`` results."""
        while True:
            view = (await look(self.people)).commissioning
            assert view is not None
            if view.state != "running" or (until and len(view.results) >= until):
                return view
            if view.examination is not None:
                await self._step(view.examination)
            await asyncio.sleep(0.01)

    async def leaves_the_front(self, request: api.StaffLogout | api.StaffInterrupt) -> None:
        """As soon as the lock that was fired last has done its work and every door is closed."""
        for _ in range(600):
            for door in await self.doors():
                await self.people.plant.close_door(door)
            try:
                await self.people.page.call(request)
            except api.ControlError as error:
                if error.reason != "load_not_closed":
                    raise
                await asyncio.sleep(0.02)
            else:
                return
        raise AssertionError("a test that does not end")

    async def _say(self, request: api.DoorsSeenOpen | api.DoorsClosed) -> None:
        try:
            await self.people.page.call(request)
        except api.ControlError as error:
            if error.reason == "nothing_to_answer":
                raise Faster from error
            raise

    async def _step(self, seen: api.ExaminationView) -> None:
        label, open_now = seen.compartment, await self.doors()
        with contextlib.suppress(Faster):
            if seen.stage == "question" or (seen.stage == "open" and label in self.deaf and seen.attempts):
                if seen.stage == "question" or open_now or label == "A03":
                    await self._say(api.DoorsSeenOpen(self.session, label, open_now))
            elif seen.stage in ("close", "close_first"):
                for door in open_now:
                    await self.people.plant.close_door(door)
                if not open_now:
                    await asyncio.sleep(0.3)
                    now = (await look(self.people)).commissioning
                    if now is not None and now.examination == seen:
                        await self._say(api.DoorsClosed(self.session, label))


def found(view: api.CommissioningView) -> set[tuple[str, str, str]]:
    return {(each.code, each.compartment, each.other) for each in view.findings}


async def test_swapped_wires_a_jam_a_dead_contact_and_a_stuck_one_are_found_and_the_map_is_corrected(box: Town) -> None:
    async with hall(box) as people:
        for label, fault, other in (
            ("A01", "swapped", "A02"),
            ("A03", "jam", None),
            ("A04", "stuck_reed_closed", None),
        ):
            await people.plant.fault(label, fault, other)
        session = await token(people, TOM)
        await people.page.call(api.StartCommissioning(session))
        assert await refused(people, api.StartCommissioning(session)) == "commissioning_running"
        assert await refused(people, api.StartSelfTest(session)) == "commissioning_running"
        view = await Technician(people, session, deaf=("A03", "A04")).round()
        assert (view.state, view.total, len(view.results)) == ("done", 5, 5)
        assert found(view) >= {
            ("lock_swapped", "A01", "A02"),
            ("lock_swapped", "A02", "A01"),
            ("does_not_open", "A03", ""),
        }
        assert {each[1] for each in found(view)} == {"A01", "A02", "A03", "A04"}
        times = {each.compartment: each for each in view.results}
        assert 0 < times["A05"].opened_ms <= times["A05"].limit_ms
        assert view.correction is not None
        assert (view.correction.state, view.correction.rule) == ("proved", "board_empty")
        assert {(each.compartment, each.what) for each in view.correction.wires} == {("A01", "lock"), ("A02", "lock")}
        assert not box.data.joinpath(FILE_NAME).exists()

        sheet = await people.page.call(api.GetCommissioning(session))
        assert len(sheet.locks) == 5
        assert sheet.round == view
        assert msgspec.json.decode(msgspec.json.encode(sheet), type=api.CommissioningSheet) == sheet

        assert await refused(people, api.CorrectMap(session, "0" * 64)) == "stale"
        before = load_map(box.config / "cabinet.toml", box.data)
        await people.page.call(api.CorrectMap(session, view.correction.sha256))
        process = box.started_controller()
        for _ in range(600):
            if not process.running:
                break
            await asyncio.sleep(0.02)
        assert not process.running, "it ends, to be started with the map"
    after = load_map(box.config / "cabinet.toml", box.data)
    assert after.profile_hash() == view.correction.sha256
    assert after.compartment("A01").lock == before.compartment("A02").lock
    assert box.start_controller()
    async with hall(box) as people:
        await people.plant.clear_fault("A03", "jam")
        await people.plant.clear_fault("A04", "stuck_reed_closed")
        session = await token(people, TOM)
        assert await refused(people, api.GoOnWithCommissioning(session)) == "no_commissioning"
        await people.page.call(api.StartCommissioning(session))
        view = await Technician(people, session).round()
        assert (view.state, view.findings, view.correction) == ("done", (), None)
        assert {each.state for each in (await look(people)).front} == {"vacant"}
    written = [each["type"] for each in events(box)]
    for name in ("CommissioningStarted", "MapCorrectionProposed", "MapCorrectionAccepted", "WiresMoved"):
        assert name in written
    assert written.count("LockExamined") == 10


@pytest.mark.slow
async def test_beside_an_envelope_two_persons_agree_to_a_map(box: Town) -> None:
    async with hall(box) as people:
        (full,) = await load(people, ANNA, ITEMS[0])
        await people.plant.fault("A04", "swapped", "A05")
        session = await token(people, TOM)
        await people.page.call(api.StartCommissioning(session))
        view = await Technician(people, session).round()
        assert view.left_out == (full,)
        assert full not in {each.compartment for each in view.results}
        assert view.correction is not None
        assert view.correction.rule == "two_badges"
        await people.page.call(api.CorrectMap(session, view.correction.sha256))
        await until_look(people, "a badge is waited for", lambda v: v.commissioning.correction.state == "badge")
        assert await people.scanner.show(TOM.text) == "role_missing"
        assert await people.scanner.show(CLARA.text) == ""
        await until_look(people, "another one is", lambda v: v.commissioning.correction.state == "second_badge")
        assert not box.data.joinpath(FILE_NAME).exists()
        assert await people.scanner.show(ANNA.text) == ""
        process = box.started_controller()
        for _ in range(600):
            if not process.running:
                break
            await asyncio.sleep(0.02)
        assert not process.running
    (accepted,) = events(box, "MapCorrectionAccepted")
    assert accepted["data"]["by"] == ["clara", "anna"]
    assert box.start_controller(), "although something is inside"
    async with hall(box) as people:
        session = await token(people, TOM)
        assert await refused(people, api.TestCompartment(session, full)) == "not_empty"
        await people.page.call(api.TestCompartment(session, "A04"))
        await until_look(people, "its own door opens", lambda v: {e.label: e for e in v.inputs}["A04"].door == "open")
        await Technician(people, session).leaves_the_front(api.StaffLogout(session))
        assert await people.scanner.show(SLIPS[0].text) == ""
        kiosk = await people.until_kiosk("opening", "take")
        assert kiosk.compartment == full
        await people.take(full)


@pytest.mark.slow
async def test_a_door_with_something_behind_it_stops_the_round_and_a_crash_loses_one_lock(box: Town) -> None:
    async with hall(box) as people:
        (full,) = await load(people, ANNA, ITEMS[0])
        await people.plant.fault("A05", "swapped", full)
        session = await token(people, TOM)
        await people.page.call(api.StartCommissioning(session))
        person = Technician(people, session)
        view = await person.round(until=2)
        await until_look(people, "a lock is fired", lambda v: v.commissioning.examination is not None)
        process = box.started_controller()
        process.kill()
        box.safe_outputs()
    for label in [each.compartment for each in pulses(box)][-1:]:
        with box.plant() as hall_:
            hall_.close_door(label)
    assert box.start_controller()
    async with hall(box) as people:
        view_after = (await look(people)).commissioning
        assert view_after is not None
        assert (view_after.state, view_after.paused) == ("paused", "session_over")
        assert len(view_after.results) >= len(view.results)
        session = await token(people, TOM)
        await people.page.call(api.GoOnWithCommissioning(session))
        person = Technician(people, session)
        view = await person.round()
        assert (view.state, view.paused) == ("paused", "not_vacant")
        faults = {(each.code, each.subject) for each in (await look(people)).faults}
        assert ("unexpected_open", full) in faults
        fired = [each["data"]["compartment"] for each in events(box, "UnlockAuthorised")]
        assert fired.count("A05") == 1
        await people.plant.clear_fault("A05", "swapped")
        await person.leaves_the_front(api.StaffLogout(session))
        await until_look(people, "nobody", lambda v: v.lease == "nobody")


async def test_power_and_people_pause_it(box: Town) -> None:
    async with hall(box) as people:
        session = await token(people, ANNA)
        await people.page.call(api.StartCommissioning(session))
        view = await Technician(people, session).round(until=1)
        await people.page.call(api.PauseCommissioning(session))
        view = await until_paused(people, "asked")
        # Somebody wants to collect: the supervisor lets them go first, and comes back.
        await Technician(people, session).leaves_the_front(api.StaffInterrupt(session))
        view = await until_paused(people, "asked")
        assert await people.scanner.show(ANNA.text) == ""
        session = (await people.staff()).session
        await people.page.call(api.GoOnWithCommissioning(session))
        view = await Technician(people, session).round(until=len(view.results) + 1)
        assert view.results[-1].opened


async def until_paused(people: Hall, why: str) -> api.CommissioningView:
    seen = await until_look(people, f"paused: {why}", lambda v: v.commissioning.paused == why)
    assert seen.commissioning is not None
    return seen.commissioning


async def test_a_self_test_says_which_other_door_moved(box: Town) -> None:
    async with hall(box) as people:
        await people.plant.fault("A01", "swapped", "A03")
        session = await token(people, TOM)
        await people.page.call(api.StartSelfTest(session))
        view = await until_look(people, "the first lock's result", lambda v: v.self_test.results)
        assert view.self_test is not None
        assert (view.self_test.results[0].outcome, view.self_test.results[0].others) == ("other_door", ("A03",))
        await people.page.call(api.CancelSelfTest(session))
