"""The counter's day in a box that stands alone: orders, slips, codes, holds, tasks, and what comes of them at the
box.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from controller import api
from simulator.people import Hall
from simulator.town import Town as SimulatedTown
from tests.integration.box.support import authorised, events, finish, hall, page, until
from tests.integration.office.support import LENA, SABINE, Browser, OfficeTown, office_town
from tests.unit.paper.printed import codes, reader

BORN = "31.12.1990"

#: Its box is made once, by one worker.
pytestmark = pytest.mark.xdist_group("office_work")


@pytest.fixture(scope="module")
def office() -> Iterator[OfficeTown]:
    with office_town() as made:
        yield made


@pytest.fixture
def sabine(office: OfficeTown) -> Iterator[Browser]:
    with office.browser() as browser:
        assert browser.log_in("sabine").headers["location"] == "/"
        yield browser


class Slip:
    """A printed slip: what a camera and a person read."""

    def __init__(self, answer: httpx.Response, page: int = 0) -> None:
        assert answer.status_code == 200, answer.text[:2000]
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("inline")
        pdf = reader(answer.content)
        (self.code,) = codes(pdf, page)
        self.words = re.sub(r"\s+", " ", pdf.pages[page].extract_text())
        digits = re.search(r"\b(\d{4}) (\d{4}) (\d{4})\b", self.words)
        assert digits is not None
        self.number = "".join(digits.groups())
        pin = re.search(r"PIN (\d{6})\b", self.words)
        self.pin = pin[1] if pin else ""


def typed(browser: Browser, order: str, document_type: str = "Reisepass", **more: str) -> Slip:
    fields = {"order": order, "document_type": document_type, "language": "de", "size": "M", **more}
    return Slip(browser.submit("/orders/new", "/orders/new", **fields))


def path_of(browser: Browser, order: str) -> str:
    """The order's page, by searching."""
    answer = browser.get(f"/search?query={order}")
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"]


async def loaded(people: Hall, order: str) -> str:
    await people.log_in(LENA)
    label = await people.load(order, order)
    await people.log_out()
    return label


async def enter(people: Hall, value: str) -> None:
    view = await people.kiosk()
    with contextlib.suppress(api.ControlError):  # a wrong one is refused, and the page says so
        await people.page.call(api.EnterFactor(view.session, view.revision, value))


async def go_on(people: Hall) -> None:
    """Answers what is declared until a door opens."""
    while True:
        view = await people.until_kiosk("several", "old_ask", "old_none_allow", "opening", "take")
        if view.page in ("opening", "take"):
            return
        await people.page.call(api.Declare(view.session, view.revision, view.declaration, "yes"))
        await until_changed(people, view.revision)


async def until_changed(people: Hall, revision: int) -> None:
    while (await people.kiosk()).revision == revision:
        pass


