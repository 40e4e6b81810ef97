"""The report as a page, with its file and its paper to take along."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request
from starlette.routing import Route

from controller import api
from kiosk_ui.answers import Actions, act, answer
from kiosk_ui.events import EventStream
from kiosk_ui.forms import Form, FormError
from kiosk_ui.languages import Language
from kiosk_ui.link import Link
from kiosk_ui.paper import PaperError, render
from kiosk_ui.report import numbers, paper, plots
from kiosk_ui.report.csv_file import csv_of
from kiosk_ui.report.facts import facts_of
from kiosk_ui.staff_words import Notice

#: Stands for the last month that is over.
LATEST = "latest"
#: Stands in the fragment until it is known what the fragment says.
STAMP = "<stamp>"
#: While the log is still being read, the browser asks again after so many seconds.
AGAIN_S = "2"

#: Why there is no report, or why a figure was not taken.
REFUSALS: dict[str, tuple[str, str]] = {
    "no_staff_session": ("Bitte anmelden", "Der Bericht ist für Leitung und Prüfung."),
    "role_missing": ("Nicht für diese Rolle", "Der Bericht ist für Leitung und Prüfung."),
    "month_unknown": ("Kein Bericht für diesen Monat", "Aus diesem Monat gibt es keine Einträge."),
    "month_to_come": ("Nicht eingetragen", "Der Monat hat noch nicht begonnen."),
    "count_wrong": ("Nicht eingetragen", "Die Zahl kann nicht stimmen."),
    "form": ("Nicht eingetragen", "Bitte eine ganze Zahl eintippen."),
    "out_of_order": ("Außer Betrieb", "Die Box ist außer Betrieb; ihr Protokoll ist nicht lesbar."),
}


class NumberForm(Form, frozen=True):
    """A number as it was typed, for a month."""

    month: str = ""
    number: str = ""

    def value(self) -> int:
        """Raises `FormError`."""
        if not (self.number.isascii() and self.number.isdigit() and len(self.number) <= 7):
            raise FormError("form")
        return int(self.number)


ACTIONS: Actions = {
    "issued": (NumberForm, lambda f: api.NoteIssued(f.session, f.month, f.value())),
    "cost": (NumberForm, lambda f: api.NoteCost(f.session, f.month, f.value() * 100)),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the report: the token of their session (empty: nobody is logged in), and the tag of what they
    see.
    """

    token: str
    tag: str


Who = Callable[[Request], Awaitable[Reader]]
"""Finds out who asks. Raises what `Link.call` raises."""


class ReportPages:
    """Writes the report. For one event loop."""

    def __init__(self, link: Link, german: Language) -> None:
        self._link = link
        self._environment = german.environment

    async def view(self, reader: Reader, month: str) -> api.ReportView:
        """Raises `api.ControlError` and `api.Disconnected`."""
        if not reader.token:
            raise api.ControlError(api.ErrorObject(api.REFUSED, "nobody is logged in", {"reason": "no_staff_session"}))
        return await self._link.call(api.GetReport(reader.token, "" if month == LATEST else month))

    async def fragment(
        self, who: Callable[[], Awaitable[Reader]], base: str, month: str, home: str, reason: str
    ) -> tuple[str, bool]:
        """The fragment, and whether the controller is away. ``reason`` is why the last post was refused."""
        reader = Reader("", "")
        try:
            reader = await who()
            view = await self.view(reader, month)
        except api.ControlError as error:
            return self._refused(error.reason, reader, home), False
        except api.Disconnected:
            return self._refused("away", Reader("", self._link.away_tag()), home), True
        if view.state != "ready":
            return self._render("report_working.html", view=view, tag="working", home=home), False
        notice = None
        if reason:
            notice = Notice("attention", *REFUSALS.get(reason, ("Nicht eingetragen", f"Grund: {reason}")))
        return self.render(view, reader, base, home, notice), False

    def render(self, view: api.ReportView, reader: Reader, base: str, home: str, notice: Notice | None = None) -> str:
        """The fragment of a report that is ready. Its tag changes with what it says: a figure that was typed is no
        change of the staff page, whose revisions it follows otherwise.
        """
        facts = facts_of(view)
        html = self._render(
            "report_page.html",
            facts=facts,
            plots=plots_of(view),
            months=[(month, numbers.month_name(month)) for month in view.months],
            may_note=view.may_note,
            base=base,
            home=home,
            session=reader.token,
            tag=reader.tag,
            notice=notice,
            stamp=STAMP,
        )
        return html.replace(STAMP, f"{zlib.crc32(html.encode()):08x}", 1)

    def _refused(self, reason: str, reader: Reader, home: str) -> str:
        title, text = REFUSALS.get(reason, ("Kein Bericht", "Bitte später noch einmal versuchen."))
        # A box's own screen goes back by itself when nobody is logged in any more, as from the staff page.
        page = "badge" if reason == "no_staff_session" else "report_refused"
        return self._render("report_refused.html", page=page, title=title, text=text, tag=reader.tag, home=home)

    def shell(self, fragment: str, base: str, home: str) -> str:
        return self._render(
            "office_shell.html",
            fragment=fragment,
            base=base,
            title="Bericht",
            home=home,
            look="",
            area="report",
            script=False,
        )

    def paper(self, view: api.ReportView) -> str:
        """The document for `kiosk_ui.paper`."""
        return paper.document(self._environment, view)

    def _render(self, template: str, **context: Any) -> str:
        return self._environment.get_template(template).render(**context)


