"""The monthly report in a normal browser of the office."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from kiosk_ui.report.csv_file import BOM
from tests.integration.office.support import Browser, OfficeTown, office_town

#: Its box is made once, by one worker.
pytestmark = pytest.mark.xdist_group("office_report")


@pytest.fixture(scope="module")
def office() -> Iterator[OfficeTown]:
    with office_town() as made:
        yield made


@pytest.fixture
def sabine(office: OfficeTown) -> Iterator[Browser]:
    with office.browser() as browser:
        assert browser.log_in("sabine").headers["location"] == "/"
        yield browser


def month_of(browser: Browser) -> str:
    """The month that the report is about."""
    page = browser.get("/report")
    assert page.status_code == 200, page.text[:500]
    found = re.search(r"/report/(\d{4}-\d{2})/bericht\.pdf", page.text)
    assert found is not None, page.text[:2000]
    return found[1]


def test_a_supervisor_reads_types_and_takes_it_along(sabine: Browser) -> None:
    month = month_of(sabine)
    path = f"/report/{month}"
    assert sabine.submit(path, f"{path}/issued", number="120").headers["location"] == f"{path}?said=noted"
    assert sabine.submit(path, f"{path}/cost", number="390").status_code == 303
    page = sabine.get(f"{path}?said=noted").text
    assert "Eingetragen" in page
    assert "390,00" in page
    spreadsheet = sabine.get(f"{path}/bericht.csv")
    assert spreadsheet.content.decode("utf-8").startswith(BOM)
    assert ";120;" in spreadsheet.text
    paper = sabine.get(f"{path}/bericht.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(paper.content)).pages) == 2


@pytest.mark.parametrize("number", ["", "12,5", "-1", "12345678", "viele"])
def test_what_is_no_number_is_said(sabine: Browser, number: str) -> None:
    path = f"/report/{month_of(sabine)}"
    refused = sabine.submit(path, f"{path}/issued", number=number)
    assert refused.status_code == 422
    assert "ganze Zahl" in refused.text


def test_a_month_to_come_and_a_forged_form(sabine: Browser) -> None:
    path = f"/report/{month_of(sabine)}"
    refused = sabine.submit(path, "/report/2099-01/issued", number="1")
    assert (refused.status_code, "noch nicht begonnen" in refused.text or "Kein Bericht" in refused.text) == (422, True)
    assert sabine.post(f"{path}/issued", {"form": "0" * 64, "number": "1"}).status_code == 422


@pytest.mark.parametrize(("staff", "reads"), [("rita", True), ("lena", False), ("tom", False)])
def test_others(office: OfficeTown, staff: str, reads: bool) -> None:
    with office.browser() as browser:
        browser.log_in(staff)
        page = browser.get("/report")
        assert ("Gesparte Termine" in page.text) == reads
        assert ('href="/report"' in browser.get("/").text) == reads
        assert 'name="number"' not in page.text
        form = browser.form("/")
        refused = browser.post("/report/2026-01/issued", {"form": form, "number": "1"})
        assert refused.status_code == 422
        assert browser.get("/report/2026-01/bericht.csv").headers["content-type"].startswith("text/html")


def test_nobody(office: OfficeTown) -> None:
    with office.browser() as browser:
        assert browser.get("/report").headers["location"].startswith("/login")
        assert browser.get("/report/2026-10/bericht.pdf").headers["location"].startswith("/login")
