"""All authority is in the controller: a hostile page that holds every value it ever saw opens nothing by itself
(architecture.md, Authorisation).
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from controller import api
from controller.api import ControlClient, ControlError, Request
from simulator.pickup_codes import new_number
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box.support import (
    ANNA,
    BERTA,
    STAFF,
    TOM,
    authorised,
    envelopes,
    events,
    finish,
    hall,
    load,
    page,
    pulses,
    slips,
    town,
    until,
)

ITEMS, SLIPS = envelopes(6), [replace(slip, number=new_number()) for slip in slips(6)]


@pytest.fixture
def box() -> Iterator[Town]:
    """A box in which nothing is yet."""
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


class HostilePage:
    """Holds every value that pages ever legitimately saw, and tries every request with them, again and again."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self.tokens: set[str] = {""}
        self.staff_tokens: set[str] = {""}
        self.labels: set[str] = set()
        self.deposits: set[str] = set()
        self.declarations: set[str] = {"several", "old_documents_none"}
        self.numbers: set[str] = set()
        """What people typed on it. It may use one while its holder stands there (the named residual risk), not
        after.
        """
        self.tried = 0
        self.taken: list[str] = []

    async def look(self) -> None:
        """What every page may see."""
        kiosk = await self._client.call(api.GetKiosk())
        staff = await self._client.call(api.GetStaff())
        technician = await self._client.call(api.GetTechnician())
        self.tokens.add(kiosk.session)
        self.staff_tokens.add(staff.session)
        for view in (kiosk, technician):
            self.labels |= {compartment.label for compartment in view.front}
        self.deposits |= {question.deposit for question in staff.questions}
        self.declarations.add(kiosk.declaration)

    async def revisions(self) -> tuple[int, ...]:
        now = (await self._client.call(api.GetKiosk())).revision
        return (now, now - 1, 0)

    async def storm(self, *, spare: frozenset[type[Request[Any]]] = frozenset()) -> None:
        """Every request with every value, but those of ``spare``."""
        await self.look()
        revision, *stale = await self.revisions()
        some = sorted(self.labels)[:3]
        requests: list[Request[Any]] = [
            api.ChooseLanguage(revision, "en"),
            api.ChooseLanguage(revision, "tlh"),
            api.StaffLogin(ANNA.pin),
            api.StaffLogin(BERTA.pin),
            api.Knock(revision),
            *(api.ScreenShown(number) for number in (revision, *stale)),
            *(api.EnterNumber(number, typed) for number in (revision, *stale) for typed in sorted(self.numbers)),
            api.EnterNumber(revision, new_number()),
        ]
        for token, number in itertools.product(self.tokens, (revision, *stale)):
            requests += [
                *(api.Declare(token, number, asked, answer) for asked in self.declarations for answer in ("yes", "no")),
                api.EnterFactor(token, number, "19900201"),
                api.EnterFactor(token, number, "123456"),
                *(api.ChooseAccess(token, number, kind) for kind in ("mrz", "can", "nonsense")),
                api.AskStaffCheck(token, number),
                *(api.Confirm(token, number, choice) for choice in ("open_again", "everything", "missing", "foreign")),
                api.MoreTime(token, number),
                api.Cancel(token, number),
            ]
        for token in self.staff_tokens:
            requests += [
                api.StaffObstructed(token),
                *(api.StaffAnswerLoading(token, deposit, "yes") for deposit in self.deposits),
                *(
                    api.StaffRequestOpening(token, label, purpose, "because")
                    for label in some
                    for purpose in ("recall", "clarification", "emergency", "loading", "pickup", "test", "nonsense")
                ),
                api.StaffReport(token, "empty", "recalled"),
                api.StaffReport(token, "envelope"),
                *(api.TestCompartment(token, label) for label in self.labels),
                api.StaffDropRequest(token),
                api.StaffSoon(token),
                api.StaffInterrupt(token),
                api.StaffLogout(token),
            ]
        for request in requests:
            if type(request) in spare:
                continue
            self.tried += 1
            if getattr(request, "revision", None) == revision:
                # It sees what its last success has changed, as any page does.
                now = (await self._client.call(api.GetKiosk())).revision
                request = msgspec.structs.replace(request, revision=now)
            try:
                await self._client.call(request)
                self.taken.append(type(request).__name__)
            except ControlError:
                pass  # refused, as it should be

    async def expect_nothing(self, box: Town, **storm: Any) -> None:
        before = authorised(box), len(pulses(box))
        await self.storm(**storm)
        assert (authorised(box), len(pulses(box))) == before