async def test_from_the_order_to_the_collected_document(office: OfficeTown, sabine: Browser) -> None:
    slip = typed(sabine, "PA-2026-1001", birth_date=BORN)
    assert "Abholschein" in slip.words
    assert "PA-2026-1001" in slip.words
    async with hall(office.town) as people:
        assert await people.scanner.show(slip.code) == "not_yet"
        await people.page.call(api.Dismiss((await people.kiosk()).revision))
        label = await loaded(people, "PA-2026-1001")
        found = sabine.get(path_of(sabine, "pa-2026-1001")).text
        assert f"Liegt in Fach <strong>{label}</strong>" in found
        assert await people.scanner.show(slip.code) == ""
        await people.until_kiosk("birth")
        await enter(people, "19901231")
        await go_on(people)
        await finish(people)
        await people.until_kiosk("done", "start")
    assert sabine.get("/search?query=PA-2026-1001").text.count("Nichts gefunden") == 1
    table = list(csv.reader(io.StringIO(sabine.get("/ergebnisse.csv").content.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == ["Vorgang", "Ergebnis", "Code", "Zeit"]
    assert [row[1] for row in table if row[0] == "PA-2026-1001"] == ["eingelegt", "abgeholt"]
    _proof_for_the_file(sabine, office.town, label, slip)


def _proof_for_the_file(browser: Browser, town: SimulatedTown, label: str, slip: Slip) -> None:
    answer = browser.get("/nachweis.pdf?order=pa-2026-1001")
    assert answer.headers["content-type"] == "application/pdf"
    words = re.sub(r"\s+", " ", reader(answer.content).pages[0].extract_text())
    for said in (
        "Nachweis der Übergabe",
        f"Eingelegt in Fach {label}",
        "Abholcode gezeigt",
        "Geburtsdatum",
        "Abgeholt",
    ):
        assert said in words
    (ended,) = events(town, "DepositEnded")[-1:]
    assert f"Eintrag {ended['seq']}" in words
    for secret in (slip.code, slip.number, "1990"):
        assert secret not in words
    refused = browser.get("/nachweis.pdf?order=PA-2026-9999")
    assert "Dazu gibt es keine Übergabe" in refused.text
    notice = browser.get("/aushang.pdf")
    assert "Out of order" in reader(notice.content).pages[0].extract_text()


async def test_the_number_on_the_slip_opens_as_well_and_its_factor_is_its_own(
    office: OfficeTown, sabine: Browser
) -> None:
    slip = typed(sabine, "PA-2026-1002", birth_date=BORN)
    async with hall(office.town) as people:
        await loaded(people, "PA-2026-1002")
        assert await people.type_number(slip.number) == ""
        await people.until_kiosk("birth")
        await enter(people, "19901230")
        await people.until_kiosk("birth_wrong")
        await enter(people, "19901231")
        await go_on(people)
        await finish(people)
        await people.until_kiosk("done", "start")


async def test_a_new_code_ends_the_old_one_at_once(office: OfficeTown, sabine: Browser) -> None:
    old = typed(sabine, "PA-2026-1003", birth_date=BORN)
    path = path_of(sabine, "PA-2026-1003")
    refused = sabine.submit(path, f"{path}/reissue")
    assert refused.status_code == 422
    assert "Das Geburtsdatum fehlt" in refused.text
    assert "Dieses Geburtsdatum gibt es nicht" in sabine.submit(path, f"{path}/reissue", birth_date="31.13.1990").text
    async with hall(office.town) as people:
        await loaded(people, "PA-2026-1003")
        new = Slip(sabine.submit(path, f"{path}/reissue", birth_date=BORN))
        assert new.code != old.code
        assert new.number != old.number
        assert await people.scanner.show(old.code) == "code_unknown"
        assert await people.type_number(old.number) == "code_unknown"
        await people.page.call(api.Dismiss((await people.kiosk()).revision))
        assert await people.scanner.show(new.code) == ""
        await people.until_kiosk("birth")
        view = await people.kiosk()
        await people.page.call(api.Cancel(view.session, view.revision))
        await people.until_kiosk("ended", "start")
        # The same after a restart: the old one stays over.
        office.town.stop_controller()
        office.town.start_controller()
    async with hall(office.town) as people:
        assert await people.scanner.show(old.code) == "code_unknown"


async def test_a_hold_stands_at_the_box_and_says_why(office: OfficeTown, sabine: Browser) -> None:
    sabine.log_in("sabine")
    slip = typed(sabine, "PA-2026-1004", birth_date=BORN)
    path = path_of(sabine, "PA-2026-1004")
    assert "Bitte einen Grund angeben" in sabine.submit(path, f"{path}/hold", reason=" ").text
    answer = sabine.submit(path, f"{path}/hold", reason="Foto passt nicht")
    assert answer.headers["location"] == f"{path}?said=held"
    shown = sabine.get(answer.headers["location"]).text
    assert "Wirksam: ja" in shown
    assert "Foto passt nicht" in shown
    async with hall(office.town) as people:
        await people.log_in(LENA)
        assert await people.scanner.show("PA-2026-1004", "code_128") == "load_held"
        await people.log_out()
        sabine.submit(path, f"{path}/release", reason="geklärt")
        await loaded(people, "PA-2026-1004")
        sabine.submit(path, f"{path}/hold", reason="noch einmal")
        assert await people.scanner.show(slip.code) == "counter"
    assert [event["data"]["by"] for event in events(office.town, "DepositHoldChanged")] == ["sabine"] * 3


async def test_a_proxy_collects_with_code_and_pin_once(office: OfficeTown, sabine: Browser) -> None:
    holder = typed(sabine, "PA-2026-1005", birth_date=BORN)
    path = path_of(sabine, "PA-2026-1005")
    assert "Bitte erst prüfen" in sabine.submit(path, f"{path}/proxy").text
    first = Slip(sabine.submit(path, f"{path}/proxy", checked="yes"))
    assert "Vollmacht-Schein" in first.words
    assert "PA-2026" not in first.words
    assert first.code != holder.code
    assert "1 Vollmacht" in sabine.get(path).text
    sabine.submit(path, f"{path}/revoke-proxies")
    proxy = Slip(sabine.submit(path, f"{path}/proxy", checked="yes"))
    async with hall(office.town) as people:
        await loaded(people, "PA-2026-1005")
        assert await people.scanner.show(first.code) == "counter"
        await people.page.call(api.Dismiss((await people.kiosk()).revision))
        assert await people.scanner.show(proxy.code) == ""
        await people.until_kiosk("proxy")
        await enter(people, proxy.pin)
        await go_on(people)
        await finish(people)
        await people.until_kiosk("done", "start")
        assert await people.scanner.show(proxy.code) == "collected"
    (issued,) = [e for e in events(office.town, "RightPrepared") if e["data"]["proxy"] == "yes"][-1:]
    assert issued["data"]["checked_by"] == "sabine"


async def test_a_task_waits_at_the_box_until_it_is_done_there(office: OfficeTown, sabine: Browser) -> None:
    typed(sabine, "PA-2026-1006", birth_date=BORN)
    path = path_of(sabine, "PA-2026-1006")
    assert "liegt nicht in der Abholstation" in sabine.submit("/import", f"{path}/counter").text
    async with hall(office.town) as people:
        label = await loaded(people, "PA-2026-1006")
        before = authorised(office.town)
        assert sabine.submit(path, f"{path}/counter", reason="steht am Schalter").status_code == 303
        assert "steht schon an der Abholstation" in sabine.submit(path, f"{path}/counter").text
        assert "steht am Schalter" in sabine.get("/live").text
        assert authorised(office.town) == before
        await people.log_in(LENA)
        (task,) = [task for task in (await people.staff()).tasks if task.orders == ("PA-2026-1006",)]
        assert (task.kind, task.purpose, task.compartment, task.by) == ("counter", "handover", label, "sabine")
        await people.look_into(label, [LENA], task.purpose)
        await people.report("empty", "handed_over_at_counter")
        await people.until_staff(lambda view: not view.tasks, "no task is left")
        await people.log_out()
    assert [event["data"]["by"] for event in events(office.town, "TaskDone")] == ["lena"]
    assert "Nichts gefunden" in sabine.get("/search?query=PA-2026-1006").text


def test_a_task_for_a_compartment_is_dropped_again(office: OfficeTown, sabine: Browser) -> None:
    assert "Dieses Fach gibt es nicht" in sabine.submit("/", "/tasks/queue", kind="stocktake", compartment="Z9").text
    assert "nicht in Klärung" in sabine.submit("/", "/tasks/queue", kind="clarification", compartment="A12").text
    assert sabine.submit("/", "/tasks/queue", kind="stocktake", compartment=" a12 ").status_code == 303
    task = re.search(r'name="task" value="(T\d+)"', sabine.get("/").text)
    assert task is not None
    assert sabine.submit("/", "/tasks/drop", task=task[1]).status_code == 303
    assert "Nichts zu tun" in sabine.get("/live").text


async def test_the_period_is_extended_to_the_end_of_a_day(office: OfficeTown, sabine: Browser) -> None:
    today = datetime.now(UTC).date()
    later = today + timedelta(days=90)
    typed(sabine, "PA-2026-1007", birth_date=BORN)
    path = path_of(sabine, "PA-2026-1007")
    assert "liegt nicht in der Abholstation" in sabine.submit("/import", f"{path}/extend", until=str(later)).text
    async with hall(office.town) as people:
        await loaded(people, "PA-2026-1007")
    assert re.search(r'name="until" type="date" value="\d{4}-\d\d-\d\d"', sabine.get(path).text)
    assert "nach dem alten liegen" in sabine.submit(path, f"{path}/extend", until=str(today - timedelta(days=1))).text
    assert (
        "Dieses Datum geht nicht" in sabine.submit(path, f"{path}/extend", until=str(today + timedelta(days=800))).text
    )
    assert "Dieses Datum geht nicht" in sabine.submit(path, f"{path}/extend", until="morgen").text
    answer = sabine.submit(path, f"{path}/extend", until=str(later))
    assert answer.headers["location"] == f"{path}?said=extended"
    assert f"abholbar bis <strong>{later:%d.%m.%Y}</strong>" in sabine.get(path).text
    assert "PA-2026-1007" not in sabine.get("/expiring?days=28").text


async def test_a_call_for_help_is_acknowledged_from_the_office(office: OfficeTown, sabine: Browser) -> None:
    async with page(office.town) as client:
        view = await client.call(api.GetKiosk())
        await client.call(api.CallHelp(view.revision))
        live = sabine.get("/live").text
        assert "Hilferuf von der Station" in live
        call = re.search(r'name="call" value="([^"]+)"', live)
        assert call is not None
        assert sabine.submit("/", "/help/acknowledge", call=call[1]).status_code == 303
        assert (await client.call(api.GetKiosk())).help == "acknowledged"
        assert "sabine kommt" in sabine.get("/live").text
        assert sabine.submit("/", "/help/end", call=call[1]).status_code == 303
        assert "Hilferuf von der Station" not in sabine.get("/live").text


async def test_an_outage_is_reported_and_ended(office: OfficeTown, sabine: Browser) -> None:
    sabine.submit("/outage", "/outage/report", reason="defective")
    async with hall(office.town) as people:
        await people.until_kiosk(
            "out_of_order", within_s=30
        )  # what was said to somebody before may stand a moment longer
        assert "Gemeldet: Die Box ist defekt, von sabine" in sabine.get("/outage").text
        with office.browser() as lena:
            lena.log_in("lena")
            assert "Dafür fehlt die Berechtigung" in lena.submit("/outage", "/outage/end").text
        sabine.submit("/outage", "/outage/end")
        await until(lambda: events(office.town, "OutageEnded"), "the outage is over")
        await people.until_kiosk("start")


async def test_a_file_is_looked_at_first_and_taken_over_once(office: OfficeTown, sabine: Browser) -> None:
    typed(sabine, "PA-2026-2001", birth_date=BORN)
    file = (
        "Vorgang;Dokumentart;Sprache;Größe;Niedrig;Geburtsdatum;PIN\r\n"
        "PA-2026-2001;Reisepass;tr;L;ja;;\r\n"
        "PA-2026-2002;Reisepass;ar;M;nein;01.02.1980;\r\n"
        "PA-2026-2003;Reisepass;de;S;;;\r\n"
        "PA-2026-2004;Mondpass;de;S;;;\r\n"
        "PA-2026-2002;Reisepass;ar;M;nein;01.02.1980;\r\n"
    ).encode("cp1252")
    before = len(events(office.town))
    shown = sabine.upload("/import/preview", {"form": sabine.form("/import")}, file).text
    assert "2 neu, 1 geändert, 2 Fehler" in shown
    assert "Zeile 5: Diese Dokumentart kennt die Box nicht" in shown
    assert "Zeile 6: Der Vorgang steht zweimal in der Datei" in shown
    assert "1 Abholschein wird gedruckt" in shown
    assert "01.02.1980" not in shown
    assert len(events(office.town)) == before, "a preview changes nothing"
    preview = re.search(r'name="preview" value="([^"]+)"', shown)
    assert preview is not None
    answer = sabine.submit("/import", "/import/apply", preview=preview[1])
    slip = Slip(answer, page=1)
    pdf = reader(answer.content)
    assert len(pdf.pages) == 2
    assert "2 neu, 1 geändert" in pdf.pages[0].extract_text()
    assert "PA-2026-2002" in slip.words
    again = sabine.submit("/import", "/import/apply", preview=preview[1])
    assert "Schon übernommen oder abgelaufen" in again.text
    changed = sabine.get(path_of(sabine, "PA-2026-2001")).text
    assert "Größe L, niedriges Fach" in changed
    async with hall(office.town) as people:
        await loaded(people, "PA-2026-2002")
        assert await people.scanner.show(slip.code) == ""
        await people.until_kiosk("birth")
        await enter(people, "19800201")
        await go_on(people)
        await finish(people)
        await people.until_kiosk("done", "start")
    stored = b"".join(path.read_bytes() for path in office.town.data.iterdir() if path.is_file())
    for secret in (b"01.02.1980", b"19800201", slip.code.encode(), slip.number.encode()):
        assert secret not in stored


async def test_a_family_has_one_slip_one_compartment_and_one_opening(office: OfficeTown, sabine: Browser) -> None:
    file = (
        "Vorgang;Dokumentart;Sprache;Größe;Geburtsdatum;Gruppe\r\n"
        "PA-2026-2101;Reisepass;de;S;01.02.1980;Weber\r\n"
        "PA-2026-2102;Reisepass;de;S;;Weber\r\n"
    ).encode()
    shown = sabine.upload("/import/preview", {"form": sabine.form("/import")}, file).text
    assert "2 neu, 0 geändert, 0 Fehler" in shown
    assert "1 Abholschein wird gedruckt. Die Scheine" in shown
    preview = re.search(r'name="preview" value="([^"]+)"', shown)
    assert preview is not None
    slip = Slip(sabine.submit("/import", "/import/apply", preview=preview[1]), page=1)
    assert "PA-2026-2101 · PA-2026-2102" in slip.words
    assert "Weber" not in slip.words
    async with hall(office.town) as people:
        label = await loaded(people, "PA-2026-2101")
        assert await people.scanner.show(slip.code) == "not_yet"
        await people.page.call(api.Dismiss((await people.kiosk()).revision))
        await people.log_in(LENA)
        assert await people.scanner.show("PA-2026-2102", "code_128") == ""
        view = await people.until_staff(lambda view: view.page == "show_badge", "its group's compartment")
        assert (view.compartment, view.reason) == (label, "group")
        assert await people.scanner.show(LENA.text) == ""
        await people.until_staff(lambda view: view.page == "load_open", "it opens again")
        await people.open_door(label)
        await people.plant.put(label, "PA-2026-2102")
        await people.plant.close_door(label)
        await people.until_staff(lambda view: view.page == "load_ready", "booked")
        await people.log_out()
        assert await people.scanner.show(slip.code) == ""
        await people.until_kiosk("birth")
        await enter(people, "19800201")
        await go_on(people)
        await finish(people)
        await people.until_kiosk("done", "start")
    assert "Nichts gefunden" in sabine.get("/search?query=PA-2026-210").text, "one opening collected both"


def test_what_is_typed_wrongly_is_said(sabine: Browser) -> None:
    def said(**fields: str) -> str:
        answer = sabine.submit("/orders/new", "/orders/new", **{"document_type": "Reisepass", **fields})
        assert answer.status_code in (303, 422)
        return answer.text or answer.headers["location"]

    assert "So kann ein Vorgang nicht heißen" in said(order="a b")
    assert "So kann ein Vorgang nicht heißen" in said(order="ABHOLFACH-1")
    assert "Diese Dokumentart kennt die Box nicht" in said(order="PA-9", document_type="Mondpass")
    assert "Dieses Geburtsdatum gibt es nicht" in said(order="PA-91", birth_date="gestern")
    assert "Die Größe muss" in said(order="PA-91", size="XXL", birth_date=BORN)
    assert "Diese Sprache gibt es nicht" in said(order="PA-91", language="tlh", birth_date=BORN)
    assert "added_without_code" in sabine.submit(
        "/orders/new", "/orders/new", order="PA-91", document_type="Reisepass"
    ).headers.get("location", "")
    assert "Diesen Vorgang gibt es schon" in said(order="PA-91", birth_date=BORN)
    assert "gestern" not in said(order="PA-92", birth_date="gestern")


def test_the_emergency_list_is_paper(sabine: Browser) -> None:
    answer = sabine.get("/notfallliste.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert "Notfallliste" in reader(answer.content).pages[0].extract_text()


def test_who_has_the_wrong_role_is_told(office: OfficeTown) -> None:
    with office.browser() as rita:
        rita.log_in("rita")
        overview = rita.get("/").text
        assert "Vorgang erfassen" not in overview
        assert "Ergebnisse" in overview
        answer = rita.submit("/", "/orders/new", order="PA-77", document_type="Reisepass")
        assert answer.status_code == 422
        assert "Dafür fehlt die Berechtigung" in answer.text


def test_where_there_is_a_central_system_orders_are_its_own() -> None:
    with office_town(broker_port=9) as office, office.browser() as browser:
        browser.log_in("sabine")
        assert "Vorgang erfassen" not in browser.get("/").text
        for path, fields in (
            ("/orders/new", {"order": "PA-1", "document_type": "Reisepass"}),
            ("/order/d-1/reissue", {"birth_date": BORN}),
            ("/order/d-1/proxy", {"checked": "yes"}),
            ("/order/d-1/cancel", {}),
        ):
            answer = browser.submit("/", path, **fields)
            assert answer.status_code == 422, path
            assert "gehört dem zentralen System" in answer.text or "gibt es hier nicht mehr" in answer.text
        assert SABINE.staff in str(events(office.town, "OfficeLoggedIn"))
