"""What the central system makes for the side doors, through a real broker: numbers, proxies, and codes of another
site.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.api import EnterFactor
from simulator.broker import Broker
from simulator.central.client import CentralClient, CentralError
from simulator.preload import Envelope, Preload
from tests.integration.box.support import ANNA, STAFF, authorised, finish, hall, load
from tests.integration.box.test_hours_and_help import a_town
from tests.integration.mqtt.support import observing
from tests.integration.mqtt.test_deaths import central_system

PLACE = "Bürgeramt Nord, Hauptstraße 5"
ITEMS = [Envelope(f"D{number}", f"AUF-000{number}", "Reisepass") for number in range(2)]


async def test_numbers_proxies_and_other_sites(tmp_path: Path) -> None:
    async with (
        Broker(tmp_path / "broker") as broker,
        observing(broker) as observer,
        central_system(broker, tmp_path / "central") as central,
        a_town(Preload(ITEMS, badges=STAFF), broker_port=broker.port) as box,
        hall(box) as people,
        CentralClient(central.socket) as desk,
    ):
        await people.until_kiosk("start")
        own = await desk.issue_right(["D0"], right="R0", birth_date="23.07.1958", number=True, box=box.box)
        assert (own["result"], own["code"]) == ("done", "")
        await people.until_kiosk("start")
        assert "number" in (await people.kiosk()).actions, "offered as soon as there is one"
        proxy = await desk.issue_right(["D1"], right="R1", pin="482715", checked_by="anna", box=box.box)
        assert proxy["result"] == "done"
        refused = await desk.issue_right(["D1"], right="R2", birth_date="23.07.1958", checked_by="anna", box=box.box)
        assert (refused["result"], refused["code"]) == ("rejected", "body_contradictory"), "a proxy has a PIN"
        await load(people, ANNA, *ITEMS)

        # The number is stretched with the salt that the box has told, and its birth date keyed by it.
        assert await people.type_number(own["number"]) == ""
        view = await people.until_kiosk("birth")
        await people.page.call(EnterFactor(view.session, view.revision, "19580723"))
        await finish(people)
        assert await people.scanner.show(proxy["token"]) == ""
        view = await people.until_kiosk("proxy")
        await people.page.call(EnterFactor(view.session, view.revision, "482715"))
        await finish(people)

        # A right of another box, made here and told to this one.
        before = authorised(box)
        made = await desk.issue_right(["D9"], right="R9", birth_date="23.07.1958", box="other-box", wait_s=0.1)
        assert await people.scanner.show(made["token"]) == "code_unknown"
        told = await desk.elsewhere("R9", PLACE, box=box.box)
        assert (told["result"], told["code"]) == ("done", "")
        assert await people.scanner.show(made["token"]) == "other_site"
        view = await people.until_kiosk("other_site")
        assert view.place == PLACE
        told = await desk.elsewhere("R9", PLACE, orders=["AUF-0009"], box=box.box)
        assert told["result"] == "done"
        await people.log_in(ANNA)
        assert await people.scanner.show("AUF-0009", "code_128") == "load_other_site"
        staff = await people.staff()
        assert staff.notice is not None
        assert (staff.notice.code, staff.notice.place) == ("load_other_site", PLACE)
        told = await desk.elsewhere("R0", PLACE, box=box.box)
        assert (told["result"], told["code"]) == ("rejected", "right_spent"), "what was collected here is not elsewhere"
        with pytest.raises(CentralError, match="right_unknown"):
            await desk.elsewhere("R-nobody", PLACE, box=box.box)
        with pytest.raises(CentralError, match="salt_unknown"):
            await desk.issue_right(["D9"], right="R10", number=True, box="other-box", wait_s=0.1)
        assert authorised(box) == before
        heard = b"".join(observer.raw)
        for secret in (own["number"], own["token"], proxy["token"], made["token"], "482715"):
            assert secret.encode() not in heard, "no code and no PIN ever goes over the line"