async def test_a_page_that_holds_everything_opens_nothing(box: Town) -> None:
    """The page watches a whole day, then tries everything at every moment of the next."""
    async with hall(box) as people, page(box) as client:
        hostile = HostilePage(client)
        await hostile.expect_nothing(box)

        # It watches staff load and residents collect, and takes part as pages do.
        await people.log_in(ANNA)
        await hostile.look()
        for item in ITEMS[:4]:
            await people.load(item.order, item.deposit)
            await hostile.look()
        await people.log_out()
        await people.scanner.show(SLIPS[0].text)
        await hostile.look()
        await finish(people)
        await people.until_kiosk("done", "start")
        assert await people.type_number(SLIPS[2].number) == ""
        hostile.numbers.add(SLIPS[2].number)
        await hostile.look()
        await finish(people)
        await people.until_kiosk("done", "start")
        assert len(hostile.tokens) > 1
        assert len(hostile.staff_tokens) > 1

        # Nobody is there.
        await hostile.expect_nothing(box)
        # A badge was shown: with the PIN it has seen it may log in as that person (the named residual risk), and still
        # opens nothing that may hold something. A technician's test of an empty compartment is no more than that.
        assert await people.scanner.show(BERTA.text) == ""
        await hostile.expect_nothing(box)
        assert "StaffLogin" in hostile.taken, "the storm is real: what it may do, it does"
        await hostile.expect_nothing(box)
        assert events(box, "OpeningRequested"), "it asked for openings, and nobody showed a badge for them"
        # Between two residents, after a code that opens nothing.
        await people.scanner.show(SLIPS[0].text)
        await hostile.expect_nothing(box)
        assert hostile.tried > 100
        # And the box still serves.
        assert await people.scanner.show(SLIPS[1].text) == ""
        await finish(people)


async def test_a_page_cannot_open_another_door_while_one_is_open(box: Town) -> None:
    async with hall(box) as people, page(box) as client:
        await load(people, ANNA, *ITEMS[:2])
        hostile = HostilePage(client)
        before = authorised(box)
        assert await people.scanner.show(SLIPS[0].text) == ""
        label = (await people.until_kiosk("opening", "take")).compartment
        await people.open_door(label)
        await people.until_kiosk("take")
        await hostile.storm()
        assert authorised(box) == before + 1
        await people.plant.take(label)
        await people.plant.close_door(label)
        await people.until_kiosk("confirm", "done", "start")


async def test_a_full_compartment_opens_for_a_badge_shown_after_the_request_and_once(box: Town) -> None:
    async with hall(box) as people:
        (label, other) = await load(people, ANNA, *ITEMS[:2])
        await people.log_in(ANNA)
        session = (await people.staff()).session
        shown_before = time.monotonic_ns() // 1_000_000
        before = authorised(box)
        await people.page.call(api.StaffRequestOpening(session, label, "clarification"))
        assert (await people.staff()).page == "show_badge"

        # A presentation from before the request authorises nothing, however late it is told.
        old = await people.scanner.ask(
            "scan.report", text=ANNA.text, symbology="qr", captured_mono_ms=shown_before, source="hall"
        )
        assert old == {"accepted": False, "reason": "badge_not_needed"}
        assert authorised(box) == before

        # A technician's badge is not enough for it.
        assert await people.scanner.show(TOM.text) == "role_missing"
        assert authorised(box) == before

        # A badge that is shown now is for what the page shows now.
        assert await people.scanner.show(ANNA.text) == ""
        assert authorised(box) == before + 1
        assert events(box, "UnlockAuthorised")[-1]["data"]["compartment"] == label

        # The same presentation again: one authorisation each.
        assert await people.scanner.show(ANNA.text) == "badge_not_needed"
        await people.open_door(label)
        await people.plant.take(label)
        await people.plant.close_door(label)
        await people.until_staff(lambda view: view.page == "report", "what lies inside")
        await people.page.call(api.StaffReport(session, "empty", "recalled"))
        with pytest.raises(ControlError, match="nothing_to_answer"):
            await people.page.call(api.StaffReport(session, "empty", "recalled"))
        assert authorised(box) == before + 1
        assert not pulses(box, other)[1:], "the neighbour was opened for loading only"


