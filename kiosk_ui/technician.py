"""The technician's page: how the box is, what is wrong, what to do about it. German only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.requests import Request

from controller import api
from kiosk_ui import fault_words, technician_protocol
from kiosk_ui import technician_words as words
from kiosk_ui.answers import Actions, act, answer
from kiosk_ui.forms import CompartmentForm, Form, FormError, read_form
from kiosk_ui.front_plan import STATES
from kiosk_ui.languages import SOURCE_LANGUAGE, Language, available, reviewed
from kiosk_ui.link import Link
from kiosk_ui.paper import PaperError
from kiosk_ui.technician_log import ExportForm, exported, last_days, search_of
from kiosk_ui.technician_places import PLACES, doors_context, languages_context, trends_context, why_not
from kiosk_ui.technician_round import round_context

#: The box's own screen goes back to the residents after so many ms on a page without a session.
LEAVES_MS = 60_000


class MinutesForm(Form, frozen=True):
    minutes: str = ""

    def count(self) -> int:
        """Raises `FormError`."""
        if self.minutes not in ("0", "15", "30", "60"):
            raise FormError("minutes")
        return int(self.minutes)


class LevelForm(Form, frozen=True):
    level: str = ""


class LanguagesForm(Form, frozen=True):
    """``tags``: all that are to be offered, with commas."""

    tags: str = ""

    def offered(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.tags.split(",") if tag)


class DoorsForm(CompartmentForm, frozen=True):
    """``opened``: the doors that stand open, with commas; empty for none."""

    opened: str = ""

    def doors(self) -> tuple[str, ...]:
        return tuple(label for label in self.opened.split(",") if label)


class MapForm(Form, frozen=True):
    sha256: str = ""


ACTIONS: Actions = {
    "test": (CompartmentForm, lambda f: api.TestCompartment(f.session, f.compartment)),
    "lamp": (CompartmentForm, lambda f: api.LightLamp(f.session, f.compartment)),
    "self_test": (Form, lambda f: api.StartSelfTest(f.session)),
    "self_test_cancel": (Form, lambda f: api.CancelSelfTest(f.session)),
    "commission": (Form, lambda f: api.StartCommissioning(f.session)),
    "commission_go_on": (Form, lambda f: api.GoOnWithCommissioning(f.session)),
    "commission_pause": (Form, lambda f: api.PauseCommissioning(f.session)),
    "doors_open": (DoorsForm, lambda f: api.DoorsSeenOpen(f.session, f.compartment, f.doors())),
    "doors_closed": (CompartmentForm, lambda f: api.DoorsClosed(f.session, f.compartment)),
    "correct_map": (MapForm, lambda f: api.CorrectMap(f.session, f.sha256)),
    "keep_map": (Form, lambda f: api.KeepMap(f.session)),
    "verify": (Form, lambda f: api.VerifyChain(f.session)),
    "languages": (LanguagesForm, lambda f: api.OfferLanguages(f.session, f.offered())),
    "log_level": (LevelForm, lambda f: api.SetLogLevel(f.session, f.level)),
    "restart": (Form, lambda f: api.RestartController(f.session)),
    "back_at": (MinutesForm, lambda f: api.StaffBackAt(f.session, f.count())),
    "keep_active": (Form, lambda f: api.StaffKeepActive(f.session)),
    "logout": (Form, lambda f: api.StaffLogout(f.session)),
}


class TechnicianPages:
    """Writes the technician's page. For one event loop."""

    def __init__(self, link: Link, german: Language) -> None:
        self._link = link
        self._environment = german.environment
        self._reviewed = {tag: reviewed(tag) for tag in available()} | {SOURCE_LANGUAGE: True}

    async def fragment(self, reason: str, details: Mapping[str, str | int], look: str = "") -> tuple[str, bool]:
        """The fragment, and whether the controller is away. ``reason`` is why the last post was refused, ``look`` the
        place within the page.
        """
        try:
            view = await self._link.call(api.GetTechnician())
            staff = await self._link.call(api.GetStaff())
        except (api.Disconnected, api.ControlError):
            html = self._environment.get_template("technician_away.html").render(tag=self._link.away_tag())
            return html, self._link.away
        return self.render(view, staff, reason, details, look), False

    def render(
        self,
        view: api.TechnicianView,
        staff: api.StaffView,
        reason: str = "",
        details: Mapping[str, str | int] | None = None,
        look: str = "",
    ) -> str:
        name, _, rest = look.partition(":")
        place = name if name in PLACES else ""
        context: dict[str, Any] = {
            "view": view,
            "staff": staff,
            "tag": self._link.tag(view.revision),
            "look": look if place else "",
            "place": place,
            "places": PLACES,
            "leave": 0 if staff.session else LEAVES_MS,
            "light": words.LIGHTS.get(view.light, ("Unbekannt", view.light)),
            "notice": words.notice(reason, **(details or {})) if reason else None,
            "words": words,
            "states": STATES,
            "why_not": why_not(view, staff),
            "faults": [(fault, fault_words.words(fault.code)) for fault in view.faults],
            "halted": fault_words.out_of_order(view.out_of_order) if view.out_of_order else None,
        }
        if place == "doors":
            context |= doors_context(view, staff, rest)
        elif place == "commissioning":
            context |= round_context(view, rest)
        elif place == "trends":
            context |= trends_context(view)
        elif place == "service":
            context |= languages_context(view, self._reviewed)
        return self._environment.get_template("technician_page.html").render(context)

    async def shell(self, home: str, look: str) -> tuple[str, bool]:
        fragment, away = await self.fragment("", {}, look)
        html = self._environment.get_template("office_shell.html").render(
            fragment=fragment,
            base="/technician",
            title="Technik",
            home=home,
            look=look if look.partition(":")[0] in PLACES else "",
            area="technician",
            script=True,
        )
        return html, away

    async def log(self, query: dict[str, str]) -> tuple[str, int]:
        """The list of events that the page puts into its place, and the answer's status."""
        search = search_of(query)
        found, problem, labels, days = None, "", list[str](), list[tuple[str, str]]()
        try:
            staff = await self._link.call(api.GetStaff())
            view = await self._link.call(api.GetTechnician())
            labels = sorted(each.label for each in view.front)
            days = last_days(view.wall_ms, search.day)
            found = await self._link.call(api.GetEvents(staff.session, search.before, search.only()))
        except FormError as error:
            problem = error.reason
        except api.ControlError as error:
            problem = "login" if error.stale else error.reason
        except api.Disconnected:
            return "", 503
        html = self._environment.get_template("technician_events.html").render(
            search=search, found=found, problem=problem, words=words, labels=labels, days=days
        )
        return html, 200

    async def export(self, request: Request) -> Response:
        """A file to take away. What is refused is said in words: this is no fragment."""
        try:
            form = await read_form(request, ExportForm)
            first = await self._link.call(api.ExportEvents(form.session, 0, form.search().only()))
        except FormError:
            return PlainTextResponse("Die Suche ist nicht verstanden worden.\n", 422)
        except api.ControlError as error:
            return PlainTextResponse(f"Das geht gerade nicht: {error.reason}\n", 409 if error.stale else 422)
        except api.Disconnected:
            return PlainTextResponse("Die Steuerung antwortet nicht.\n", 503)
        kind = "application/jsonl" if form.form == "jsonl" else "text/csv; charset=utf-8"
        name = "ereignisse.jsonl" if form.form == "jsonl" else "ereignisse.csv"
        return StreamingResponse(exported(self._link, form, first), headers=_attachment(name), media_type=kind)

    async def protocol(self, request: Request) -> Response:
        """The last round before the front, on paper."""
        try:
            form = await read_form(request, Form)
            told = await self._link.call(api.GetCommissioning(form.session))
            made = await technician_protocol.pdf(told)
        except FormError:
            return PlainTextResponse("malformed\n", 422)
        except api.ControlError as error:
            return PlainTextResponse(f"Das geht gerade nicht: {error.reason}\n", 409 if error.stale else 422)
        except api.Disconnected:
            return PlainTextResponse("Die Steuerung antwortet nicht.\n", 503)
        except PaperError as error:
            return PlainTextResponse(f"Das Protokoll konnte nicht gedruckt werden: {error.code}\n", 500)
        headers = _attachment(technician_protocol.file_name(told))
        return Response(made, headers=headers, media_type="application/pdf")

    async def bundle(self, request: Request) -> Response:
        try:
            form = await read_form(request, Form)
            made = await self._link.call(api.MakeBundle(form.session))
        except FormError:
            return PlainTextResponse("malformed\n", 422)
        except api.ControlError as error:
            return PlainTextResponse(f"Das geht gerade nicht: {error.reason}\n", 409 if error.stale else 422)
        except api.Disconnected:
            return PlainTextResponse("Die Steuerung antwortet nicht.\n", 503)
        return Response(made.content, headers=_attachment(made.name), media_type="application/zip")


