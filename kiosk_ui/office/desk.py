"""What all office pages share: who is there, pages in one frame, and a post's way to the controller and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller import api
from kiosk_ui import fault_words, staff_words
from kiosk_ui.front_plan import STATES, staff_plan
from kiosk_ui.languages import NATIVE_NAMES
from kiosk_ui.link import Link
from kiosk_ui.office import cookies, words
from kiosk_ui.office.fields import Fields, FieldsWrong, read_fields
from kiosk_ui.report import paper
from kiosk_ui.settings import Office

ResultT = TypeVar("ResultT")

#: An import of a hundred orders takes a while on a small computer: each pickup number is meant to be slow to guess.
LONG_ANSWER_S = 60.0

SESSION_OVER = "office_session_over"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is logged in, and what stands on every page of theirs."""

    token: str = field(repr=False)
    view: api.OfficeView
    times: words.Times

    def may(self, request: type[api.Request[Any]]) -> bool:
        """Whether they may ask this. The controller looks again."""
        return request.METHOD in self.view.allowed


class NotHere(Exception):
    """There is no page to show but this answer: a login first, or the box does not answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("no page")
        self.response = response


class Refused(Exception):
    """The controller, or a form's reader, refused; the page says why."""

    def __init__(self, reason: str, details: Mapping[str, str | int] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = dict(details or {})


#: Shows the page that a post came from, with what to say about it.
Again = Callable[[Visit, Refused], Awaitable[Response]]
Work = Callable[[Visit, Fields], Awaitable[Response]]


#: So many of the office's requests are with the controller at once; more wait for their turn. The line is the one of
#: the pages at the box, and the controller works on 32 requests of a line: residents never find it full.
AT_ONCE = 8


class Desk:
    """For one event loop."""

    def __init__(self, link: Link, environment: Environment, office: Office) -> None:
        self.link = link
        self.office = office
        self._environment = environment
        self._places = asyncio.Semaphore(AT_ONCE)

    # --- who is there -------------------------------------------------------------------------------------------------

    async def visit(self, request: Request, *, idle: bool = False) -> Visit:
        """Who asks. Raises `NotHere`."""
        token = cookies.token_of(request)
        if not token:
            raise NotHere(self.to_login())
        try:
            async with self._places:
                view = await self.link.call(api.GetOffice(token, idle))
        except api.ControlError as error:
            if error.reason == SESSION_OVER:
                raise NotHere(self.to_login(SESSION_OVER)) from None
            raise NotHere(self.away("out_of_order" if error.code == api.OUT_OF_ORDER else error.reason)) from None
        except api.Disconnected:
            raise NotHere(self.away("away")) from None
        return Visit(token, view, words.Times(view.zone))

    def to_login(self, reason: str = "") -> Response:
        response = RedirectResponse("/login" + (f"?{urlencode({'said': reason})}" if reason else ""), 303)
        cookies.take(response, cookies.SESSION)
        return response

    def away(self, reason: str) -> HTMLResponse:
        """The box does not answer, or is out of order."""
        return HTMLResponse(self.frame("away", None, said=words.notice(reason)), 503)

    # --- pages --------------------------------------------------------------------------------------------------------

    def page(
        self,
        name: str,
        visit: Visit,
        *,
        said: str = "",
        refused: Refused | None = None,
        status: int = 200,
        **context: Any,
    ) -> HTMLResponse:
        """``said`` is the code of what was done, ``refused`` what was not."""
        notice = None
        if refused is not None:
            notice, status = words.notice(refused.reason, **refused.details), max(status, 422)
        elif said in words.NOTICES:
            notice = words.notice(said)
        return HTMLResponse(self.frame(name, visit, said=notice, **context), status)

    def frame(self, name: str, visit: Visit | None, *, said: staff_words.Notice | None, **context: Any) -> str:
        """The whole page as text."""
        return self._environment.get_template(f"office/{name}.html").render(
            page=name,
            visit=visit,
            view=visit.view if visit is not None else None,
            times=visit.times if visit is not None else words.Times(""),
            form_token=cookies.form_token(visit.token) if visit is not None else "",
            notice=said,
            words=words,
            staff_words=staff_words,
            fault_words=fault_words,
            api=api,
            states=STATES,
            language_names=NATIVE_NAMES,
            plan=staff_plan(visit.view.front, "Front der Abholstation") if visit is not None else "",
            **context,
        )

    def report_paper(self, view: api.ReportView) -> str:
        """The monthly report as a document for the printer."""
        return paper.document(self._environment, view)

    # --- asking -------------------------------------------------------------------------------------------------------

    async def call(self, request: api.Request[ResultT], *, within_s: float | None = None) -> ResultT:
        """Raises `Refused` and `NotHere`."""
        try:
            async with self._places:
                return await self.link.call(request, within_s) if within_s else await self.link.call(request)
        except api.ControlError as error:
            if error.reason == SESSION_OVER:
                raise NotHere(self.to_login(SESSION_OVER)) from None
            if error.code == api.OUT_OF_ORDER:
                raise NotHere(self.away("out_of_order")) from None
            raise Refused(error.reason, error.details) from None
        except api.Disconnected:
            raise NotHere(self.away("away")) from None

    async def act(self, request: Request, again: Again, work: Work) -> Response:
        """A post: who, whether it is our form, then ``work``; whatever is refused is said on the page it came from."""
        visit = await self.visit(request)
        try:
            fields = await read_fields(request)
            if not cookies.is_our_form(visit.token, fields["form"]):
                raise Refused("form")
            return await work(visit, fields)
        except FieldsWrong:
            return await again(visit, Refused("form"))
        except Refused as refused:
            return await again(visit, refused)

    @staticmethod
    def done(path: str, said: str = "") -> Response:
        """After a post: a page that may be loaded again without doing it again."""
        return RedirectResponse(path + (f"?{urlencode({'said': said})}" if said else ""), 303)


def said_of(request: Request) -> str:
    return request.query_params.get("said", "")
