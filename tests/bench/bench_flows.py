"""How long people stand at the box: every flow of `tests.e2e.journeys.flows`, walked at the pace of somebody who does
it for the first time, through camera, reader, controller, pages and doors. Staff load at the pace of practice.

``ui.flow.NAME.seconds`` is a document's, from the first look at the start page (loading: from the login) to "done". Its
floor is what the person's own hands and eyes take in it; the rest is the box's. ``ui.flow.NAME.touches`` stands beside
what is allowed.
"""

from __future__ import annotations

import asyncio

from tests.e2e.journeys.flows import FLOWS, Flow
from tests.e2e.journeys.person import Counted
from tests.e2e.journeys.stage import stage


def figures() -> dict[str, dict[str, float | str]]:
    found: dict[str, dict[str, float | str]] = {}
    for name, flow in FLOWS.items():
        counted = asyncio.run(_walk(flow))
        seconds, needed = counted.seconds / flow.units, counted.needed / flow.units
        found[f"ui.flow.{name}.seconds"] = {
            "value": round(seconds, 1),
            "unit": "s",
            "floor": round(needed, 1),
            "ratio": round(seconds / needed, 2),
            "aim": flow.most_s,
        }
        found[f"ui.flow.{name}.touches"] = {
            "value": counted.touches,
            "unit": "",
            "floor": flow.touches,
            "ratio": round(counted.touches / flow.touches, 2) if flow.touches else 0,
        }
    return found


async def _walk(flow: Flow) -> Counted:
    async with stage(flow.what, pace=1.0) as it:
        return await flow.walk(it)
