"""The technician's page: how the box is, what is wrong, what to do about it. German only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from controller import api
from kiosk_ui import fault_words, staff_words
from kiosk_ui.answers import Actions, act, answer
from kiosk_ui.forms import CompartmentForm
from kiosk_ui.front_plan import STATES, columns_of, staff_plan
from kiosk_ui.languages import Language
from kiosk_ui.link import Link

ACTIONS: Actions = {"test": (CompartmentForm, lambda f: api.TestCompartment(f.session, f.compartment))}

LIGHTS = {
    "green": ("Grün", "Alles läuft."),
    "yellow": ("Gelb", "Die Box läuft, etwas braucht Aufmerksamkeit."),
    "red": ("Rot", "Die Box ist außer Betrieb oder jemand muss sofort hin."),
}
TEST_ROLES = frozenset({"technician", "supervisor"})


@dataclass(frozen=True, slots=True)
class Row:
    """A compartment in the table. ``blocked``: why it cannot be tested now, empty if it can."""

    compartment: api.CompartmentView
    state: str
    door: str
    reasons: tuple[str, ...]
    blocked: str


class TechnicianPages:
    """Writes the technician's page. For one event loop."""

    def __init__(self, link: Link, german: Language) -> None:
        self._link = link
        self._environment = german.environment

    async def fragment(self, reason: str, details: Mapping[str, str | int]) -> tuple[str, bool]:
        """The fragment, and whether the controller is away. ``reason`` is why the last post was refused."""
        try:
            view = await self._link.call(api.GetTechnician())
            staff = await self._link.call(api.GetStaff())
        except (api.Disconnected, api.ControlError):
            html = self._environment.get_template("technician_away.html").render(tag=self._link.away_tag())
            return html, self._link.away
        context: dict[str, Any] = {
            "view": view,
            "staff": staff,
            "tag": self._link.tag(view.revision),
            "light": LIGHTS.get(view.light, ("Unbekannt", view.light)),
            "notice": staff_words.notice(reason, **details) if reason else None,
            "faults": [(fault, fault_words.words(fault.code)) for fault in view.faults],
            "rows": [_row(compartment, view, staff) for column in columns_of(view.front) for compartment in column],
            "plan": staff_plan(view.front, "Front der Abholstation"),
            "states": STATES,
            "when": when,
        }
        return self._environment.get_template("technician_page.html").render(context), False

    async def shell(self) -> tuple[str, bool]:
        fragment, away = await self.fragment("", {})
        html = self._environment.get_template("office_shell.html").render(
            fragment=fragment, base="/technician", title="Technik", home=""
        )
        return html, away


def when(wall_ms: int) -> str:
    """A wall time for people at the box, in its time zone."""
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone():%d.%m.%Y %H:%M:%S}" if wall_ms else "–"


def _row(compartment: api.CompartmentView, view: api.TechnicianView, staff: api.StaffView) -> Row:
    return Row(
        compartment,
        STATES.get(compartment.state, ("", compartment.state))[1],
        {"open": "offen", "closed": "geschlossen"}.get(compartment.door, "nicht lesbar"),
        tuple(staff_words.reason(code) for code in compartment.reasons),
        _blocked(compartment, view, staff),
    )


def _blocked(compartment: api.CompartmentView, view: api.TechnicianView, staff: api.StaffView) -> str:
    """The controller decides again; this is what the page can say beforehand."""
    if view.out_of_order:
        return "Box außer Betrieb"
    if view.lease == "resident":
        return "gerade holt jemand ab"
    if not staff.session:
        return "erst am Gerät anmelden"
    if not TEST_ROLES & set(staff.roles):
        return "Rolle Technik oder Leitung nötig"
    if staff.page != "load_ready":
        return "erst die offene Aufgabe beenden"
    if compartment.state != "vacant":
        return "nicht leer"
    return "" if compartment.door == "closed" else "Tür nicht geschlossen"


def router(link: Link, pages: TechnicianPages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/technician")
    async def shell() -> HTMLResponse:
        html, away = await pages.shell()
        return HTMLResponse(html, 503 if away else 200)

    @routes.get("/technician/fragment")
    async def fragment() -> HTMLResponse:
        return await answer(pages.fragment)

    @routes.post("/technician/{action}")
    async def post(action: str, request: Request) -> HTMLResponse:
        return await act(link, ACTIONS, action, request, pages.fragment)

    return routes
