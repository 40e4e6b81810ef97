"""The technician's page in a browser: live without losing what somebody fills in, usable with 608 compartments."""

from __future__ import annotations

import msgspec
import pytest
from playwright.async_api import expect

from controller import api
from controller.adapters.clock import SystemClock
from controller.adapters.control.technician_view import technician_view
from controller.services.out_of_order import OutOfOrderOperations
from tests.e2e.pages import technician_views as views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser, opened

#: Of one place of a cabinet of 608, before compression.
MOST_BYTES = 60_000


@pytest.fixture
def shown(stand: Stand) -> Stand:
    stand.controller.show("technician", views.BOX)
    stand.controller.show("staff", views.STAFF)
    stand.controller.results["technician.events"] = lambda params: views.EVENTS
    return stand


async def text(stand: Stand, look: str = "") -> str:
    async with stand.client() as client:
        answer = await client.get("/technician/fragment", params={"look": look})
        assert answer.status_code == 200
        return answer.text


async def test_faults_say_what_to_do_and_what_to_tell_the_office(shown: Stand) -> None:
    html = await text(shown)
    assert "Gelb" in html
    assert "Tür klemmt: A05" in html
    assert html.count("Was Sie tun:") == html.count("Was Sie dem Amt sagen:") == len(views.BOX.faults)
    assert "verbunden, TLS" in html


async def test_what_may_not_be_done_says_why(shown: Stand) -> None:
    html = await text(shown, "doors")
    assert "nicht sicher leer" in html
    assert "Tür nicht geschlossen" in html
    for staff, why in (
        (views.NOBODY, "erst am Lesefenster anmelden"),
        (msgspec.structs.replace(views.STAFF, roles=("loader",)), "Rolle Technik oder Leitung nötig"),
        (msgspec.structs.replace(views.STAFF, page="open"), "erst die offene Aufgabe beenden"),
    ):
        shown.controller.show("staff", staff)
        html = await text(shown, "doors")
        assert why in html
        assert 'action="/technician/test"' not in html
    shown.controller.show("staff", views.NOBODY)
    shown.controller.show("technician", msgspec.structs.replace(views.BOX, lease="resident"))
    for look in ("doors", "service"):
        html = await text(shown, look)
        assert "gerade holt jemand ab" in html
        assert html.count("<button") == html.count("disabled"), "everything is greyed"