async def test_an_emergency_needs_two_different_badges(box: Town) -> None:
    async with hall(box) as people:
        (label,) = await load(people, ANNA, ITEMS[0])
        await people.log_in(BERTA)
        session = (await people.staff()).session
        before = authorised(box)
        with pytest.raises(ControlError, match="reason_needed"):
            await people.page.call(api.StaffRequestOpening(session, label, "emergency", " "))
        await people.page.call(api.StaffRequestOpening(session, label, "emergency", "smoke"))
        await asyncio.sleep(0.005)  # a badge in the very millisecond of the request is not after it
        assert await people.scanner.show(BERTA.text) == ""
        assert (await people.staff()).badges_seen == 1
        assert await people.scanner.show(BERTA.text) == "second_person_needed"
        assert authorised(box) == before
        assert await people.scanner.show(ANNA.text) == ""
        assert authorised(box) == before + 1
        await people.open_door(label)


@pytest.mark.parametrize("age_ms", [6_000, 3_600_000, -2_000, -3_600_000])
async def test_replayed_scans_and_scans_from_the_future_open_nothing(box: Town, age_ms: int) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        before = authorised(box)
        captured = max(0, time.monotonic_ns() // 1_000_000 - age_ms)
        for text in (SLIPS[0].text, ANNA.text):
            answer = await people.scanner.ask(
                "scan.report", text=text, symbology="qr", captured_mono_ms=captured, source="hall"
            )
            assert answer == {"accepted": False, "reason": "stale_scan"}
        await people.log_in(ANNA)
        answer = await people.scanner.ask(
            "scan.report", text=ITEMS[1].order, symbology="code_128", captured_mono_ms=captured, source="hall"
        )
        assert answer == {"accepted": False, "reason": "stale_scan"}
        assert authorised(box) == before


async def test_stale_pages_and_wrong_tokens_are_told_to_look_again(box: Town) -> None:
    async with hall(box) as people:
        await load(people, ANNA, ITEMS[0])
        assert await people.scanner.show(SLIPS[0].text) == ""
        view = await people.until_kiosk("opening")
        await people.take(view.compartment)
        view = await people.until_kiosk("confirm")
        for token, revision in (
            (view.session, view.revision - 1),
            (view.session, view.revision + 1),
            (view.session, 0),
            ("", view.revision),
            (view.session[:-1], view.revision),
            (view.session + "x", view.revision),
            ("é", view.revision),
        ):
            with pytest.raises(ControlError) as refused:
                await people.page.call(api.Confirm(token, revision, "open_again"))
            assert refused.value.stale
        await people.page.call(api.Confirm(view.session, view.revision, "everything"))
        with pytest.raises(ControlError) as refused:
            await people.page.call(api.Confirm(view.session, (await people.kiosk()).revision, "open_again"))
        assert refused.value.stale


async def test_two_scanners_race_with_one_code(box: Town) -> None:
    async with hall(box) as people, hall(box) as others:
        (label,) = await load(people, ANNA, ITEMS[0])
        loaded = len(pulses(box))
        answers = await asyncio.gather(*(one.scanner.show(SLIPS[0].text) for one in (people, others) for _ in range(5)))
        assert answers.count("") == 1
        assert set(answers) <= {"", "busy", "not_in_this_mode"}
        await finish(people)
        await until(lambda: events(box, "RightEnded"), "the right is spent")
        assert len(pulses(box)) == loaded + 1
        assert {entry.compartment for entry in pulses(box)} == {label}


async def test_a_reader_cannot_say_more_than_the_mode_allows(box: Town) -> None:
    async with hall(box) as people:
        await people.log_in(ANNA)
        assert people.scanner.mode == "LOADING"
        await people.page.call(api.StaffRequestOpening((await people.staff()).session, "A01", "stocktake"))
        await until(lambda: people.scanner.mode == "BADGE", "badges only")
        assert await people.scanner.show(ITEMS[0].order, "code_128") == "not_in_this_mode"
        assert await people.scanner.show(SLIPS[0].text) == "not_in_this_mode"


async def test_nobody_is_logged_in_by_a_pin_alone(box: Town) -> None:
    async with hall(box) as people:
        for pin in (ANNA.pin, BERTA.pin, "", "x" * 10_000):
            with pytest.raises(ControlError) as refused:
                await people.page.call(api.StaffLogin(pin))
            assert refused.value.reason == "badge_needed"
        assert msgspec.to_builtins(await people.staff())["session"] == ""
