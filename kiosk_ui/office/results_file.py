"""What became of the orders, as a file for the case system or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.api import ResultRow
from kiosk_ui.office.words import RESULTS

#: A spreadsheet takes a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def results_file(rows: Iterable[ResultRow], zone: str) -> bytes:
    """UTF-8 with a byte order mark, semicolons, as German spreadsheets read it. Times are local, to the second."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(("Vorgang", "Ergebnis", "Code", "Zeit"))
    local = ZoneInfo(zone) if zone else None
    for row in rows:
        at = datetime.fromtimestamp(row.at_wall_ms / 1000, tz=local).astimezone(local)
        writer.writerow(
            (_plain(row.order), RESULTS.get(row.result, row.result), row.result, at.isoformat(" ", "seconds"))
        )
    return written.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
