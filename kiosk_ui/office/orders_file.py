"""A file with orders, as a case system or a spreadsheet writes it: read without trust, line by line.

The first line names the columns. Separators are semicolons, commas or tabs; text is UTF-8 or, as old spreadsheets write
it, Windows-1252. What cannot be meant becomes a problem with its line's number and never an exception; nothing of the
file is repeated.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from controller.api import OrderRow

#: What a column may be called, folded: the first word is the one that docs/office.md and the page name.
COLUMNS: dict[str, tuple[str, ...]] = {
    "order": ("vorgang", "vorgangsnummer", "auftrag", "order"),
    "document_type": ("dokumentart", "dokument", "art", "document_type"),
    "language": ("sprache", "language"),
    "size": ("größe", "groesse", "grösse", "size"),
    "low": ("niedrig", "low"),
    "birth_date": ("geburtsdatum", "birth_date"),
    "pin": ("pin", "abhol-pin"),
    "surname": ("familienname", "nachname", "surname"),
    "given_names": ("vornamen", "vorname", "given_names"),
    "group": ("gruppe", "familie", "group"),
}
NEEDED = ("order", "document_type")
MOST_ROWS = 100
YES = frozenset({"ja", "j", "yes", "y", "x", "1", "true", "wahr"})
NO = frozenset({"", "nein", "n", "no", "0", "false", "falsch"})
_SEPARATORS = ";,\t"


class FileUnusable(ValueError):
    """The file as a whole. ``code``: file_empty, file_not_text, file_columns or too_many_rows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class OrdersFile:
    """``problems``: line and code of each row that cannot be read; the others are in ``rows``."""

    rows: tuple[OrderRow, ...]
    problems: tuple[tuple[int, str], ...]


def read_orders(content: bytes) -> OrdersFile:
    """Raises `FileUnusable`."""
    lines = _lines(_text(content))
    if not lines:
        raise FileUnusable("file_empty")
    columns = _columns(lines[0][1])
    body = [(number, cells) for number, cells in lines[1:] if any(cell.strip() for cell in cells)]
    if not body:
        raise FileUnusable("file_empty")
    if len(body) > MOST_ROWS:
        raise FileUnusable("too_many_rows")
    rows: list[OrderRow] = []
    problems: list[tuple[int, str]] = []
    for number, cells in body:
        row = _row(number, cells, columns)
        if isinstance(row, str):
            problems.append((number, row))
        else:
            rows.append(row)
    return OrdersFile(tuple(rows), tuple(problems))


def _text(content: bytes) -> str:
    if b"\0" in content:
        raise FileUnusable("file_not_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Every byte sequence is some text in Windows-1252 but for five bytes that it does not use.
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            raise FileUnusable("file_not_text") from None


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Rows with the number of the line that each ends on."""
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error:
        raise FileUnusable("file_not_text") from None


def _columns(cells: list[str]) -> dict[str, int]:
    """Field → position. Unknown columns are passed over; one that stands twice cannot be meant."""
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = cell.strip().casefold()
        field = next((field for field, names in COLUMNS.items() if name in names), "")
        if field and field in found:
            raise FileUnusable("file_columns")
        if field:
            found[field] = position
    if any(field not in found for field in NEEDED):
        raise FileUnusable("file_columns")
    return found


def _row(number: int, cells: list[str], columns: dict[str, int]) -> OrderRow | str:
    """A row, or the code of what is wrong with it."""
    values = {field: cells[at].strip() if at < len(cells) else "" for field, at in columns.items()}
    if not values["order"]:
        return "order_missing"
    if any(len(value) > 64 or not value.isprintable() for value in values.values()):
        return "row_malformed"
    low = values.get("low", "").casefold()
    if low not in YES and low not in NO:
        return "low_unclear"
    return OrderRow(
        line=number,
        order=values["order"].upper(),
        document_type=values["document_type"],
        language=values.get("language", "").casefold() or "de",
        size=values.get("size", "").upper() or "M",
        low=low in YES,
        birth_date=values.get("birth_date", ""),
        pin=values.get("pin", ""),
        surname=values.get("surname", ""),
        given_names=values.get("given_names", ""),
        group=values.get("group", ""),
    )
