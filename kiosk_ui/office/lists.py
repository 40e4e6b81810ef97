"""Lists: what runs out, what lies where, what became of what."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller import api
from kiosk_ui.office.desk import LONG_ANSWER_S, Desk, Refused, Visit
from kiosk_ui.office.printing import pdf_response
from kiosk_ui.office.results_file import results_file
from kiosk_ui.paper import sheet
from kiosk_ui.paper.door_notice import sayings

OUTLOOKS = (3, 7, 14, 28)


def days_of(text: str) -> int:
    """How far ahead is looked, as an address has it; a week where it says nothing that is offered."""
    return next((days for days in OUTLOOKS if text == str(days)), 7)


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    async def refused_page(visit: Visit, refused: Refused) -> Response:
        return desk.page("overview", visit, refused=refused)

    @routes.get("/expiring")
    async def expiring(request: Request) -> Response:
        visit = await desk.visit(request)
        days = days_of(request.query_params.get("days", ""))
        try:
            found = await desk.call(api.ListExpiring(visit.token, days))
        except Refused as refused:
            return await refused_page(visit, refused)
        return desk.page("expiring", visit, found=found, days=days, outlooks=OUTLOOKS)

    @routes.get("/inside")
    async def inside(request: Request) -> Response:
        visit = await desk.visit(request)
        try:
            found = await desk.call(api.ListInside(visit.token))
        except Refused as refused:
            return await refused_page(visit, refused)
        return desk.page("inside", visit, found=found)

    @routes.get("/notfallliste.pdf")
    async def inside_paper(request: Request) -> Response:
        """On paper, for the day on which no screen works."""
        visit = await desk.visit(request)
        try:
            found = await desk.call(api.ListInside(visit.token))
            html = desk.frame("inside_paper", visit, said=None, found=found, base=sheet())
            return await pdf_response(html, "notfallliste.pdf")
        except Refused as refused:
            return await refused_page(visit, refused)

    @routes.get("/nachweis.pdf")
    async def proof_paper(request: Request) -> Response:
        """How one envelope was handed over, for the case file."""
        visit = await desk.visit(request)
        order = request.query_params.get("order", "")[:64].strip().upper()
        try:
            proof = await desk.call(api.GetProof(visit.token, order), within_s=LONG_ANSWER_S)
            html = desk.frame("proof_paper", visit, said=None, proof=proof, base=sheet())
            return await pdf_response(html, "nachweis.pdf")
        except Refused as refused:
            return desk.page("search", visit, refused=refused, query=order, found=None)

    @routes.get("/aushang.pdf")
    async def notice_paper(request: Request) -> Response:
        """What hangs on the box while it is out of order: no order, no person, nothing to ask the controller for."""
        visit = await desk.visit(request)
        try:
            html = desk.frame("notice_paper", visit, said=None, office=desk.office, base=sheet(), sayings=sayings())
            return await pdf_response(html, "aushang.pdf")
        except Refused as refused:
            return await refused_page(visit, refused)

    @routes.get("/results")
    async def results(request: Request) -> Response:
        visit = await desk.visit(request)
        if not visit.may(api.ListResults):
            return await refused_page(visit, Refused("role_missing"))
        return desk.page("results", visit)

    @routes.get("/ergebnisse.csv")
    async def results_csv(request: Request) -> Response:
        visit = await desk.visit(request)
        rows: list[api.ResultRow] = []
        after = 0
        try:
            while True:
                page = await desk.call(api.ListResults(visit.token, after), within_s=LONG_ANSWER_S)
                rows += page.rows
                after = page.next_seq
                if not after:
                    break
        except Refused as refused:
            return await refused_page(visit, refused)
        return Response(
            results_file(rows, visit.view.zone),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="ergebnisse.csv"'},
        )

    return routes
