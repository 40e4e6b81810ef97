"""The protocol of a commissioning: facts, the front as one stands before it, every lock, lines to sign. German."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from kiosk_ui.paper.resources import sheet as style_sheet

WIDEST = 16
"""So many columns of the front are side by side on a page; a wider front is drawn in parts."""

DEADLINE_S = 300.0
"""608 compartments are twenty pages: ten seconds on a laptop, more on a small computer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a compartment is in the front."""

    label: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class LockRow:
    """One lock that was fired: its wires, the doors that opened, after how many ms, and what is wrong with it."""

    label: str
    lock: str
    contact: str
    opened: tuple[str, ...]
    opened_ms: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the protocol. ``findings``: how many there are; ``wrong``: the compartments that they are about.
    ``map_after``: the corrected map's hash where it is in force. ``log``: which entries of the box's log prove it.
    """

    box: str
    simulated: bool
    cabinet: str
    day: str
    person: str
    empty_by: str
    map_hash: str
    limits: str
    places: Sequence[Place]
    rows: Sequence[LockRow]
    wrong: Collection[str]
    findings: int
    faults: Sequence[str] = ()
    changes: Sequence[str] = ()
    changes_title: str = ""
    map_after: str = ""
    left_out: Sequence[str] = ()
    log: str = ""
    unfinished: str = ""


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str
    mark: str
    words: str


def protocol(sheet: Sheet) -> str:
    """The whole page as HTML, for `kiosk_ui.paper.render`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    measured = sorted(row.opened_ms for row in sheet.rows if row.opened_ms is not None)
    return environment.get_template("commissioning.html").render(
        sheet=sheet,
        parts=_front(sheet),
        slowest=measured[-1] if measured else None,
        median=measured[len(measured) // 2] if measured else None,
        base=style_sheet(),
        style=style_sheet("protocol.css"),
    )


def _front(sheet: Sheet) -> list[list[list[_Cell | None]]]:
    """Parts of at most ``WIDEST`` columns; each a list of rows from the top; ``None`` where there is no compartment."""
    at = {(place.column, place.row): place.label for place in sheet.places}
    columns = sorted({column for column, _ in at})
    rows = sorted({row for _, row in at})
    seen = {row.label: row for row in sheet.rows}
    wrong = frozenset(sheet.wrong)
    cells = {place.label: _cell(place.label, seen.get(place.label), wrong) for place in sheet.places}
    wide = -(-len(columns) // -(-len(columns) // WIDEST))  # parts of about the same width
    parts = [columns[start : start + wide] for start in range(0, len(columns), wide)]
    return [
        [[cells[at[column, row]] if (column, row) in at else None for column in part] for row in rows] for part in parts
    ]


def _cell(label: str, seen: LockRow | None, wrong: Collection[str]) -> _Cell:
    if label in wrong:
        return _Cell(label, "!", "Befund")
    if seen is None:
        return _Cell(label, "–", "nicht geprüft")
    return _Cell(label, "✓", f"{seen.opened_ms} ms" if seen.opened_ms is not None else "in Ordnung")
