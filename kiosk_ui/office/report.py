"""The monthly report in the office: the page, its files, and the figures that people type."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller import api
from kiosk_ui.office.desk import Desk, Refused, Visit, said_of
from kiosk_ui.office.fields import Fields
from kiosk_ui.office.printing import pdf_response
from kiosk_ui.report import facts_of, numbers
from kiosk_ui.report.csv_file import csv_of
from kiosk_ui.report.pages import AGAIN_S, LATEST, plots_of

BASE = "/report"
LONGEST_NUMBER = 7


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    async def refused_page(visit: Visit, refused: Refused) -> Response:
        return desk.page("overview", visit, refused=refused)

    async def view_of(visit: Visit, month: str) -> api.ReportView:
        return await desk.call(api.GetReport(visit.token, "" if month == LATEST else month))

    async def show(visit: Visit, month: str, said: str = "", refused: Refused | None = None) -> Response:
        try:
            view = await view_of(visit, month)
        except Refused as none:
            return await refused_page(visit, none)
        if view.month is None:
            response = desk.page("report", visit, working=max(1, view.percent))
            response.headers["refresh"] = AGAIN_S
            return response
        return desk.page(
            "report",
            visit,
            said=said,
            refused=refused,
            working=0,
            facts=facts_of(view),
            plots=plots_of(view),
            months=[(name, numbers.month_name(name)) for name in view.months],
            may_note=view.may_note,
            base=BASE,
            home="",
        )

    async def ready(visit: Visit, month: str) -> api.ReportView:
        """Raises `Refused` while the log is still being read."""
        view = await view_of(visit, month)
        if view.month is None:
            raise Refused("report_working")
        return view

    @routes.get(BASE)
    async def latest(request: Request) -> Response:
        return await show(await desk.visit(request), LATEST)

    @routes.get(BASE + "/{month}")
    async def page(month: str, request: Request) -> Response:
        return await show(await desk.visit(request), month, said_of(request))

    @routes.get(BASE + "/{month}/bericht.csv")
    async def spreadsheet(month: str, request: Request) -> Response:
        visit = await desk.visit(request)
        try:
            view = await ready(visit, month)
        except Refused as refused:
            return await refused_page(visit, refused)
        name = f"abholstation-bericht-{month}.csv"
        return Response(
            csv_of(facts_of(view)).encode("utf-8"),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @routes.get(BASE + "/{month}/bericht.pdf")
    async def paper(month: str, request: Request) -> Response:
        visit = await desk.visit(request)
        try:
            return await pdf_response(desk.report_paper(await ready(visit, month)), f"abholstation-bericht-{month}.pdf")
        except Refused as refused:
            return await refused_page(visit, refused)

    @routes.post(BASE + "/{month}/{figure}")
    async def note(month: str, figure: str, request: Request) -> Response:
        async def again(visit: Visit, refused: Refused) -> Response:
            return await show(visit, month, refused=refused)

        async def work(visit: Visit, fields: Fields) -> Response:
            text = fields["number"]
            if figure not in ("issued", "cost") or not (
                text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
            ):
                raise Refused("number_wrong")
            if figure == "issued":
                await desk.call(api.NoteIssued(visit.token, month, int(text)))
            else:
                await desk.call(api.NoteCost(visit.token, month, int(text) * 100))
            return desk.done(f"{BASE}/{month}", "noted")

        return await desk.act(request, again, work)

    return routes
