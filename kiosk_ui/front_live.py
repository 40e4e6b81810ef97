"""The staff's plan of the front, sent once and then door by door: 608 of them are 200 KB at once."""

from __future__ import annotations

from markupsafe import Markup

from controller import api
from kiosk_ui.front_plan import changed_doors, column_plan, live_plan
from kiosk_ui.link import Link

TITLE = "Front der Abholstation"


class LiveFront:
    """Draws what a page has not got yet. Keeps the compartments, because a door's place depends on those above it. For
    one event loop.
    """

    def __init__(self, link: Link, page: str) -> None:
        """``page`` is the address of the page's places, to which the place is added."""
        self._link = link
        self._page = page
        self._known: dict[str, api.CompartmentView] = {}

    async def column(self, session: str, column: int) -> Markup:
        """A column and its neighbours as they are now; empty when there is none. Raises what `Link.call` raises."""
        answer = await self._link.call(api.GetFront(session, 0))
        return column_plan(answer.compartments, column, TITLE, self._page)

    async def since(self, session: str, revision: int) -> Markup:
        """The whole plan for revision 0, else the doors that changed after it. Raises what `Link.call` raises."""
        if not self._known:
            revision = 0
        answer = await self._link.call(api.GetFront(session, revision))
        changed = {view.label: view for view in answer.compartments}
        tag = self._link.tag(answer.revision)
        if revision == 0:
            self._known = changed
            return live_plan(answer.compartments, TITLE, tag, self._page)
        self._known |= changed
        return changed_doors(tuple(self._known.values()), frozenset(changed), tag, self._page)
