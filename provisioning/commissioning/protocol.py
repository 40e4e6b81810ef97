"""The protocol of a commissioning: one PDF, in German, for the file; signed by installer and operator."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2

from hal.interfaces import Fault
from hal.profile import Profile
from kiosk_ui.paper import PaperError, render, sheet
from provisioning.commissioning.correction import GERMAN as GERMAN_WIRES
from provisioning.commissioning.correction import changes
from provisioning.commissioning.judgement import Finding
from provisioning.commissioning.observation import Observation
from provisioning.commissioning.words import GERMAN, say
from provisioning.errors import ProvisioningError
from provisioning.files import write_new

WIDEST = 16
"""So many columns of the front are side by side on a page; a wider front is drawn in parts."""


DEADLINE_S = 300.0
"""608 compartments are twenty pages: ten seconds on a laptop, more on a small computer."""


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in the protocol. ``before`` is the profile of the round, ``after`` the one that it proves, which was
    ``written`` or only proposed; ``by_log``: the log said that the box was empty, else the installer alone.
    """

    box: str
    simulated: bool
    installer: str
    at: datetime
    by_log: bool
    before: Profile
    after: Profile
    written: bool
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    label: str
    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    lock: str
    contact: str
    opened: str
    time: str
    words: tuple[str, ...]


def document(report: Report) -> str:
    """The whole page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
    )
    measured = [seen.to_open_ms for seen in report.observations if seen.to_open_ms is not None]
    return environment.get_template("protocol.html").render(
        report=report,
        day=report.at.strftime("%d.%m.%Y, %H:%M Uhr"),
        parts=_front(report),
        changes=changes(report.before, report.after, GERMAN_WIRES),
        rows=_rows(report),
        slowest=max(measured, default=None),
        median=sorted(measured)[len(measured) // 2] if measured else None,
        base=sheet(),
        style=sheet("protocol.css"),
    )


def write(path: Path, report: Report) -> None:
    """The PDF at ``path``, which must not be there yet.

    Raises ``ProvisioningError``: ``protocol_exists``, or ``no_protocol`` after the same was written as ``path`` with
    ``.html`` behind it. A round before a large front takes hours, and is not lost.
    """
    html = document(report)
    try:
        pdf = asyncio.run(render(html, deadline_s=DEADLINE_S))
    except PaperError as error:
        beside = path.with_name(path.name + ".html")
        write_new(beside, html.encode("utf-8"), 0o640, None)
        raise ProvisioningError("no_protocol", f"{error}; what it would say is in {beside}") from error
    if not write_new(path, pdf, 0o640, None):
        raise ProvisioningError("protocol_exists", f"{path} is there already; a protocol is never written over another")


def check_place(path: Path) -> None:
    """Refuse before the round what ``write`` would refuse after it. Raises ``ProvisioningError``."""
    if path.suffix.lower() != ".pdf":
        raise ProvisioningError("bad_protocol_file", f"{path}: the name must end in .pdf")
    if path.exists():
        raise ProvisioningError("protocol_exists", f"{path} is there already; a protocol is never written over another")
    if not path.absolute().parent.is_dir():
        raise ProvisioningError("bad_protocol_file", f"{path.absolute().parent} is not a directory")


def _front(report: Report) -> list[list[list[_Cell | None]]]:
    """Parts of at most ``WIDEST`` columns; each a list of rows from the top; ``None`` where there is no compartment."""
    at = {(item.column, item.row): item.label for item in report.before.compartments}
    columns = sorted({column for column, _ in at})
    rows = sorted({row for _, row in at})
    wrong = {finding.label for finding in report.findings}
    seen = {one.label: one for one in report.observations}
    cells = {label: _cell(label, seen.get(label), wrong=label in wrong) for label in report.before.labels}
    wide = -(-len(columns) // -(-len(columns) // WIDEST))  # parts of about the same width
    parts = [columns[start : start + wide] for start in range(0, len(columns), wide)]
    return [
        [[cells[at[column, row]] if (column, row) in at else None for column in part] for row in rows] for part in parts
    ]


def _cell(label: str, seen: Observation | None, *, wrong: bool) -> _Cell:
    if wrong:
        return _Cell(label, "!", "Befund")
    if seen is None:
        return _Cell(label, "–", "nicht geprüft")
    return _Cell(label, "✓", f"{seen.to_open_ms} ms" if seen.to_open_ms is not None else "in Ordnung")


def _rows(report: Report) -> list[_Row]:
    return [_row(report, seen, report.findings) for seen in report.observations]


def _row(report: Report, seen: Observation, findings: Sequence[Finding]) -> _Row:
    item = report.before.compartment(seen.label)
    words = tuple(say(finding, GERMAN) for finding in findings if finding.label == seen.label)
    return _Row(
        label=seen.label,
        lock=str(report.before.lock_wire(item)),
        contact=str(report.before.sensor_wire(item)),
        opened=", ".join(seen.opened) or "keine",
        time="" if seen.to_open_ms is None else f"{seen.to_open_ms} ms",
        words=words or ("in Ordnung",),
    )
