"""One order: find it, see how it stands, and what the counter does with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from controller import api
from kiosk_ui.office.desk import Desk, Refused, Visit, said_of
from kiosk_ui.office.fields import Fields
from kiosk_ui.office.printing import slips_response

#: What is done with an order, and what is said afterwards. Each opens nothing; what must be done at a door is queued.
Step = Callable[[Visit, str, Fields], api.Request[api.Nothing]]
STEPS: dict[str, tuple[Step, str]] = {
    "hold": (lambda visit, deposit, f: api.HoldOrder(visit.token, deposit, f["reason"]), "held"),
    "release": (lambda visit, deposit, f: api.ReleaseOrder(visit.token, deposit, f["reason"]), "released"),
    "extend": (lambda visit, deposit, f: api.ExtendPeriod(visit.token, deposit, f["until"]), "extended"),
    "counter": (lambda visit, deposit, f: api.QueueTask(visit.token, "counter", deposit, "", f["reason"]), "queued"),
    "recall": (lambda visit, deposit, f: api.QueueTask(visit.token, "recall", deposit, "", f["reason"]), "queued"),
    "revoke-proxies": (lambda visit, deposit, f: api.RevokeProxies(visit.token, deposit), "proxies_revoked"),
}
#: Steps that end in a slip.
CodeStep = Callable[[Visit, str, Fields], api.Request[api.SlipView]]
CODES: dict[str, CodeStep] = {
    "reissue": lambda visit, deposit, f: api.ReissueCode(
        visit.token, deposit, f["birth_date"], f["pin"], f["surname"], f["given_names"]
    ),
    "proxy": lambda visit, deposit, f: api.IssueProxy(visit.token, deposit, f["checked"] == "yes"),
}


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    async def show(visit: Visit, deposit: str, said: str = "", refused: Refused | None = None) -> Response:
        try:
            order = await desk.call(api.GetOrder(visit.token, deposit))
        except Refused as gone:
            return desk.page("search", visit, refused=refused or gone, query="", found=None)
        return desk.page("order", visit, said=said, refused=refused, order=order)

    def again(deposit: str) -> Callable[[Visit, Refused], Awaitable[Response]]:
        async def page(visit: Visit, refused: Refused) -> Response:
            return await show(visit, deposit, refused=refused)

        return page

    @routes.get("/search")
    async def search(request: Request) -> Response:
        visit = await desk.visit(request)
        query = request.query_params.get("query", "")[:64]
        if not query.strip():
            return desk.page("search", visit, query="", found=None)
        try:
            found = await desk.call(api.SearchOrders(visit.token, query))
        except Refused as refused:
            return desk.page("search", visit, refused=refused, query=query, found=None)
        if len(found.orders) == 1:
            return desk.done(f"/order/{found.orders[0].deposit}")
        return desk.page("search", visit, query=query, found=found)

    @routes.get("/order/{deposit}")
    async def order(request: Request, deposit: str) -> Response:
        return await show(await desk.visit(request), deposit, said=said_of(request))

    @routes.post("/order/{deposit}/cancel")
    async def cancel(request: Request, deposit: str) -> Response:
        async def work(visit: Visit, fields: Fields) -> Response:
            await desk.call(api.CancelOrder(visit.token, deposit))
            return desk.done("/", "cancelled")

        return await desk.act(request, again(deposit), work)

    @routes.post("/order/{deposit}/{step}")
    async def do(request: Request, deposit: str, step: str) -> Response:
        if step not in STEPS and step not in CODES:
            return HTMLResponse("no such page\n", 404)

        async def work(visit: Visit, fields: Fields) -> Response:
            if step in CODES:
                slip = await desk.call(CODES[step](visit, deposit, fields))
                return await slips_response((slip,), desk.office, visit.view.zone)
            ask, said = STEPS[step]
            await desk.call(ask(visit, deposit, fields))
            return desk.done(f"/order/{deposit}", said)

        return await desk.act(request, again(deposit), work)

    return routes
