"""The staff page at the box: log in, load, settle what is in doubt. German only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from controller import api
from kiosk_ui import staff_words
from kiosk_ui.answers import Actions, act, answer
from kiosk_ui.forms import AnswerForm, Form, FormError, OpeningForm, PinForm, ReportForm
from kiosk_ui.front_plan import STATES, staff_plan
from kiosk_ui.languages import Language
from kiosk_ui.link import Link

PAGES = frozenset({"badge", "pin", "load_ready", "load_open", "show_badge", "open", "report", "busy", "out_of_order"})


def _login(form: PinForm) -> api.StaffLogin:
    if not (form.pin.isascii() and form.pin.isdigit() and 4 <= len(form.pin) <= 12):
        raise FormError("pin")
    return api.StaffLogin(form.pin)


ACTIONS: Actions = {
    "login": (PinForm, _login),
    "logout": (Form, lambda f: api.StaffLogout(f.session)),
    "obstructed": (Form, lambda f: api.StaffObstructed(f.session)),
    "answer_loading": (AnswerForm, lambda f: api.StaffAnswerLoading(f.session, f.deposit, f.answer)),
    "request_opening": (
        OpeningForm,
        lambda f: api.StaffRequestOpening(f.session, f.compartment, f.purpose, f.reason),
    ),
    "drop_request": (Form, lambda f: api.StaffDropRequest(f.session)),
    "report": (ReportForm, lambda f: api.StaffReport(f.session, f.contents, f.deposit_end)),
}


class StaffPages:
    """Writes the staff page. For one event loop."""

    def __init__(self, link: Link, german: Language) -> None:
        self._link = link
        self._environment = german.environment

    async def fragment(self, reason: str, details: Mapping[str, str | int]) -> tuple[str, bool]:
        """The fragment, and whether the controller is away. ``reason`` is why the last post was refused."""
        try:
            view = await self._link.call(api.GetStaff())
            tag = self._link.tag(view.revision)
        except (api.Disconnected, api.ControlError):
            view = api.StaffView(revision=0, page="out_of_order")
            tag = self._link.away_tag()
        return self.render(view, tag, reason, details), self._link.away

    def render(self, view: api.StaffView, tag: str, reason: str, details: Mapping[str, str | int]) -> str:
        notice = None
        if reason:
            notice = staff_words.notice(reason, **details)
        elif view.notice is not None:
            seen = view.notice
            notice = staff_words.notice(seen.code, compartment=seen.compartment, tries_left=seen.tries_left)
        known = {doubtful.label: bool(doubtful.orders) for doubtful in view.doubtful}
        context: dict[str, Any] = {
            "view": view,
            "page": view.page if view.page in PAGES else "out_of_order",
            "tag": tag,
            "notice": notice,
            "refused": bool(reason),
            "plan": "",
            "states": STATES,
            "words": staff_words,
            "returned": (),
            "asks_for_envelope": known.get(view.compartment, True),
        }
        return self._environment.get_template("staff_page.html").render(context)

    async def shell(self, home: str) -> tuple[str, bool]:
        fragment, away = await self.fragment("", {})
        html = self._environment.get_template("office_shell.html").render(
            fragment=fragment, base="/staff", title="Team", home=home
        )
        return html, away


def router(link: Link, pages: StaffPages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/staff")
    async def shell(request: Request) -> HTMLResponse:
        # The box's own screen comes here for the staff and goes back to the residents' page afterwards.
        html, away = await pages.shell("/" if request.query_params.get("at") == "box" else "")
        return HTMLResponse(html, 503 if away else 200)

    @routes.get("/staff/fragment")
    async def fragment() -> HTMLResponse:
        return await answer(pages.fragment)

    @routes.post("/staff/{action}")
    async def post(action: str, request: Request) -> HTMLResponse:
        return await act(link, ACTIONS, action, request, pages.fragment)

    return routes
