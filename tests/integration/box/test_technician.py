"""A technician at the box, over real sockets: tests, searches, bundles; and everything that is refused."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from controller import api
from controller.adapters.event_store.exported import verify_file
from controller.cli import main
from simulator.people import Hall
from simulator.preload import Badge, Preload, new_code
from simulator.town import Town
from tests.integration.box import test_secrets as people_who_give
from tests.integration.box.support import ANNA, BERTA, STAFF, TOM, envelopes, events, hall, load, page, slips, town

REVISOR = Badge("rita", new_code("B"), "80154471", ("auditor",))
CHIEF = Badge("carla", new_code("B"), "66102938", ("supervisor",))
ITEMS, SLIPS = envelopes(3), slips(3)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, (*STAFF, REVISOR, CHIEF))) as made:
        yield made


async def token(people: Hall, badge: Badge) -> str:
    await people.log_in(badge)
    return (await people.staff()).session


async def refused(people: Hall, request: api.Request[Any]) -> str:
    with pytest.raises(api.ControlError) as error:
        await people.page.call(request)
    return error.value.reason


async def look(people: Hall) -> api.TechnicianView:
    return await people.page.call(api.GetTechnician())


async def until_look(people: Hall, what: str, wanted: object) -> api.TechnicianView:
    """Waits until ``wanted(view)``."""
    assert callable(wanted)
    for _ in range(1500):
        view = await look(people)
        if wanted(view):
            return view
        await asyncio.sleep(0.01)
    raise AssertionError(f"not seen: {what}; {view.self_test}")


async def test_a_self_test_goes_through_every_empty_lock(box: Town) -> None:
    async with hall(box) as people:
        (full,) = await load(people, ANNA, ITEMS[0])
        session = await token(people, TOM)
        await people.page.call(api.StartSelfTest(session))
        view = await look(people)
        assert view.self_test is not None
        total = view.self_test.total
        assert total == len(view.front) - 1
        for _ in range(total):
            view = await until_look(
                people,
                "a door wants closing",
                lambda v: v.self_test.waiting == "close" or v.self_test.state != "running",
            )
            assert view.self_test is not None
            # A page that is loaded anew sees the same: the state is the controller's.
            async with page(box) as another:
                assert (await another.call(api.GetTechnician())).self_test is not None
            await people.plant.close_door(view.self_test.compartment)
            done = view.self_test.done
            await until_look(people, "the next one", lambda v, done=done: v.self_test.done > done)
        view = await until_look(people, "the end", lambda v: v.self_test.state == "done")
        assert view.self_test is not None
        assert {test.outcome for test in view.self_test.results} == {"opened"}
        assert all(test.opened_ms > 0 for test in view.self_test.results)
        assert full not in {test.label for test in view.tests}
        fired = [event["data"] for event in events(box, "UnlockAuthorised") if event["data"]["purpose"] == "test"]
        assert len(fired) == total
        assert len({each["authorisation"] for each in fired}) == total
        assert {each["badges"][0] for each in fired} == {"tom"}


async def test_what_a_technician_alone_may_not_do_is_refused(box: Town) -> None:
    async with hall(box) as people:
        (full,) = await load(people, ANNA, ITEMS[0])
        session = await token(people, TOM)
        for request, reason in (
            (api.TestCompartment(session, full), "not_empty"),
            (api.StaffReport(session, "empty", "recalled"), "nothing_to_answer"),
            (api.StaffRequestOpening(session, full, "recall"), "role_missing"),
            (api.StaffRequestOpening(session, full, "clarification"), "role_missing"),
            (api.StaffRequestOpening(session, full, "emergency", "smoke"), "role_missing"),
            (api.StaffRequestOpening(session, full, "test"), "purpose_unknown"),
            (api.OfferLanguages(session, ("de", "tlh")), "language_unknown"),
            (api.OfferLanguages(session, ("en",)), "language_unknown"),
            (api.LightLamp(session, "Z99"), "compartment_unknown"),
            (api.SetLogLevel(session, "trace"), "log_level_unknown"),
            (api.CancelSelfTest(session), "no_self_test"),
            (api.GetEvents(session, 0, api.EventFilter(group="secrets")), "group_unknown"),
            (api.GetEvents(session, 0, api.EventFilter(text="x" * 61)), "filter_too_long"),
            (api.NoteCost(session, "2026-10", 1), "role_missing"),
        ):
            assert await refused(people, request) == reason, request
        assert await people.scanner.show(ITEMS[1].order, "code_128") == "not_in_this_mode"
        # Badges and PINs are the administrator's, policies and plan are files: no request of the pages names them.
        methods = {request.METHOD for request in api.UI_REQUESTS}
        assert not {method for method in methods if "register" in method or "policies" in method or "profile" in method}


async def test_who_may_do_what(box: Town) -> None:
    async with hall(box) as people:
        session = await token(people, BERTA)
        for request in (
            api.StartSelfTest(session),
            api.LightLamp(session, "A01"),
            api.OfferLanguages(session, ("de",)),
            api.SetLogLevel(session, "debug"),
            api.RestartController(session),
            api.VerifyChain(session),
            api.GetEvents(session),
            api.ExportEvents(session),
            api.MakeBundle(session),
        ):
            assert await refused(people, request) == "role_missing", request
        await people.log_out()
        session = await token(people, REVISOR)
        for request in (
            api.StartSelfTest(session),
            api.RestartController(session),
            api.OfferLanguages(session, ("de",)),
        ):
            assert await refused(people, request) == "role_missing", request
        assert (await people.page.call(api.GetEvents(session))).lines
        await people.page.call(api.VerifyChain(session))
        await until_look(people, "the chain is whole", lambda v: v.chain.state == "whole")
        await people.log_out()
        session = await token(people, CHIEF)
        await people.page.call(api.LightLamp(session, "A01"))
        await people.page.call(api.OfferLanguages(session, ("en", "de")))
        assert events(box, "LanguagesOffered")[-1]["data"] == {"tags": ["de", "en"], "by": "carla"}


async def test_without_a_session_or_with_an_old_one_nothing_is_done(box: Town) -> None:
    async with hall(box) as people:
        old = await token(people, TOM)
        await people.log_out()
        for session in ("", "x", old):
            requests: tuple[api.Request[Any], ...] = (
                api.StartSelfTest(session),
                api.RestartController(session),
                api.MakeBundle(session),
                api.GetEvents(session),
                api.VerifyChain(session),
            )
            for request in requests:
                with pytest.raises(api.ControlError) as error:
                    await people.page.call(request)
                assert error.value.stale


async def test_while_somebody_collects_no_lock_is_tested(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        session = await token(people, TOM)
        await people.log_out()
        assert await people.scanner.show(SLIPS[0].text) == ""
        assert await refused(people, api.StartSelfTest(session)) == "busy"
        view = await people.until_kiosk("opening", "take")
        await people.take(view.compartment)


async def test_languages_that_are_switched_off_are_not_offered(box: Town) -> None:
    async with hall(box) as people:
        session = await token(people, TOM)
        await people.page.call(api.OfferLanguages(session, ("de", "fr", "en")))
        await people.log_out()
        view = await people.until_kiosk("start")
        assert view.languages == ("de", "en", "fr")
        assert await refused(people, api.ChooseLanguage(view.revision, "tr")) == "language_unknown"
        await people.page.call(api.ChooseLanguage(view.revision, "fr"))
        assert (await people.kiosk()).language == "fr"
        offered = {each.tag for each in (await look(people)).languages if each.offered}
        assert offered == {"de", "en", "fr"}


async def test_an_export_is_a_log_that_verifies(box: Town, tmp_path: Path) -> None:
    async with hall(box) as people:
        await load(people, ANNA, *ITEMS[:2])
        session = await token(people, TOM)
        lines, after = list[api.ExportLine](), 0
        while True:
            piece = await people.page.call(api.ExportEvents(session, after))
            lines += piece.lines
            after = piece.after
            if not after:
                break
        path = tmp_path / "export.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
        first, chain = verify_file(path)
        assert first == 1
        assert chain.seq == len(lines)


SECRETIVE = Badge("tom", new_code("B"), "51730264918", ("technician",))


@pytest.fixture
def with_secrets() -> Iterator[Town]:
    with town(Preload(people_who_give.ITEMS, people_who_give.SLIPS, (people_who_give.LOADER, SECRETIVE))) as made:
        yield made


async def test_no_secret_of_a_whole_story_is_in_a_support_bundle(
    with_secrets: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box = with_secrets
    await people_who_give.story(box)
    async with hall(box) as people:
        session = await token(people, SECRETIVE)
        await people.page.call(api.SetLogLevel(session, "debug"))
        made = await people.page.call(api.MakeBundle(session))
    given = people_who_give.secrets() | {"PIN": SECRETIVE.pin.encode(), "badge": SECRETIVE.text.encode()}
    identity = msgspec.json.decode((box.data / "identity.json").read_bytes())
    given["the identity's salt"] = str(identity["salt"]).encode()
    arguments = ["support-bundle", "--socket", str(box.sockets.paths["admin"]), "--output"]
    assert await asyncio.to_thread(main, [*arguments, str(tmp_path)]) == 0
    written = Path(capsys.readouterr().out.strip())
    for content in (made.content, written.read_bytes()):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert not [f"{what} in {name}" for what, secret in given.items() for name in parts if secret in parts[name]]
        assert set(parts) >= {"README.txt", "versions.json", "state.json", "events.jsonl", "journal.txt"}
        assert b"DepositEnded" in parts["events.jsonl"], "there is something to find"
        assert b"log level" in parts["journal.txt"]
        assert "configuration/abholfach.json" in parts
        (tmp_path / "events.jsonl").write_bytes(parts["events.jsonl"])
        verify_file(tmp_path / "events.jsonl")
    assert "journal-units.txt" in parts
    assert await asyncio.to_thread(main, [*arguments, str(written)]) == 2, "no file is written over"


async def test_a_restart_is_an_end_in_order_and_waits_for_no_open_door(box: Town) -> None:
    process = box.controller
    assert process is not None
    async with hall(box) as people:
        session = await token(people, TOM)
        await people.page.call(api.TestCompartment(session, "A01"))
        await until_look(people, "it is open", lambda v: v.inputs[0].door == "open")
        assert await refused(people, api.RestartController(session)) == "door_open"
        assert (await look(people)).restart_blocked == "door_open"
        await people.plant.close_door("A01")
        await until_look(people, "it may be restarted", lambda v: not v.restart_blocked)
        await people.page.call(api.RestartController(session))
        for _ in range(600):
            if not process.running:
                break
            await asyncio.sleep(0.02)
        assert not process.running
    assert [event["type"] for event in events(box)][-2:] == ["BoxStopped", "CheckpointSealed"]


async def test_inputs_are_live_and_quiet_ones_are_quiet(box: Town) -> None:
    """A revision comes when something moves, at most two a second, and none while nothing does."""
    async with hall(box) as people, page(box) as listener:
        session = await token(people, TOM)
        seen: list[int] = []
        listener.on_change(lambda changed: seen.append(changed.revision) if changed.view == "technician" else None)
        await people.page.call(api.TestCompartment(session, "A01"))
        view = await until_look(people, "an edge", lambda v: v.inputs[0].edges == 1)
        assert view.inputs[0].since_wall_ms > 0
        await people.plant.close_door("A01")
        view = await until_look(people, "two edges", lambda v: v.inputs[0].edges == 2)
        assert view.inputs[0].lock == "ready"
        assert view.readers[0].source == "hall" or view.readers
        await until_look(people, "it was tested", lambda v: v.tests and v.tests[0].opened_ms > 0)
        await asyncio.sleep(1.2)
        before = len(seen)
        assert before
        await asyncio.sleep(1.2)
        assert len(seen) - before <= 1, "nothing moved"
