"""The staff page's own places: lists, one compartment, the search. The controller's page comes first; these stand only
while it says that nothing is open.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from controller import api
from kiosk_ui import staff_story
from kiosk_ui.front_live import LiveFront
from kiosk_ui.link import Link

#: Place → its list of envelopes, or of compartments.
ENVELOPES = {"expiring": "expiring", "expected": "expected"}
PLACES = {"clarification": "clarification", "returns": "returns", "out_of_service": "out_of_service"}
#: Places that need nothing but the view.
PLAIN = frozenset({"more", "emergency", "outage", "tasks"})


@dataclass(frozen=True, slots=True)
class Place:
    """``template`` is empty on the home page. ``look`` is what the page asks with, again and again."""

    look: str = ""
    template: str = ""
    data: dict[str, Any] = field(default_factory=dict)


HOME = Place()


async def place(link: Link, front: LiveFront, session: str, look: str) -> Place:
    """What ``look`` (``name`` or ``name:argument``) shows; home when it names nothing. Raises what `Link.call`
    raises.
    """
    name, _, argument = look.partition(":")
    if name in ENVELOPES:
        rows = await link.call(api.GetEnvelopes(session, ENVELOPES[name]))
        return Place(look, "staff_at_envelopes.html", {"found": rows, "name": name})
    if name in PLACES:
        places = await link.call(api.GetPlaces(session, PLACES[name]))
        return Place(look, "staff_at_places.html", {"found": places, "name": name})
    if name == "search":
        return await _search(link, session, argument)
    if name == "compartment":
        compartment = await link.call(api.GetCompartment(session, argument))
        told = staff_story.tell(await link.call(api.GetStory(session, argument)))
        return Place(look, "staff_at_compartment.html", {"row": compartment, "story": told})
    if name == "column" and argument.isascii() and argument.isdigit():
        plan = await front.column(session, int(argument[:6]))
        return Place(look, "staff_at_column.html", {"plan": plan, "column": int(argument[:6])}) if plan else HOME
    if name in PLAIN:
        return Place(look, f"staff_at_{name}.html")
    return HOME


async def _search(link: Link, session: str, query: str) -> Place:
    """By a part of an order, or by a compartment's whole label."""
    typed = query.strip().upper()[:40]
    rows = await link.call(api.GetEnvelopes(session, "found", typed))
    at: api.WorkRow | None = None
    if typed:
        with contextlib.suppress(api.ControlError):  # It is no compartment's label.
            at = await link.call(api.GetCompartment(session, typed))
    return Place(f"search:{typed}", "staff_at_search.html", {"found": rows, "query": typed, "at": at})
