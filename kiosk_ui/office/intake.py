"""Standalone: orders typed one by one, and from a file."""

from __future__ import annotations

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from controller import api
from kiosk_ui.languages import NATIVE_NAMES
from kiosk_ui.office import cookies
from kiosk_ui.office.desk import LONG_ANSWER_S, Desk, Refused, Visit, said_of
from kiosk_ui.office.fields import Fields, FieldsWrong, read_file
from kiosk_ui.office.orders_file import FileUnusable, read_orders
from kiosk_ui.office.printing import slips_response

SIZES = ("S", "M", "L")


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    def new_page(visit: Visit, said: str = "", refused: Refused | None = None) -> Response:
        names = {tag: NATIVE_NAMES.get(tag, tag) for tag in visit.view.languages}
        return desk.page("new", visit, said=said, refused=refused, names=names, sizes=SIZES)

    async def new_again(visit: Visit, refused: Refused) -> Response:
        return new_page(visit, refused=refused)

    async def import_again(visit: Visit, refused: Refused) -> Response:
        return desk.page("import", visit, refused=refused, preview=None)

    @routes.get("/orders/new")
    async def new(request: Request) -> Response:
        return new_page(await desk.visit(request), said_of(request))

    @routes.post("/orders/new")
    async def add(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            row = api.OrderRow(
                line=0,
                order=fields["order"].strip().upper(),
                document_type=fields["document_type"],
                language=fields["language"] or "de",
                size=fields["size"] or "M",
                low=fields["low"] == "yes",
                birth_date=fields["birth_date"],
                pin=fields["pin"],
                surname=fields["surname"],
                given_names=fields["given_names"],
            )
            slip = await desk.call(api.AddOrder(visit.token, row))
            if not slip.code:
                return desk.done("/orders/new", "added_without_code")
            return await slips_response((slip,), desk.office, visit.view.zone)

        return await desk.act(request, new_again, work)

    @routes.get("/import")
    async def import_page(request: Request) -> Response:
        return desk.page("import", await desk.visit(request), said=said_of(request), preview=None)

    @routes.post("/import/preview")
    async def preview(request: Request) -> Response:
        visit = await desk.visit(request)
        try:
            fields, content = await read_file(request, "file")
            if not cookies.is_our_form(visit.token, fields["form"]):
                raise Refused("form")
            if not content:
                raise Refused("file_missing")
            file = read_orders(content)
            seen = await desk.call(api.PreviewImport(visit.token, file.rows), within_s=LONG_ANSWER_S)
        except FieldsWrong:
            return await import_again(visit, Refused("form"))
        except FileUnusable as unusable:
            return await import_again(visit, Refused(unusable.code))
        except Refused as refused:
            return await import_again(visit, refused)
        problems = sorted((*file.problems, *((each.line, each.code) for each in seen.problems)))
        return desk.page("import", visit, preview=seen, problems=problems)

    @routes.post("/import/apply")
    async def apply(request: Request) -> Response:
        """The answer is the paper: a page that says what was taken over, and a slip for each new code."""

        async def work(visit: Visit, fields: Fields) -> Response:
            done = await desk.call(api.ApplyImport(visit.token, fields["preview"]), within_s=LONG_ANSWER_S)
            cover = Markup(desk.frame("import_cover", visit, said=None, done=done))  # noqa: S704 - a template of ours
            return await slips_response(done.slips, desk.office, visit.view.zone, cover)

        return await desk.act(request, import_again, work)

    return routes