def plots_of(view: api.ReportView) -> Mapping[str, plots.Plot | None]:
    """By name; None where there is nothing to show. ``view`` must be ready."""
    if view.month is None:
        raise ValueError("the report is not ready")
    return {
        "trend": plots.trend(view.trend),
        "shares": plots.shares(view.month, view.previous),
        "losses": plots.losses(view.month, view.previous),
    }


def router(link: Link, pages: ReportPages, prefix: str, home: str, who: Who) -> APIRouter:
    """The report below ``prefix``: ``/`` and ``/2026-10`` are pages, ``…/bericht.csv`` and ``…/bericht.pdf`` files.
    ``home`` is where a page leads back to, empty for nowhere; a screen with a home has no use for files.
    """
    routes = APIRouter(prefix=prefix)

    async def page(request: Request, month: str) -> HTMLResponse:
        base = f"{prefix}/{month}"
        text, away = await pages.fragment(lambda: who(request), prefix, month, home, "")
        # While the log is being read there is nothing to tell the page that it has been read.
        headers = {"refresh": AGAIN_S} if 'data-page="report_working"' in text else None
        return HTMLResponse(pages.shell(text, base, home), 503 if away else 200, headers=headers)

    @routes.get("")
    async def latest(request: Request) -> HTMLResponse:
        return await page(request, LATEST)

    @routes.get("/{month}")
    async def shell(month: str, request: Request) -> HTMLResponse:
        return await page(request, month)

    @routes.get("/{month}/fragment")
    async def fragment(month: str, request: Request) -> HTMLResponse:
        return await answer(lambda reason, _: pages.fragment(lambda: who(request), prefix, month, home, reason))

    @routes.post("/{month}/{action}")
    async def post(month: str, action: str, request: Request) -> HTMLResponse:
        async def again(reason: str, _: Mapping[str, str | int]) -> tuple[str, bool]:
            return await pages.fragment(lambda: who(request), prefix, month, home, reason)

        return await act(link, ACTIONS, action, request, again)

    @routes.get("/{month}/bericht.csv")
    async def spreadsheet(month: str, request: Request) -> Response:
        found = await _ready(pages, who, request, month)
        if isinstance(found, Response):
            return found
        return _file(csv_of(facts_of(found)).encode("utf-8"), "text/csv; charset=utf-8", found, "csv")

    @routes.get("/{month}/bericht.pdf")
    async def printed(month: str, request: Request) -> Response:
        found = await _ready(pages, who, request, month)
        if isinstance(found, Response):
            return found
        try:
            made = await render(pages.paper(found))
        except PaperError as error:
            return Response(f"{error.code}\n", 503, media_type="text/plain")
        return _file(made, "application/pdf", found, "pdf")

    routes.routes.append(Route(f"{prefix}/{{month}}/events", EventStream(link, "staff"), methods=["GET"]))
    return routes


def kiosk_reader(link: Link) -> Who:
    """Whoever is logged in at the box: this screen and its loopback are theirs."""

    async def who(_: Request) -> Reader:
        view = await link.call(api.GetStaff())
        return Reader(view.session, link.tag(view.revision))

    return who


async def _ready(pages: ReportPages, who: Who, request: Request, month: str) -> api.ReportView | Response:
    try:
        view = await pages.view(await who(request), month)
    except api.ControlError as error:
        return Response(f"{error.reason}\n", 403, media_type="text/plain")
    except api.Disconnected:
        return Response("controller away\n", 503, media_type="text/plain")
    if view.month is None:
        return Response("not ready\n", 503, media_type="text/plain", headers={"retry-after": AGAIN_S})
    return view


def _file(content: bytes, kind: str, view: api.ReportView, ending: str) -> Response:
    month = view.month.month if view.month is not None else ""
    name = f"abholstation-bericht-{month}.{ending}"
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
