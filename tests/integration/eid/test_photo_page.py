"""The way without digits: a photo page is shown to the camera, and its lines open the chip that lies on the tray."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from controller import api
from simulator.card.personalisation import printed_zone
from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box.support import ANNA, STAFF, authorised, events, finish, hall, load, town
from tests.integration.eid.test_whole_box import (
    ITEMS,
    SLIPS,
    WITHIN_S,
    assert_silent,
    document,
    shows_code,
    tray,
)


@pytest.fixture
def box() -> Iterator[Town]:
    with town(Preload(ITEMS, SLIPS, STAFF)) as made:
        made.start_card_service()
        made.fill_trust_store()
        made.start_card_reader()
        yield made


async def test_a_photo_page_before_the_camera_opens_its_own_chip_and_no_other(box: Town) -> None:
    assert box.card_reader is not None
    box.card_reader.wait_for_line("INFO card_readers: ok")
    mine = document()
    others = msgspec.structs.replace(mine, document=msgspec.structs.replace(mine.document, number="L01X00T47"))
    async with hall(box) as people:
        with tray(box) as on_tray:
            labels = await load(people, ANNA, *ITEMS[:1])
            camera = box.start_reader("camera")
            fired = authorised(box)
            on_tray.lay(mine)
            await shows_code(people, SLIPS[0])

            for page, then in ((others, ("chip_can_wrong", "chip_mrz", "chip_can")), (mine, ("opening", "take"))):
                view = await people.until_kiosk("chip_can", "chip_can_wrong", within_s=WITHIN_S)
                await people.plant.set_scene(None)
                await people.page.call(api.ChooseAccess(view.session, view.revision, "mrz"))
                await people.until_kiosk("chip_mrz", within_s=WITHIN_S)
                assert authorised(box) == fired
                await people.plant.set_scene({"kind": "document", "text": "\n".join(printed_zone(page).lines)})
                camera.wait_for_line("INFO document_key_report: accepted")
                await people.until_kiosk(*then, within_s=WITHIN_S)
            view = await people.until_kiosk("opening", "take", within_s=WITHIN_S)
            assert view.compartment == labels[0]
            await people.plant.set_scene(None)
            await finish(people)
    assert [event["data"]["reason"] for event in events(box, "ChipChecked")] == ["access_key_wrong", ""]
    box.stop()
    assert_silent(box)
