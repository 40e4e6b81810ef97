"""The report in a browser: what a supervisor sees, types and takes along."""

from __future__ import annotations

import io

import httpx
import msgspec
import pytest
from pypdf import PdfReader

from controller import api
from kiosk_ui.report.csv_file import BOM
from tests.e2e.accessibility.inspection import AXE, AXE_SCRIPT, RULES
from tests.e2e.pages.running import browser, opened
from tests.e2e.pages.scripted import Refusal
from tests.e2e.report.conftest import Office

pytestmark = pytest.mark.e2e

PANELS = ((1080, 1920), (1280, 800), (800, 1280))


def client(office: Office) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=office.ui.origin, headers={"origin": office.ui.origin}, timeout=40)


async def test_nothing_is_cut_off_and_axe_finds_nothing(office: Office) -> None:
    async with browser() as chrome:
        for width, height in PANELS:
            async with opened(chrome, f"{office.ui.origin}/report", width, height) as window:
                await window.shows("report")
                await window.page.evaluate("document.fonts.ready")
                assert await window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
                await window.page.evaluate(AXE_SCRIPT)
                assert await window.page.evaluate(AXE, RULES) == []
                await window.page.click('[data-key="show-issued"]')
                assert await window.page.evaluate(AXE, RULES) == []
                assert window.complaints == []


async def test_a_supervisor_types_how_many_documents_were_issued(office: Office) -> None:
    def note(asked: dict[str, int]) -> None:
        month = office.controller.report.month
        assert month is not None
        issued = msgspec.structs.replace(month, issued=asked["count"])
        office.controller.report = msgspec.structs.replace(office.controller.report, month=issued)

    office.controller.answers["report.note_issued"] = note
    async with browser() as chrome, opened(chrome, f"{office.ui.origin}/staff-report") as window:
        await window.shows("report")
        assert "39 von 118" in await window.page.inner_text(".headlines")
        await window.page.click('[data-key="show-issued"]')
        assert not await window.page.is_visible(".headlines"), "one thing at a time"
        for digit in "120":
            await window.page.click(f'[data-layer="issued"] [data-digit="{digit}"]')
        assert await window.page.inner_text('[data-layer="issued"] [data-value]') == "120"
        await window.page.click('[data-layer="issued"] [data-enter]')
        await window.page.wait_for_selector('.headlines:has-text("39 von 120")')
        assert office.controller.asked("report.note_issued") == [
            {"session": "token-1", "month": "2026-10", "count": 120}
        ]
        assert window.complaints == []


async def test_what_is_refused_is_said(office: Office) -> None:
    def refuse(_: dict[str, object]) -> None:
        raise Refusal("month_to_come")

    office.controller.answers["report.note_cost"] = refuse
    form = {"session": "token-1", "revision": "0-1", "month": "2026-10"}
    async with client(office) as asking:
        tag = (await asking.get("/report/2026-10")).text
        generation = tag.split('data-tag="')[1].split("-")[0]
        form["revision"] = f"{generation}-1"
        refused = await asking.post("/report/2026-10/cost", json={**form, "number": "390"})
        wrong = await asking.post("/report/2026-10/cost", json={**form, "number": "39,50"})
    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert "Der Monat hat noch nicht begonnen" in refused.text
    assert "ganze Zahl" in wrong.text
    assert office.controller.asked("report.note_cost") == [{"session": "token-1", "month": "2026-10", "cents": 39_000}]


async def test_files_to_take_along(office: Office) -> None:
    async with client(office) as asking:
        spreadsheet = await asking.get("/report/2026-10/bericht.csv")
        paper = await asking.get("/report/2026-10/bericht.pdf")
    assert spreadsheet.status_code == paper.status_code == 200
    assert spreadsheet.text.startswith(BOM)
    assert 'filename="abholstation-bericht-2026-10.csv"' in spreadsheet.headers["content-disposition"]
    assert paper.headers["content-type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(paper.content)).pages) == 2
    assert office.controller.asked("report.month")[0] == {"session": "token-1", "month": "2026-10"}


async def test_nobody_logged_in_sees_nothing(office: Office) -> None:
    office.controller.log_in("")
    async with client(office) as asking:
        page = await asking.get("/report")
        file = await asking.get("/report/2026-10/bericht.csv")
    assert 'data-page="badge"' in page.text
    assert "Abholungen" not in page.text
    assert file.status_code == 403
    assert office.controller.asked("report.month") == []


async def test_the_report_goes_away_with_the_session(office: Office) -> None:
    async with browser() as chrome, opened(chrome, f"{office.ui.origin}/staff-report") as window:
        await window.shows("report")
        office.controller.log_in("")
        await window.shows("badge")
        assert "Abholungen" not in await window.page.content()


async def test_a_loader_is_refused(office: Office) -> None:
    def refuse(_: dict[str, object]) -> None:
        raise Refusal("role_missing")

    office.controller.answers["report.month"] = refuse
    async with client(office) as asking:
        page = await asking.get("/report")
    assert "Nicht für diese Rolle" in page.text


async def test_while_the_log_is_read_the_page_says_how_far_and_comes_by_itself(office: Office) -> None:
    ready, office.controller.report = office.controller.report, api.ReportView(state="working", percent=42)
    async with browser() as chrome, opened(chrome, f"{office.ui.origin}/report") as window:
        await window.shows("report_working")
        assert "42" in await window.page.inner_text("#page")
        async with client(office) as asking:
            assert (await asking.get("/report/2026-10/bericht.csv")).status_code == 503
        office.controller.report = ready
        await window.shows("report")
