"""The staff page at the box: log in, load, walk, settle what is in doubt. German only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.requests import Request

from controller import api
from kiosk_ui import staff_story, staff_words
from kiosk_ui.answers import act, answer
from kiosk_ui.front_live import LiveFront
from kiosk_ui.front_plan import STATES
from kiosk_ui.languages import Language
from kiosk_ui.link import Link
from kiosk_ui.staff_actions import ACTIONS
from kiosk_ui.staff_places import HOME, Place, place

PAGES = frozenset(
    {
        "badge",
        "pin",
        "locked",
        "load_ready",
        "load_open",
        "load_swap",
        "show_badge",
        "four_eyes",
        "open",
        "report",
        "scan_out",
        "round",
        "load_end",
        "busy",
        "out_of_order",
    }
)

#: Pages that tell what happened to their compartment before.
WITH_STORY = frozenset({"show_badge", "four_eyes", "report"})
#: The box's own screen goes back to the residents after so many ms on these pages.
AT_ONCE = 300
LEAVES = {"badge": 4_000, "busy": AT_ONCE}


class StaffPages:
    """Writes the staff page. For one event loop."""

    def __init__(self, link: Link, german: Language) -> None:
        self._link = link
        self._environment = german.environment
        self.front = LiveFront(link, "/staff?look=")

    async def fragment(self, reason: str, details: Mapping[str, str | int], look: str = "") -> tuple[str, bool]:
        """The fragment, and whether the controller is away. ``reason`` is why the last post was refused; ``look`` the
        place within the page.
        """
        at = HOME
        story: tuple[staff_story.Said, ...] = ()
        try:
            view = await self._link.call(api.GetStaff())
            tag = self._link.tag(view.revision)
            if view.page == "load_ready":
                at = await self._place(view.session, look)
            elif view.page in WITH_STORY and view.purpose == "clarification":
                story = staff_story.tell(await self._link.call(api.GetStory(view.session, view.compartment)))
        except (api.Disconnected, api.ControlError):
            view = api.StaffView(revision=0, page="out_of_order")
            tag = self._link.away_tag()
        return self.render(view, tag, reason, details, at, story), self._link.away

    async def _place(self, session: str, look: str) -> Place:
        try:
            return await place(self._link, self.front, session, look)
        except api.ControlError:
            return HOME  # A compartment that is not there, a session that has just ended: the page says which.

    def render(
        self,
        view: api.StaffView,
        tag: str,
        reason: str,
        details: Mapping[str, str | int],
        at: Place = HOME,
        story: tuple[staff_story.Said, ...] = (),
    ) -> str:
        notice = None
        if reason:
            notice = staff_words.notice(reason, **details)
        elif view.notice is not None and view.notice.code != "load_waiting":
            seen = view.notice
            notice = staff_words.notice(
                seen.code,
                compartment=seen.compartment,
                tries_left=seen.tries_left,
                order=seen.order,
                place=seen.place,
                news=seen.news,
            )
        page = view.page if view.page in PAGES else "out_of_order"
        context: dict[str, Any] = {
            "view": view,
            "page": page,
            "body": at.template or f"staff_{page}.html",
            "look": at.look,
            "tag": tag,
            "plan_tag": self._link.tag(view.front_revision) if view.session else "",
            "leave": AT_ONCE if view.suspended else LEAVES.get(page, 0),
            "notice": notice,
            "refused": bool(reason),
            "states": STATES,
            "words": staff_words,
            "clock": staff_story.clock,
            "day": staff_story.day,
            "story": story,
            "may_serve": bool({"supervisor", "technician"} & set(view.roles)),
            "loads": bool({"supervisor", "loader"} & set(view.roles)),
        }
        return self._environment.get_template("staff_page.html").render(context | at.data)

    async def shell(self, home: str, look: str) -> tuple[str, bool]:
        fragment, away = await self.fragment("", {}, look)
        html = self._environment.get_template("office_shell.html").render(
            fragment=fragment, base="/staff", title="Team", home=home, look="", area="staff", script=True
        )
        return html, away

    async def doors(self, since: int) -> Markup:
        """The plan, or the doors of it that changed after ``since``. Empty while nobody is logged in."""
        try:
            view = await self._link.call(api.GetStaff())
            return await self.front.since(view.session, since) if view.session else Markup()
        except (api.Disconnected, api.ControlError):
            return Markup()


def router(link: Link, pages: StaffPages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/staff")
    async def shell(request: Request) -> HTMLResponse:
        # The box's own screen comes here for the staff and goes back to the residents' page afterwards.
        home = "/" if request.query_params.get("at") == "box" else ""
        html, away = await pages.shell(home, _look(request))
        return HTMLResponse(html, 503 if away else 200)

    @routes.get("/staff/fragment")
    async def fragment(request: Request) -> HTMLResponse:
        look = _look(request)
        return await answer(lambda reason, details: pages.fragment(reason, details, look))

    @routes.get("/staff/front")
    async def front(request: Request) -> HTMLResponse:
        since = request.query_params.get("since", "0")
        known = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0
        doors = await pages.doors(known)
        return HTMLResponse(doors, 200 if doors else 404)

    @routes.post("/staff/{action}")
    async def post(action: str, request: Request) -> HTMLResponse:
        look = _look(request)
        return await act(link, ACTIONS, action, request, lambda reason, details: pages.fragment(reason, details, look))

    return routes


def _look(request: Request) -> str:
    return request.query_params.get("look", "")[:60]
