"""Calls for help and outages, as staff and the office see them."""

from __future__ import annotations

import msgspec


class HelpCallView(msgspec.Struct, frozen=True):
    """A call that stands. ``reason``: resident, jam or left_open. ``staffed``: yes, no or unknown, when it was made.
    ``acknowledged_by`` is empty until somebody said that they are coming.
    """

    call: str
    reference: str
    reason: str
    compartment: str
    staffed: str
    since_wall_ms: int
    acknowledged_by: str = ""


class OutageView(msgspec.Struct, frozen=True):
    """The box was reported out of order. ``reason``: defective, building_closed, maintenance or other."""

    reason: str
    by: str
    since_wall_ms: int
