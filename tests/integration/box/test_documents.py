"""A document as the second factor, through the box's real sockets: the card reader is scripted, all else is real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controller import api
from controller.api import ControlError
from simulator.people_chip import holder_verifier
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box.documents import CAN, ERIKA, MAX, TYPES, envelope, holder, reader, shows, slip, types_digits
from tests.integration.box.support import (
    ANNA,
    BERTA,
    STAFF,
    TOM,
    authorised,
    events,
    finish,
    hall,
    load,
    pulses,
    town,
    until,
)
from tests.integration.box.test_authority import HostilePage

KINDS = ("ChipDokument", "ChipDokument", "ChipDokument", "OnlineDokument", "SichtDokument")
ITEMS = [envelope(number, kind) for number, kind in enumerate(KINDS)]
SLIPS = [slip(number) for number in range(len(KINDS))]


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF), more_types=TYPES) as made:
        yield made


async def test_the_right_document_opens_somebody_elses_does_not_a_copy_goes_to_a_person(box: Town) -> None:
    async with hall(box) as people, await reader(box) as desk:
        labels = await load(people, ANNA, *ITEMS)
        fired = authorised(box)

        await shows(people, SLIPS[0])
        await people.until_kiosk("chip_place")
        await desk.lay()
        await types_digits(people)
        question = await desk.question()
        assert (question.access.reveal(), question.factor) == (CAN, "emrtd")
        await desk.finds(question, holder(MAX))
        view = await people.until_kiosk("chip_wrong")
        assert view.tries_left == 2
        assert authorised(box) == fired, "somebody else's"

        await desk.take()
        await desk.lay()
        await types_digits(people)
        await desk.take()
        await desk.answer(await desk.question(2), "retry", "card_removed")
        await people.until_kiosk("chip_removed")
        await desk.lay()
        question = await desk.question(3)
        assert question.access.reveal() == CAN, "nobody types it again"
        assert authorised(box) == fired, "pulled"

        await desk.finds(question, holder((ERIKA[0], ERIKA[1], "12.08.2064")), holder(ERIKA))
        view = await people.until_kiosk("opening", "take")
        assert view.compartment == labels[0]
        await finish(people)

        await shows(people, SLIPS[1])
        await types_digits(people)
        await desk.answer(await desk.question(4), "refused", "cloned")
        await people.until_kiosk("staff_check")
        assert not await people.scanner.show(ANNA.text)
        view = await people.until_kiosk("opening", "take")
        assert view.compartment == labels[1]
        await finish(people)

    checked = [event["data"]["reason"] for event in events(box, "ChipChecked")]
    assert checked == ["holder_different", "card_removed", "", "cloned"]
    assert events(box, "DocumentInspected")[-1]["data"]["staff"] == "anna"
    assert [event["data"]["reason"] for event in events(box, "HelpCalled")] == ["check"]


async def test_a_person_who_looks_is_a_loader_or_supervisor_and_says_so_once(box: Town) -> None:
    async with hall(box) as people:
        labels = await load(people, ANNA, *ITEMS)
        await shows(people, SLIPS[0])
        view = await people.until_kiosk("staff_check")
        assert events(box, "StaffCheckAsked")[-1]["data"]["reason"] == "card_reader_down", "no reader at all"
        await people.page.call(api.Cancel(view.session, view.revision))
        await shows(people, SLIPS[4])
        view = await people.until_kiosk("staff_check")
        assert (view.help, bool(view.help_reference)) == ("pending", True)
        assert view.orders == (ITEMS[4].order,), "whoever looks knows whose document it should be"
        await people.scanner.show(TOM.text)
        await people.until_staff(lambda staff: staff.page == "pin", "a technician may log in")
        assert (await people.kiosk()).page == "staff_check"
        assert not await people.scanner.show(BERTA.text)
        view = await people.until_kiosk("opening", "take")
        assert view.compartment == labels[4]
        assert await people.scanner.show(BERTA.text) == "badge_not_needed", "one presentation"
        await finish(people)
        await until(lambda: events(box, "HelpEnded"), "the call ends with the check")


async def test_the_photo_page_has_the_scanner_and_the_eid_pin_is_left_alone_with_one_try(box: Town) -> None:
    async with hall(box) as people, await reader(box) as desk:
        await load(people, ANNA, ITEMS[0], ITEMS[3])
        await shows(people, SLIPS[0])
        await desk.lay()
        view = await people.until_kiosk("chip_can")
        assert people.scanner.mode == "BADGE"
        await people.page.call(api.ChooseAccess(view.session, view.revision, "mrz"))
        view = await people.until_kiosk("chip_mrz")
        await until(lambda: people.scanner.mode == "DOCUMENT_KEY", "the scanner hears it")
        await people.page.call(api.ChooseAccess(view.session, view.revision, "can"))
        await people.until_kiosk("chip_can")
        await until(lambda: people.scanner.mode == "BADGE", "and that it is over")
        view = await people.kiosk()
        await people.page.call(api.Cancel(view.session, view.revision))

        await shows(people, SLIPS[3])
        view = await people.until_kiosk("eid_pin")
        await people.page.call(api.EnterFactor(view.session, view.revision, "123123"))
        question = await desk.question()
        assert question.factor == "eid"
        await desk.answer(question, "retry", "eid_pin_wrong", tries_left=2)
        view = await people.until_kiosk("eid_wrong")
        assert view.tries_left == 2
        await people.page.call(api.EnterFactor(view.session, view.revision, "321321"))
        await desk.answer(await desk.question(2), "retry", "eid_pin_last_try", tries_left=1)
        await people.until_kiosk("eid_stop")
    assert events(box, "SessionEnded")[-1]["data"]["reason"] == "eid_stop"
    assert len(pulses(box)) == 2, "the loadings"


async def test_a_lying_reader_fakes_nothing_outside_a_session_nor_twice_nor_with_an_old_challenge(box: Town) -> None:
    async with hall(box) as people, await reader(box) as desk:
        await load(people, ANNA, *ITEMS)
        before = authorised(box), len(pulses(box))

        async def expect_nothing() -> None:
            await desk.ask("chip.progress", challenge="0" * 32, stage="reading")
            assert (authorised(box), len(pulses(box))) == before

        said = {"outcome": "verified", "reason": "", "issuing_state": "D", "tries_left": 0, "excused": []}
        made_up = {"challenge": "ab" * 16, **said}
        await desk.ask("chip.answer", **{**made_up, "verifiers": ["0" * 64]})
        await expect_nothing()
        await shows(people, SLIPS[0])
        await desk.ask("chip.answer", **{**made_up, "verifiers": ["0" * 64]})
        await expect_nothing()
        await desk.lay()
        await types_digits(people)
        question = await desk.question()
        good = holder_verifier(question, holder(ERIKA))
        view = await people.until_kiosk("chip_reading")
        with pytest.raises(ControlError):
            await desk.ask("chip.answer", **{**made_up, "challenge": question.challenge, "verifiers": [good] * 3})
        await people.until_kiosk("chip_reading")
        # Another reader's connection knows the challenge: it was not asked.
        async with await reader(box, "other") as other:
            await other.finds(question, holder(ERIKA))
        await expect_nothing()
        await desk.says(state="no_reader")
        await desk.answer(question, "retry", "reader_gone")
        view = await people.until_kiosk("chip_removed")
        await people.page.call(api.Cancel(view.session, view.revision))
        # The session is over, and so is its challenge; in the next one it is somebody's who stands there.
        await desk.finds(question, holder(ERIKA))
        await desk.says(state="ok")
        await shows(people, SLIPS[1])
        await desk.finds(question, holder(ERIKA))
        await expect_nothing()
        assert not [event for event in events(box, "ChipChecked") if event["data"]["outcome"] == "verified"]
        assert events(box, "FactorTried") == []
        await types_digits(people)
        second = await desk.question(2)
        assert second.challenge != question.challenge
        assert second.key != question.key, "every right keys its own"
        await desk.finds(second, holder(ERIKA))
        await people.until_kiosk("opening", "take")
        await desk.finds(second, holder(ERIKA))
        assert authorised(box) == before[0] + 1, "never twice"
        await finish(people)


async def test_a_hostile_page_opens_no_compartment_that_a_document_guards(box: Town) -> None:
    """Whatever it asks for, the badge or the document has to come by a reader's socket."""
    async with hall(box) as people, await reader(box) as desk:
        await load(people, ANNA, *ITEMS)
        hostile = HostilePage(people.page)
        for item in (SLIPS[0], SLIPS[3], SLIPS[4]):
            await shows(people, item)
            await desk.lay()
            await hostile.expect_nothing(box, spare=frozenset({api.Cancel}))
            await desk.take()
            if (await people.kiosk()).session:
                view = await people.kiosk()
                await people.page.call(api.Cancel(view.session, view.revision))
        assert "AskStaffCheck" in hostile.taken, "it may call for a person; it cannot be one"
