"""Coming and going."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from controller import api
from kiosk_ui.office import cookies, words
from kiosk_ui.office.desk import Desk, NotHere, Refused, said_of
from kiosk_ui.office.fields import FieldsWrong, read_fields


def router(desk: Desk) -> APIRouter:
    routes = APIRouter()

    def show(request: Request, reason: str = "", status: int = 200, **details: str | int) -> Response:
        visitor = cookies.token_of(request, cookies.VISITOR) or cookies.fresh_visitor()
        notice = words.notice(reason, **details) if reason in words.NOTICES else None
        html = desk.frame("login", None, said=notice, login_token=cookies.form_token(visitor))
        response = HTMLResponse(html, status)
        cookies.give(response, cookies.VISITOR, visitor)
        return response

    @routes.get("/login")
    async def page(request: Request) -> Response:
        return show(request, said_of(request))

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        visitor = cookies.token_of(request, cookies.VISITOR)
        try:
            fields = await read_fields(request)
        except FieldsWrong:
            return show(request, "form", 422)
        if not cookies.is_our_form(visitor, fields["form"]):
            return show(request, "form", 422)
        try:
            begun = await desk.call(api.OfficeLogin(fields["staff"].strip().lower(), fields["password"]))
        except Refused as refused:
            return show(request, refused.reason, 422, **refused.details)
        response = desk.done("/")
        cookies.give(response, cookies.SESSION, begun.token)
        cookies.take(response, cookies.VISITOR)
        return response

    @routes.post("/logout")
    async def log_out(request: Request) -> Response:
        token = cookies.token_of(request)
        try:
            fields = await read_fields(request)
        except FieldsWrong:
            return desk.done("/")
        if not cookies.is_our_form(token, fields["form"]):
            return desk.done("/")
        try:
            await desk.call(api.OfficeLogout(token))
        except (Refused, NotHere):
            pass  # the session is over already, or ends by itself; the cookie goes in any case
        return desk.to_login()

    return routes
