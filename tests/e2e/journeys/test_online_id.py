"""The online function of an ID card, by hand at a whole box. The card reader's process is scripted: what it does with
AusweisApp is tried in ``tests/integration/eid``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.preload import Preload
from tests.e2e.journeys.flows import LOADER
from tests.e2e.journeys.stage import stage
from tests.integration.box.documents import ERIKA, TYPES, envelope, holder, reader, slip

pytestmark = pytest.mark.e2e

WRONG, RIGHT = "111111", "123456"


async def test_a_wrong_pin_then_the_right_one_and_no_last_try_is_ever_spent() -> None:
    slips = [replace(slip(number), language="pl") for number in (1, 2)]
    stored = tuple(envelope(number, "OnlineDokument") for number in (1, 2))
    what = Preload((), slips, (LOADER,), stored=stored)
    async with stage(what, size=(800, 1280), more_types=TYPES) as it, await reader(it.town) as desk:
        person = it.person
        await person.shows(it.hall.phone(it.codes["R1"]), "chip_place")
        assert await person.language() == "pl"
        await desk.lay()
        await person.sees("eid_pin")
        await person.type(WRONG)
        assert (await desk.question()).access.reveal() == WRONG
        await desk.answer(desk.asked[0], "retry", "eid_pin_wrong", tries_left=2)
        await person.sees("eid_wrong")
        assert "2" in await person.screen.page.inner_text("#page .words .text")
        await person.type(RIGHT)
        await desk.finds(await desk.question(2), holder(ERIKA))
        await person.sees("opening", "take")
        assert await person.empties() == ["D1"]
        await person.sees("confirm")
        await person.tap("confirmeverything")
        await person.sees("done")
        await person.tap("dismiss")
        await person.sees("start")

        await person.shows(it.hall.phone(it.codes["R2"]), "eid_pin")
        await person.type(WRONG)
        await desk.answer(await desk.question(3), "retry", "eid_pin_last_try", tries_left=1)
        await person.sees("eid_stop")
        assert await person.language() == "pl"
        assert it.events("UnlockAuthorised") == ["UnlockAuthorised"], "the first envelope's"
        assert RIGHT not in await person.screen.page.content()
