"""What the places of the technician's page show: doors a column at a time, curves, languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controller import api
from kiosk_ui import staff_words
from kiosk_ui import technician_words as words
from kiosk_ui.front_plan import STATES, columns_of, staff_plan
from kiosk_ui.languages import NATIVE_NAMES, SOURCE_LANGUAGE
from kiosk_ui.sparkline import sparkline

PLACES = {
    "": "Überblick",
    "doors": "Türen",
    "commissioning": "Inbetriebnahme",
    "trends": "Verlauf",
    "log": "Protokoll",
    "service": "Dienst",
}

#: A cabinet with no more compartments is shown whole; of a larger one, a column at a time.
WHOLE = 24
#: Beyond this the front as a drawing weighs more than it tells.
DRAWN = 120

SERVICE = frozenset({"technician", "supervisor"})
READERS = SERVICE | {"auditor"}
#: Curves whose foot is not 0: it is the change that tells something.
CHANGING = frozenset({"temperature", "disk_free", "memory_available"})


@dataclass(frozen=True, slots=True)
class Why:
    """Why it may not be done now, in words; empty if it may. The controller decides again."""

    service: str
    """Anything that changes the box."""
    test: str
    """Firing a lock."""
    self_test: str
    round: str
    """Going on with the round before the front."""
    new_round: str
    map: str
    """Correcting the map."""
    restart: str
    read: str
    """The log and the support bundle."""


def why_not(view: api.TechnicianView, staff: api.StaffView) -> Why:
    roles = set(staff.roles)
    service = _nobody(view, staff) or ("" if SERVICE & roles else words.BLOCKED["role"])
    running = view.self_test is not None and view.self_test.state == "running"
    test = service or (words.BLOCKED["self_test"] if running else "") or ("" if _free(staff) else words.BLOCKED["task"])
    going = view.commissioning is not None and view.commissioning.state == "running"
    round_ = test
    test = test or (words.BLOCKED["commissioning"] if going else "")
    opened = words.BLOCKED["door_open"] if any(each.door == "open" for each in view.inputs) else ""
    any_left = any(not each.blocked for each in view.inputs)
    return Why(
        service=service,
        test=test,
        round=round_,
        new_round=test or ("" if any_left else words.BLOCKED["nothing_to_test"]),
        map=test or opened,
        self_test=test or ("" if any_left else words.BLOCKED["nothing_to_test"]),
        restart=service or (words.BLOCKED.get(view.restart_blocked, view.restart_blocked)),
        read=_nobody(view, staff) or ("" if READERS & roles else words.BLOCKED["reader_role"]),
    )


def _nobody(view: api.TechnicianView, staff: api.StaffView) -> str:
    if view.out_of_order:
        return words.BLOCKED["out_of_order"]
    if view.lease == "resident":
        return words.BLOCKED["resident"]
    return "" if staff.session else words.BLOCKED["login"]


def _free(staff: api.StaffView) -> bool:
    return staff.page in ("load_ready", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A compartment in the table. ``blocked``: why its lock cannot be tested now, empty if it can."""

    place: api.CompartmentView
    input: api.InputView
    state: str
    reasons: tuple[str, ...]
    blocked: str
    tested: api.LockTestView | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column in the row of columns: how many doors are open or cannot be read, how many locks fail."""

    number: int
    first: str
    last: str
    count: int
    open: int
    faults: int
    shown: bool


def doors_context(view: api.TechnicianView, staff: api.StaffView, wanted: str) -> dict[str, Any]:
    """Rows of the column ``wanted``, or of the one where something is going on; of a small cabinet all."""
    columns = columns_of(view.front)
    inputs = {each.label: each for each in view.inputs}
    tests = {each.label: each for each in view.tests}
    blocked = why_not(view, staff).test
    whole = len(view.front) <= WHOLE
    shown = _column(columns, inputs, wanted, view.self_test)
    rows = [
        _row(each, inputs[each.label], tests.get(each.label), blocked)
        for index, column in enumerate(columns)
        if whole or index == shown
        for each in column
        if each.label in inputs
    ]
    return {
        "rows": rows,
        "columns": () if whole else tuple(_columns(columns, inputs, shown)),
        "plan": staff_plan(view.front, "Front der Abholstation") if len(view.front) <= DRAWN else "",
        "testable": sum(1 for each in view.inputs if not each.blocked),
        "with_items": any(each.item != "no_sensor" for each in view.inputs),
        "slowest": sorted((t for t in view.tests if t.opened_ms), key=lambda t: -t.opened_ms)[:3],
    }


def _row(place: api.CompartmentView, live: api.InputView, tested: api.LockTestView | None, blocked: str) -> Row:
    return Row(
        place,
        live,
        STATES.get(place.state, ("", place.state))[1],
        tuple(staff_words.reason(code) for code in place.reasons),
        blocked or words.BLOCKED.get(live.blocked, live.blocked),
        tested,
    )


def _column(
    columns: list[list[api.CompartmentView]],
    inputs: Mapping[str, api.InputView],
    wanted: str,
    self_test: api.SelfTestView | None,
) -> int:
    """The index of the column to show."""
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(columns):
        return int(wanted)
    for index, column in enumerate(columns):
        if self_test is not None and any(each.label == self_test.compartment for each in column):
            return index
    for index, column in enumerate(columns):
        if any(each.door != "closed" or inputs[each.label].lock == "fault" for each in column if each.label in inputs):
            return index
    return 0


def _columns(columns: list[list[api.CompartmentView]], inputs: Mapping[str, api.InputView], shown: int) -> list[Column]:
    return [
        Column(
            number=index,
            first=column[0].label,
            last=column[-1].label,
            count=len(column),
            open=sum(1 for each in column if each.door != "closed"),
            faults=sum(1 for each in column if each.label in inputs and inputs[each.label].lock == "fault"),
            shown=index == shown,
        )
        for index, column in enumerate(columns)
    ]


def trends_context(view: api.TechnicianView) -> dict[str, Any]:
    lines = []
    for trend in view.trends:
        if trend.name == "not_acknowledged" and view.link.state == "off":
            continue
        unit = trend.unit
        lines.append(
            sparkline(
                words.TRENDS.get(trend.name, trend.name),
                trend.points,
                trend.every_ms,
                lambda value, unit=unit: words.measured(unit, value),  # type: ignore[misc]
                trend.name not in CHANGING,
            )
        )
    return {"lines": lines}


@dataclass(frozen=True, slots=True)
class Choice:
    """A language with a button that switches it. ``tags``: what is offered after that."""

    name: str
    tag: str
    offered: bool
    reviewed: bool
    there: bool
    tags: str


def languages_context(view: api.TechnicianView, catalogs: Mapping[str, bool]) -> dict[str, Any]:
    """``catalogs``: the languages with a complete catalog, and whether a native speaker has read it."""
    offered = [each.tag for each in view.languages if each.offered]
    choices = []
    order = list(NATIVE_NAMES)
    for each in sorted(view.languages, key=lambda language: order.index(language.tag) if language.tag in order else 99):
        after = [tag for tag in offered if tag != each.tag] if each.offered else [*offered, each.tag]
        choices.append(
            Choice(
                name=NATIVE_NAMES.get(each.tag, each.tag),
                tag=each.tag,
                offered=each.offered,
                reviewed=catalogs.get(each.tag, False),
                there=each.tag in catalogs,
                tags="" if each.tag == SOURCE_LANGUAGE else ",".join(after),
            )
        )
    return {"choices": choices}