@pytest.mark.parametrize(
    ("action", "fields", "request_"),
    [
        ("test", {"compartment": "A01"}, ("technician.test", {"session": "T-1", "compartment": "A01"})),
        ("lamp", {"compartment": "A01"}, ("technician.lamp", {"session": "T-1", "compartment": "A01"})),
        ("self_test", {}, ("technician.self_test", {"session": "T-1"})),
        ("self_test_cancel", {}, ("technician.self_test_cancel", {"session": "T-1"})),
        ("verify", {}, ("technician.verify", {"session": "T-1"})),
        ("languages", {"tags": "de,en"}, ("technician.languages", {"session": "T-1", "tags": ["de", "en"]})),
        ("log_level", {"level": "debug"}, ("technician.log_level", {"session": "T-1", "level": "debug"})),
        ("restart", {}, ("technician.restart", {"session": "T-1"})),
        ("back_at", {"minutes": "30"}, ("staff.back_at", {"session": "T-1", "minutes": 30})),
        ("keep_active", {}, ("staff.keep_active", {"session": "T-1"})),
        ("logout", {}, ("staff.logout", {"session": "T-1"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_action_reaches_the_controller(
    shown: Stand, action: str, fields: dict[str, str], request_: tuple[str, dict[str, object]]
) -> None:
    async with shown.client() as client:
        answer = await client.post(f"/technician/{action}", data={"session": "T-1", "revision": "1", **fields})
    assert answer.status_code == 200
    assert request_ in shown.controller.requests


async def test_minutes_are_those_of_the_buttons(shown: Stand) -> None:
    async with shown.client() as client:
        answer = await client.post("/technician/back_at", data={"session": "T-1", "revision": "1", "minutes": "7"})
    assert answer.status_code == 422


async def test_files_come_in_pieces(shown: Stand) -> None:
    body = '{"at":1773481200000,"clock":"trusted","data":{"compartment":"A01"},"seq":%d,"type":"DoorClosed"}'
    pieces = {
        0: api.EventExport(tuple(api.ExportLine(n, "00", body % n) for n in (1, 2)), 2),
        2: api.EventExport((api.ExportLine(3, "00", body % 3),), 0),
    }
    shown.controller.results["technician.export"] = lambda params: pieces[params["after"]]
    fields = {"session": "T-1", "revision": "0", "group": "doors"}
    async with shown.client() as client:
        table = await client.post("/technician/export", data={**fields, "form": "csv"})
        lines = await client.post("/technician/export", data={**fields, "form": "jsonl"})
    assert 'filename="ereignisse.csv"' in table.headers["content-disposition"]
    assert table.content.startswith(b"\xef\xbb\xbfNummer;Zeit")
    assert [row.split(";")[0] for row in table.text.splitlines()[1:]] == ["1", "2", "3"]
    assert [msgspec.json.decode(line)["seq"] for line in lines.text.splitlines()] == [1, 2, 3]
    asked = shown.controller.asked("technician.export")
    assert {params["only"]["group"] for params in asked} == {"doors"}


async def test_a_bundle_is_a_file(shown: Stand) -> None:
    shown.controller.results["technician.bundle"] = lambda params: api.Bundle('x"; y.zip', b"PK")
    async with shown.client() as client:
        answer = await client.post("/technician/bundle", data={"session": "T-1", "revision": "0"})
    assert answer.content == b"PK"
    assert answer.headers["content-disposition"] == 'attachment; filename="xy.zip"'


async def test_a_file_that_is_refused_is_no_file(shown: Stand) -> None:
    async with shown.client() as client:
        answer = await client.post("/technician/export", data={"session": "T-1", "day": "2026-02-30"})
        assert answer.status_code == 422
        shown.controller.results["technician.bundle"] = lambda params: None
        answer = await client.post("/technician/bundle", data={"session": "T-1"})
        assert answer.status_code == 422
        assert "content-disposition" not in answer.headers


async def test_a_box_out_of_order_says_so_in_every_place(shown: Stand) -> None:
    """Its log is damaged: the controller knows next to nothing, and the page still stands."""
    operations = OutOfOrderOperations("box-1", "simulated", "log_damaged:4711", SystemClock())
    shown.controller.show("technician", technician_view(operations.box(), operations.front(), operations.now(), "1.0"))
    shown.controller.show("staff", api.StaffView(revision=9, page="out_of_order", reason="log_damaged:4711"))
    html = await text(shown)
    assert "Rot" in html
    assert "Protokoll beschädigt (Eintrag 4711)" in html
    assert "Alle Türen sind verriegelt" in html
    for look in ("doors", "trends", "log", "service"):
        assert "Box außer Betrieb" in await text(shown, look) or look == "trends"


async def test_who_stands_there_is_asked_before_being_logged_out(shown: Stand) -> None:
    shown.controller.show("staff", msgspec.structs.replace(views.STAFF, ends_in_ms=60_000, warns_in_ms=1))
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}/technician", 1280, 800) as window:
        async with window.page.expect_response("**/technician/keep_active"):
            await window.page.click('[data-key="keep_active"]')
        assert shown.controller.asked("staff.keep_active")


async def test_608_compartments_stay_light(shown: Stand) -> None:
    shown.controller.show("technician", views.large())
    for look in ("", "doors", "doors:20", "doors:37", "doors:999", "trends", "service"):
        html = await text(shown, look)
        assert len(html.encode()) < MOST_BYTES, f"{look}: {len(html.encode())} bytes"
    html = await text(shown, "doors")
    assert "1 nicht zu" in html
    assert "U04" in html or "U004" in html, "the column where a door stands open"


async def test_live_values_come_without_a_reload_and_leave_a_filter_alone(shown: Stand) -> None:
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}/technician", 1280, 800) as window:
        tab = window.page
        await tab.click('[data-key="tab-log"]')
        await expect(tab.locator(".events tbody tr")).to_have_count(50)
        await tab.fill('[data-key="filter-text"]', "jam")
        running = msgspec.structs.replace(views.BOX, chain=api.ChainCheckView("running", 2_000, 4_711))
        revision = shown.controller.show("technician", running)
        await expect(tab.locator(f'#page[data-tag$="-{revision}"]')).to_be_visible()
        await expect(tab.locator("progress")).to_have_attribute("value", "2000")
        await expect(tab.locator('[data-key="filter-text"]')).to_have_value("jam")
        await tab.click('[data-key="filter-go"]')
        await expect(tab.locator('[data-key="filter-text"]')).to_have_value("jam")
        assert shown.controller.asked("technician.events")[-1]["only"]["text"] == "jam"
        await tab.click('[data-key="older"]')
        await expect(tab.locator('[data-key="newest"]')).to_be_visible()
        assert shown.controller.asked("technician.events")[-1]["before"] == views.EVENTS.before
        await tab.click('[data-key="tab-doors"]')
        shown.controller.show("technician", views.RUNNING)
        await expect(tab.locator("progress")).to_have_attribute("max", "5")
        await expect(tab.get_by_text("Bitte schließen, bis es klickt.")).to_be_visible()
        assert window.complaints == []


async def test_a_restart_is_asked_for_twice(shown: Stand) -> None:
    async with browser() as chrome, opened(chrome, f"{shown.ui.origin}/technician?look=service", 1280, 800) as window:
        await window.page.click('[data-key="restart-ask"]')
        assert not shown.controller.asked("technician.restart")
        shown.controller.show("technician", views.BOX)  # a page that comes anew keeps the question
        await window.page.wait_for_selector(f'#page[data-tag$="-{shown.controller.technician.revision}"]')
        await window.page.click('[data-key="restart"]')
        await expect(window.page.locator('[data-layer="restart"]')).to_be_hidden()
        assert shown.controller.asked("technician.restart") == [{"session": "T-1"}]


async def test_on_the_boxs_own_screen_there_are_no_files(shown: Stand) -> None:
    async with browser() as chrome:
        for address, visible in (("/technician?at=box&look=service", False), ("/technician?look=service", True)):
            async with opened(chrome, f"{shown.ui.origin}{address}", 1080, 1920) as window:
                assert await window.page.is_visible('[data-key="bundle"]') is visible


@pytest.mark.parametrize("size", [(1280, 800), (1080, 1920), (800, 1280)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_is_cut_off_sideways(shown: Stand, size: tuple[int, int]) -> None:
    async with browser() as chrome:
        for view in (views.BOX, views.large()):
            shown.controller.show("technician", view)
            for look in ("", "doors", "trends", "log", "service"):
                async with opened(chrome, f"{shown.ui.origin}/technician?look={look}", *size) as window:
                    if look == "log":
                        await window.page.wait_for_selector(".events")
                    wide = await window.page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= size[0], f"{look}: {wide} px"
                    small = await window.page.evaluate(
                        "[...document.querySelectorAll('#page button, #page .tabs__tab')].filter(e => e.offsetHeight)"
                        ".filter(e => e.getBoundingClientRect().height < 50).map(e => e.textContent)"
                    )
                    assert small == [], "a finger is 9 mm"
