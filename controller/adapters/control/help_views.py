"""Calls for help and outages, as the residents' page and the staff's show them: pure functions of the state."""

from __future__ import annotations

import msgspec

from controller.api import HelpCallView, KioskView, OutageView
from controller.domain.decide_help import call_of
from controller.domain.in_use import staffed
from controller.domain.model import Box
from controller.domain.moment import Moment

#: Where nobody can call: the screen belongs to staff, or there is nothing that could write a call down.
SILENT = frozenset({"staff_login", "power_fail"})


def with_help(view: KioskView, box: Box, now: Moment, halted: bool) -> KioskView:
    """The page and how a call for help stands on it."""
    if halted or view.page in SILENT:
        return view
    session = box.session.id if box.session is not None else ""
    call = call_of(box, session)
    if call is None:
        return msgspec.structs.replace(view, help="offered", actions=(*view.actions, "help"))
    if call.acknowledged_by:
        return msgspec.structs.replace(view, help="acknowledged", help_reference=call.reference)
    state = "unstaffed" if staffed(box, now) == "no" else "pending"
    return msgspec.structs.replace(view, help=state, help_reference=call.reference)


def help_calls(box: Box) -> tuple[HelpCallView, ...]:
    """The calls that stand, the oldest first."""
    return tuple(
        HelpCallView(
            call=call.id,
            reference=call.reference,
            reason=call.reason,
            compartment=call.compartment,
            staffed=call.staffed,
            since_wall_ms=call.since_wall_ms,
            acknowledged_by=call.acknowledged_by,
        )
        for call in box.help_calls.values()
    )


def outage(box: Box) -> OutageView | None:
    if box.outage is None:
        return None
    return OutageView(box.outage.reason, box.outage.by, box.outage.since_wall_ms)
