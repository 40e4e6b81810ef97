"""One view of every page of staff at the box, and what its places are told, as the controller would give it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from controller.api import (
    DoubtfulCompartment,
    EnvelopeList,
    EnvelopeRow,
    FrontView,
    HelpCallView,
    LoadingQuestion,
    PlaceList,
    RoundView,
    ShiftLine,
    ShiftView,
    StaffNotice,
    StaffView,
    Story,
    StoryLine,
    TaskView,
    WorkCounts,
    WorkRow,
)
from tests.e2e.pages.views import DAY, front

DAYS = 86_400_000

_IN = StaffView(
    revision=1,
    page="load_ready",
    session="P-3",
    staff="m.weber",
    roles=("loader", "supervisor"),
    expected=7,
    occupied=2,
    vacant=4,
    stored_now=3,
    front_revision=7,
    simulated=True,
    counts=WorkCounts(
        soon=2, overdue=1, clarification=1, returned=1, out_of_service=1, free_next=3, free_next_wall_ms=DAY + 2 * DAYS
    ),
    ends_in_ms=120_000,
    warns_in_ms=90_000,
)

_WALK = RoundView("clarification", 2, 5, "A05", False)


def _in(page: str, **fields: object) -> StaffView:
    return msgspec.structs.replace(_IN, page=page, **fields)


STAFF: dict[str, StaffView] = {
    "badge": StaffView(revision=1, page="badge", simulated=True),
    "badge_again": StaffView(revision=1, page="badge", simulated=True, suspended=True),
    "pin": StaffView(
        revision=1, page="pin", staff="m.weber", notice=StaffNotice("pin_wrong", tries_left=4), simulated=True
    ),
    "locked": StaffView(revision=1, page="locked", notice=StaffNotice("staff_locked"), simulated=True),
    "load_ready": _in("load_ready", notice=StaffNotice("load_booked", compartment="A04"), undo="A04"),
    "load_full": _in("load_ready", notice=StaffNotice("load_full", order="ORD-2026-0150")),
    "other_site": _in(
        "load_ready",
        notice=StaffNotice("load_other_site", order="ORD-2026-0998", place="Rathaus Nord, Lindenstraße 12"),
    ),
    "unknown": _in("load_ready", notice=StaffNotice("load_unknown", order="ORD-2026-0999")),
    "waiting": _in(
        "load_ready",
        waiting="knocked",
        notice=StaffNotice("load_booked", compartment="A04"),
        calls=(HelpCallView("H1", "2291", "jam", "A05", "yes", DAY),),
        round=RoundView("stocktake", 7, 12, "A07", True),
    ),
    "questions": _in(
        "load_ready",
        missing=("ORD-2026-0099",),
        questions=(LoadingQuestion("D-9", "ORD-2026-0144", "A05"),),
        doubtful=(DoubtfulCompartment("A05", ("jam", "loading"), ("ORD-2026-0144",), "unknown", "closed"),),
        tasks=(TaskView("T1", "recall", "recall", "A02", "D-1", ("ORD-2026-0101",), "verzogen", "k.meier", DAY),),
    ),
    "technician": _in("load_ready", staff="t.kurz", roles=("technician",)),
    "load_open": _in("load_open", compartment="A08", look_inside=True, orders=("ORD-2026-0145",), purpose="loading"),
    "too_small": _in(
        "load_open",
        compartment="A08",
        orders=("ORD-2026-0145",),
        purpose="loading",
        notice=StaffNotice("too_small", compartment="A08"),
    ),
    "load_swap": _in("load_swap", compartment="A06", orders=("ORD-2026-0145",), purpose="loading", reason="swap"),
    "show_badge": _in(
        "show_badge",
        compartment="A05",
        purpose="clarification",
        reason="jam loading",
        badges_needed=1,
        orders=("ORD-2026-0144",),
        round=_WALK,
        notice=StaffNotice("reported", compartment="A03"),
    ),
    "group": _in(
        "show_badge",
        compartment="A02",
        purpose="loading",
        reason="group",
        badges_needed=1,
        orders=("ORD-2026-0102",),
    ),
    "undo": _in("show_badge", compartment="A04", purpose="undo", badges_needed=1, orders=("ORD-2026-0104",)),
    "emergency": _in(
        "show_badge", compartment="A01", purpose="emergency", reason="Räumung des Gebäudes", badges_needed=2
    ),
    "four_eyes": _in(
        "four_eyes",
        compartment="A01",
        purpose="emergency",
        reason="Räumung des Gebäudes",
        badges_needed=2,
        badges_seen=1,
    ),
    "open": _in("open", compartment="A05", purpose="clarification", orders=("ORD-2026-0144",), round=_WALK),
    "open_returns": _in("open", compartment="A06", purpose="returns"),
    "report": _in(
        "report",
        compartment="A05",
        purpose="clarification",
        booked="envelope",
        orders=("ORD-2026-0144",),
        round=_WALK,
    ),
    "report_empty": _in("report", compartment="A12", purpose="clarification", booked="empty"),
    "report_stocktake": _in(
        "report",
        compartment="A07",
        purpose="stocktake",
        booked="envelope",
        orders=("ORD-2026-0107",),
        round=RoundView("stocktake", 7, 12, "A07", False),
    ),
    "report_returns": _in("report", compartment="A06", purpose="returns", booked="old_document"),
    "report_undo": _in("report", compartment="A04", purpose="undo", booked="envelope", orders=("ORD-2026-0104",)),
    "scan_out": _in(
        "scan_out",
        compartment="A02",
        purpose="recall",
        orders=("ORD-2026-0101", "ORD-2026-0102"),
        round=RoundView("recall", 1, 2, "A02", False),
        notice=StaffNotice("scan_out_other", compartment="A02"),
    ),
    "round": _in("round", compartment="A05", purpose="clarification", round=_WALK),
    "load_end": StaffView(
        revision=1,
        page="load_end",
        simulated=True,
        shift=ShiftView(
            DAY,
            tuple(ShiftLine(f"ORD-2026-01{n:02}", f"A{n:02}", "stored") for n in range(1, 10)),
            (ShiftLine("ORD-2025-0990", "A11", "recalled"),),
            (ShiftLine("ORD-2026-0999", "", "load_unknown"), ShiftLine("ORD-2026-0140", "", "load_held")),
        ),
        ends_in_ms=120_000,
    ),
    "busy": StaffView(revision=1, page="busy", simulated=True),
    "out_of_order": StaffView(revision=1, page="out_of_order", simulated=True),
}

#: Places of the home page, each over the view it stands on.
LOOKS: dict[str, str] = {
    "expiring": "load_ready",
    "expected": "load_ready",
    "clarification": "load_ready",
    "returns": "load_ready",
    "out_of_service": "load_ready",
    "tasks": "questions",
    "search:0144": "load_ready",
    "compartment:A05": "load_ready",
    "more": "load_ready",
    "emergency": "load_ready",
    "outage": "load_ready",
}


def staff(page: str) -> StaffView:
    return STAFF[page]


_ROWS = (
    EnvelopeRow("D-1", ("ORD-2026-0101",), "A02", "stored", "", DAY - 60 * DAYS, DAY - DAYS, True),
    EnvelopeRow("D-4", ("ORD-2026-0104",), "A04", "stored", "", DAY - 50 * DAYS, DAY + 2 * DAYS),
    EnvelopeRow("D-9", ("ORD-2026-0144",), "A05", "unverified", "jam", DAY - 3 * DAYS, DAY + 50 * DAYS, held=True),
    EnvelopeRow("D-12", ("ORD-2026-0150",), "", "expected"),
)


def envelopes(params: dict[str, Any]) -> EnvelopeList:
    which, query = params["which"], params.get("query", "")
    if which == "expiring":
        return EnvelopeList(_ROWS[:2], 2)
    if which == "expected":
        return EnvelopeList(_ROWS[3:], 1)
    found = tuple(row for row in _ROWS if len(query) > 1 and any(query in order for order in row.orders))
    return EnvelopeList(found, len(found))


def compartment(label: str) -> WorkRow | None:
    place = next((view for view in front() if view.label == label), None)
    if place is None:
        return None
    inside = tuple(row for row in _ROWS if row.compartment == label)
    out = ("lock",) if place.state == "out_of_service" else ()
    return WorkRow(
        place,
        "holds" if inside else "empty",
        place.state == "returned",
        place.reasons if place.state == "clarification" else (),
        out,
        inside,
        12,
    )


def places(params: dict[str, Any]) -> PlaceList:
    state = {"clarification": "clarification", "returns": "returned"}.get(params["which"], "out_of_service")
    rows = tuple(row for view in front() if view.state == state and (row := compartment(view.label)) is not None)
    return PlaceList(rows, len(rows))


STORY = Story(
    "A05",
    (
        StoryLine(401, DAY - 3 * DAYS, True, "UnlockAuthorised", "loading", "m.weber"),
        StoryLine(404, DAY - 3 * DAYS + 6_000, True, "DoorClosed"),
        StoryLine(405, DAY - 3 * DAYS + 6_000, True, "DepositStored", "", "m.weber"),
        StoryLine(611, DAY - 7_300_000, True, "UnlockAuthorised", "pickup"),
        StoryLine(616, DAY - 7_288_000, True, "UnlockFailed"),
        StoryLine(617, DAY - 7_288_000, True, "FaultRaised", "jam"),
        StoryLine(618, DAY - 7_288_000, True, "CompartmentQuarantined", "jam"),
    ),
)

RESULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "staff.front": lambda params: FrontView(7, front() if params.get("since", 0) < 7 else ()),
    "staff.envelopes": envelopes,
    "staff.places": places,
    "staff.compartment": lambda params: compartment(params["compartment"]),
    "staff.story": lambda params: STORY,
}
