"""The report for a spreadsheet, as a German Excel reads it by a double click: semicolons, decimal commas, a BOM."""

from __future__ import annotations

import csv
import io

from kiosk_ui.report.facts import UNKNOWN, Facts, Use
from kiosk_ui.report.numbers import month_name

BOM = "\ufeff"
#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(facts: Facts) -> str:
    """The file's text, with its BOM; lines end as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    before = facts.previous.month if facts.previous is not None else ""

    def line(*cells: str) -> None:
        writer.writerow([guarded(cell) for cell in cells])

    line("Bericht", facts.title)
    line("Box", facts.box + (" (Simulation)" if facts.simulated else ""))
    line("Erstellt", facts.made)
    if facts.coverage:
        line("Umfang", facts.coverage)
    for note in facts.notes:
        line("Hinweis", note)
    line()
    line("Schlüssel", "Kennzahl", "Einheit", month_name(facts.month), month_name(before) if before else "Vormonat")
    for row in facts.rows:
        line(row.key, row.label, row.unit, row.plain, row.plain_before)
    for prefix, uses in (("language", facts.languages), ("mode", facts.modes)):
        for use in uses:
            line(prefix, use.name, "Besuche", _plain(use), "" if use.before == UNKNOWN else use.before)
    return BOM + out.getvalue()


def guarded(cell: str) -> str:
    """``cell`` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _plain(use: Use) -> str:
    return str(use.count) if use.count is not None else use.text
