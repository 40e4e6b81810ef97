"""The overview: the front, the counts, who calls for help, what is to be done at the box; and reporting it broken."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from controller import api
from kiosk_ui.office.desk import Desk, Refused, Visit, said_of
from kiosk_ui.office.fields import Fields


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    async def again(visit: Visit, refused: Refused) -> Response:
        return desk.page("overview", visit, refused=refused)

    async def outage_again(visit: Visit, refused: Refused) -> Response:
        return desk.page("outage", visit, refused=refused)

    @routes.get("/")
    async def page(request: Request) -> Response:
        return desk.page("overview", await desk.visit(request), said=said_of(request))

    @routes.get("/live")
    async def live(request: Request) -> Response:
        """What changes by itself on the overview. Asking for it does not keep the session alive."""
        visit = await desk.visit(request, idle=True)
        return HTMLResponse(desk.frame("live", visit, said=None))

    @routes.post("/tasks/queue")
    async def queue(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(
                api.QueueTask(visit.token, fields["kind"], "", fields["compartment"].strip().upper(), fields["reason"])
            )
            return desk.done("/", "queued")

        return await desk.act(request, again, work)

    @routes.post("/tasks/drop")
    async def drop(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.DropTask(visit.token, fields["task"]))
            return desk.done("/", "task_dropped")

        return await desk.act(request, again, work)

    @routes.post("/help/acknowledge")
    async def acknowledge(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.OfficeAcknowledgeHelp(visit.token, fields["call"]))
            return desk.done("/", "coming")

        return await desk.act(request, again, work)

    @routes.post("/help/end")
    async def end_help(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.OfficeEndHelp(visit.token, fields["call"]))
            return desk.done("/", "help_ended")

        return await desk.act(request, again, work)

    @routes.get("/outage")
    async def outage(request: Request) -> Response:
        return desk.page("outage", await desk.visit(request), said=said_of(request))

    @routes.post("/outage/report")
    async def report(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.OfficeReportOutage(visit.token, fields["reason"]))
            return desk.done("/outage", "outage_reported")

        return await desk.act(request, outage_again, work)

    @routes.post("/outage/end")
    async def end(request: Request) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.OfficeEndOutage(visit.token))
            return desk.done("/outage", "outage_ended")

        return await desk.act(request, outage_again, work)

    return routes
