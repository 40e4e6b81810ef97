"""What the place "Inbetriebnahme" of the technician's page shows: the lock in hand, what was found, the corrected
map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller import api
from kiosk_ui import lock_findings
from kiosk_ui import technician_words as words
from kiosk_ui.front_plan import columns_of
from kiosk_ui.technician_places import WHOLE

#: So many findings, compartments of one of them, and changed wires are listed; all of them are in the protocol.
SHOWN = 30
#: The word in the page's address that asks for the choice of any door.
OTHER = "other"
ASKS = 2
"""Colons in that part of the address."""


@dataclass(frozen=True, slots=True)
class RoundColumn:
    """A column of the front: how many of its locks were examined, and how many findings there are."""

    number: int
    first: str
    last: str
    done: int
    total: int
    wrong: int
    shown: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A compartment of the shown column. ``state``: done, now, waiting or left_out."""

    label: str
    state: str
    result: api.LockResultView | None
    slow: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """A button that says which doors stand open. ``opened``: their labels, with commas; empty for none."""

    label: str
    opened: str
    key: str
    likely: bool = False


def round_context(view: api.TechnicianView, wanted: str) -> dict[str, Any]:
    """``wanted``: a column; or what `_asks` says, and perhaps a column behind it."""
    round_ = view.commissioning
    columns = columns_of(view.front)
    if len(view.front) <= WHOLE:
        columns = [[each for column in columns for each in column]]
    asks = _asks(round_)
    other = bool(asks) and wanted.startswith(asks)
    number = wanted.rpartition(":")[2] if wanted.count(":") != ASKS else ""
    shown = _shown(columns, round_, number)
    context: dict[str, Any] = {
        "round": round_,
        "testable": sum(1 for each in view.inputs if not each.blocked or each.blocked == "door_not_closed"),
        "other": other,
        "asks": asks,
        "shown_column": shown,
        "columns": (),
        "labels": tuple(each.label for each in columns[shown]) if columns else (),
    }
    if round_ is None:
        return context
    found = _by_compartment(round_.findings)
    wrong = [label for column in columns for each in column if (label := each.label) in found]
    return context | {
        "columns": _columns(columns, round_, found, shown) if len(columns) > 1 else (),
        "rows": [_row(each.label, round_, found) for each in columns[shown]] if columns else [],
        "wrong": len(wrong),
        "findings": _grouped(wrong, found),
        "answers": _answers(round_.examination) if round_.examination is not None else (),
        "measured": _measured(round_.results),
        "wires": _wires(round_.correction),
        "more_wires": max(0, len(round_.correction.wires) - SHOWN) if round_.correction is not None else 0,
    }


def _asks(round_: api.CommissioningView | None) -> str:
    """The part of the address that asks which of all doors stands open: for this lock, and until it is said."""
    seen = round_.examination if round_ is not None else None
    if seen is None or seen.stage == "close_first":
        return ""
    return f"{OTHER}:{seen.compartment}:{seen.answers}"


def _shown(columns: Sequence[Sequence[api.CompartmentView]], round_: api.CommissioningView | None, wanted: str) -> int:
    """The column that was asked for, or the one in which something goes on."""
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(columns):
        return int(wanted)
    if round_ is None:
        return 0
    now = round_.examination.compartment if round_.examination is not None else ""
    last = now or (round_.results[-1].compartment if round_.results else "")
    return next((index for index, column in enumerate(columns) if any(each.label == last for each in column)), 0)


def _by_compartment(findings: Sequence[api.LockFindingView]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in findings:
        other = words.BLOCKED.get(each.other, each.other) if each.code == "not_fired" else each.other
        found[each.compartment] = (*found.get(each.compartment, ()), lock_findings.say(each.code, other))
    return found


def _grouped(wrong: Sequence[str], found: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, int]]:
    """What is wrong, whose it is, and how many more there are: a dead board is one line."""
    whose: dict[str, list[str]] = {}
    for label in wrong:
        for said in found[label]:
            whose.setdefault(said, []).append(label)
    return [(said, ", ".join(labels[:SHOWN]), max(0, len(labels) - SHOWN)) for said, labels in whose.items()][:SHOWN]


def _columns(
    columns: Sequence[Sequence[api.CompartmentView]],
    round_: api.CommissioningView,
    found: Mapping[str, tuple[str, ...]],
    shown: int,
) -> tuple[RoundColumn, ...]:
    done = {each.compartment for each in round_.results}
    return tuple(
        RoundColumn(
            number=index,
            first=column[0].label,
            last=column[-1].label,
            done=sum(1 for each in column if each.label in done),
            total=sum(1 for each in column if each.label not in round_.left_out),
            wrong=sum(1 for each in column if each.label in found),
            shown=index == shown,
        )
        for index, column in enumerate(columns)
    )


def _row(label: str, round_: api.CommissioningView, found: Mapping[str, tuple[str, ...]]) -> ResultRow:
    result = next((each for each in round_.results if each.compartment == label), None)
    now = round_.examination is not None and round_.examination.compartment == label
    state = "now" if now else "done" if result is not None else "left_out" if label in round_.left_out else "waiting"
    slow = result is not None and result.opened_ms > result.limit_ms > 0
    return ResultRow(label, state, result, slow, found.get(label, ()))


def _answers(seen: api.ExaminationView) -> tuple[DoorAnswer, ...]:
    """The doors that it may well be: the one that was asked for, and those whose contact has moved."""
    likely = tuple(dict.fromkeys((seen.compartment, *seen.moved)))
    answers = [DoorAnswer(f"Tür {label}", label, f"open-{label}", likely=True) for label in likely]
    if len(likely) > 1:
        answers.append(DoorAnswer(" und ".join(likely), ",".join(likely), "open-all"))
    return (*answers, DoorAnswer("Keine Tür", "", "open-none"))


def _measured(results: Sequence[api.LockResultView]) -> tuple[int, int] | None:
    """Median and slowest, in ms."""
    times = sorted(each.opened_ms for each in results if each.opened_ms)
    return (times[len(times) // 2], times[-1]) if times else None


def _wires(correction: api.MapCorrectionView | None) -> list[str]:
    if correction is None:
        return []
    kinds = {"lock": "Schloss", "contact": "Kontakt"}
    return [
        f"{each.compartment}: {kinds.get(each.what, each.what)} {each.before} → {each.after}"
        for each in correction.wires[:SHOWN]
    ]