def _attachment(name: str) -> dict[str, str]:
    safe = "".join(character for character in name if character.isalnum() or character in "-_.")
    return {"content-disposition": f'attachment; filename="{safe}"'}


def router(link: Link, pages: TechnicianPages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/technician")
    async def shell(request: Request) -> HTMLResponse:
        home = "/" if request.query_params.get("at") == "box" else ""
        html, away = await pages.shell(home, _look(request))
        return HTMLResponse(html, 503 if away else 200)

    @routes.get("/technician/fragment")
    async def fragment(request: Request) -> HTMLResponse:
        look = _look(request)
        return await answer(lambda reason, details: pages.fragment(reason, details, look))

    @routes.get("/technician/log")
    async def log(request: Request) -> HTMLResponse:
        html, status = await pages.log(dict(request.query_params))
        return HTMLResponse(html, status)

    @routes.post("/technician/export")
    async def export(request: Request) -> Response:
        return await pages.export(request)

    @routes.post("/technician/protocol")
    async def protocol(request: Request) -> Response:
        return await pages.protocol(request)

    @routes.post("/technician/bundle")
    async def bundle(request: Request) -> Response:
        return await pages.bundle(request)

    @routes.post("/technician/{action}")
    async def post(action: str, request: Request) -> HTMLResponse:
        look = _look(request)
        return await act(link, ACTIONS, action, request, lambda reason, details: pages.fragment(reason, details, look))

    return routes


def _look(request: Request) -> str:
    return request.query_params.get("look", "")[:60]
