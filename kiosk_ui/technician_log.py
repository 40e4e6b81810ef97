"""The event log on the technician's page: filter, pages of fifty from the newest, export in two forms."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from controller import api
from kiosk_ui.forms import Form, FormError
from kiosk_ui.link import Link
from kiosk_ui.report.csv_file import BOM, FORMULA
from kiosk_ui.technician_words import GROUPS, when

#: An export ends after so many entries looked through: whoever needs more takes `abholfach log export`.
MOST_EXPORTED = 200_000
#: Days to choose from; any other one can stand in the address.
DAYS = 31
COLUMNS = ("Nummer", "Zeit", "Uhr gestellt", "Ereignis", "Fach", "Angaben")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as it stands in the page's fields and in its address."""

    group: str = ""
    compartment: str = ""
    day: str = ""
    text: str = ""
    before: int = 0

    def only(self) -> api.EventFilter:
        """The filter for the controller. Raises `FormError` with ``day``."""
        start = end = 0
        if self.day:
            start, end = bounds(self.day)
        return api.EventFilter(self.group, self.compartment.strip(), self.text.strip(), start, end)

    def address(self, before: int = 0) -> str:
        """As a query for a page of the list."""
        fields: dict[str, Any] = {
            "group": self.group,
            "compartment": self.compartment,
            "day": self.day,
            "text": self.text,
            "before": before or "",
        }
        return urlencode({name: value for name, value in fields.items() if value})


def bounds(day: str) -> tuple[int, int]:
    """The day's begin and end in wall ms, in the box's time zone. Raises `FormError` with ``day``."""
    try:
        begins = date.fromisoformat(day)
        ends = begins + timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormError("day") from None
    start, end = (datetime.combine(each, time()).astimezone().timestamp() for each in (begins, ends))
    return int(start * 1000), int(end * 1000)


def last_days(wall_ms: int, chosen: str) -> list[tuple[str, str]]:
    """The last month's days to choose from, and the one that was chosen: as in an address, and as people say it."""
    today = datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone().date()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    found = [(day.isoformat(), f"{day:%d.%m.%Y}") for day in days]
    return found if not chosen or chosen in dict(found) else [(chosen, chosen), *found]


def search_of(query: dict[str, str]) -> Search:
    """Out of an address. What is not there or not understood is left out."""
    before = query.get("before", "")
    group = query.get("group", "")
    return Search(
        group=group if group in GROUPS else "",
        compartment=query.get("compartment", "")[:20],
        day=query.get("day", "")[:10],
        text=query.get("text", "")[:60],
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0,
    )


class ExportForm(Form, frozen=True):
    """``form``: csv or jsonl."""

    form: str = "csv"
    group: str = ""
    compartment: str = ""
    day: str = ""
    text: str = ""

    def search(self) -> Search:
        return search_of({"group": self.group, "compartment": self.compartment, "day": self.day, "text": self.text})


async def exported(link: Link, form: ExportForm, first: api.EventExport) -> AsyncIterator[bytes]:
    """The file, a piece at a time; the first piece was asked for before anything was promised to the browser.

    A piece that fails ends the stream with an error, so that the browser does not take half a file for a whole one.
    """
    only = form.search().only()
    write = _jsonl if form.form == "jsonl" else _csv
    if form.form != "jsonl":
        yield (BOM + _row(COLUMNS)).encode()
    piece, looked = first, 0
    while True:
        yield write(piece).encode()
        looked = piece.after
        if not piece.after or looked > MOST_EXPORTED:
            return
        piece = await link.call(api.ExportEvents(form.session, piece.after, only))


def _jsonl(piece: api.EventExport) -> str:
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in piece.lines)


def _csv(piece: api.EventExport) -> str:
    rows = []
    for line in piece.lines:
        body = msgspec.json.decode(line.body, type=dict[str, Any])
        data: dict[str, Any] = body["data"]
        compartment = data.get("compartment") or data.get("subject") or ""
        rest = msgspec.json.encode(data).decode()
        known = "ja" if body["clock"] == "trusted" else "nein"
        rows.append(_row((str(body["seq"]), when(body["at"]), known, body["type"], str(compartment), rest)))
    return "".join(rows)


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(
        [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
    )
    return out.getvalue()
