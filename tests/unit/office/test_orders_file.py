"""Files with orders: what a spreadsheet writes is read, and nothing that anybody can upload gets further than a
code.
"""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.api import LINE_LIMIT, PreviewImport, ResultRow
from kiosk_ui.office import words
from kiosk_ui.office.orders_file import COLUMNS, MOST_ROWS, FileUnusable, OrdersFile, read_orders
from kiosk_ui.office.results_file import results_file

HEAD = "Vorgang;Dokumentart;Sprache;Größe;Niedrig;Geburtsdatum;PIN;Familienname;Vornamen;Gruppe"
FILE_CODES = {"file_empty", "file_not_text", "file_columns", "too_many_rows"}


def read(text: str, encoding: str = "utf-8") -> OrdersFile:
    return read_orders(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheets_file_is_read(encoding: str, separator: str, end: str) -> None:
    lines = (HEAD, "pa-2026-1;Führerschein;TR;l;ja;31.12.1990;;Weiß;Zoë Anna", ";;;;;;", 'PA-2;"Reisepass";;;;;4711')
    file = read(end.join(lines).replace(";", separator) + end, encoding)
    assert not file.problems
    first, second = file.rows
    assert (first.line, first.order, first.document_type) == (2, "PA-2026-1", "Führerschein")
    assert (first.language, first.size, first.low, first.birth_date) == ("tr", "L", True, "31.12.1990")
    assert (first.surname, first.given_names, second.surname) == ("Weiß", "Zoë Anna", "")
    assert (second.line, second.language, second.size, second.low, second.pin) == (4, "de", "M", False, "4711")


def test_only_two_columns_are_needed_in_any_order() -> None:
    (row,) = read("Bemerkung;DOKUMENTART; vorgang \nx;eAT;PA-1\n").rows
    assert (row.order, row.document_type) == ("PA-1", "eAT")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("\n\n", "file_empty"),
        (HEAD, "file_empty"),
        (HEAD + "\n;;\n", "file_empty"),
        ("a;b\n1;2", "file_columns"),
        ("Vorgang\nPA-1", "file_columns"),
        ("Vorgang;Vorgang;Dokumentart\nPA-1;PA-2;eAT", "file_columns"),
        ("Vorgang;Auftrag;Dokumentart\nPA-1;PA-2;eAT", "file_columns"),
        (HEAD + "\n" + "PA-1;eAT\n" * (MOST_ROWS + 1), "too_many_rows"),
        (HEAD + '\n"PA-1;eAT', "file_not_text"),
        (HEAD + "\nPA-1\0;eAT", "file_not_text"),
    ],
)
def test_what_is_no_such_file_is_said(text: str, code: str) -> None:
    with pytest.raises(FileUnusable) as error:
        read(text)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";eAT", "order_missing"),
        ("PA-1;eAT;de;M;vielleicht", "low_unclear"),
        ("P" * 65 + ";eAT", "row_malformed"),
        ("PA\x07-1;eAT", "row_malformed"),
        ("PA-1;eAT;\u202ede", "row_malformed"),
    ],
)
def test_a_row_that_cannot_be_meant_is_named_by_its_line(row: str, code: str) -> None:
    file = read(f"{HEAD}\nPA-01;eAT\n{row}\n")
    assert [each.line for each in file.rows] == [2]
    assert file.problems == ((3, code),)


def test_nobodys_picture_or_program_is_a_file_with_orders() -> None:
    for content in (
        b"PK\x03\x04\x14\x00",
        b"%PDF-1.7\n%\xe2\xe3",
        b"\x89PNG\r\n\x1a\n\x00",
        b"\xff\xfeV\x00",
        b"\x81" * 40,
    ):
        with pytest.raises(FileUnusable):
            read_orders(content)


def attempt(content: bytes) -> tuple[OrdersFile | None, str]:
    try:
        return read_orders(content), ""
    except FileUnusable as error:
        return None, error.code


hostile = st.one_of(
    st.binary(max_size=2_000),
    st.text(max_size=1_000).map(lambda text: f"{HEAD}\n{text}".encode("utf-8", "surrogatepass")),
    st.lists(st.lists(st.text(max_size=80), max_size=9), max_size=12).map(
        lambda rows: "\n".join([HEAD, *(";".join(row) for row in rows)]).encode("utf-8", "replace")
    ),
)


@given(hostile)
@example(b'Vorgang;Dokumentart\n"' + b'"' * 1999)
@example(b"Vorgang;Dokumentart\r" * 50)
@example(("Vorgang;Dokumentart\n" + ";".join("x" * 60)).encode())
def test_whatever_is_uploaded_becomes_rows_or_codes(content: bytes) -> None:
    file, code = attempt(content)
    if file is None:
        assert code in FILE_CODES
        return
    assert len(file.rows) + len(file.problems) <= MOST_ROWS
    for row in file.rows:
        assert row.order
        assert all(len(value) <= 64 and value.isprintable() for value in (row.order, row.document_type, row.birth_date))
    assert all(code in words.NOTICES for _, code in file.problems)


def test_the_longest_file_fits_into_one_request() -> None:
    rows = "\n".join(f"PA-{number:060};{'Ä' * 60};de;M;nein;{'9' * 60};{'9' * 60}" for number in range(MOST_ROWS))
    file = read(f"{HEAD}\n{rows}")
    assert len(file.rows) == MOST_ROWS
    message = {"jsonrpc": "2.0", "id": 1, "method": PreviewImport.METHOD, "params": PreviewImport("t" * 43, file.rows)}
    assert len(msgspec.json.encode(message)) < LINE_LIMIT


def test_every_column_has_a_name_that_the_page_tells() -> None:
    told = {name.casefold() for name in HEAD.split(";")}
    assert all(set(names) & told for names in COLUMNS.values())


def test_results_are_a_spreadsheets_and_no_formula() -> None:
    rows = [ResultRow("PA-1", "stored", 1_795_334_400_000), ResultRow("=1+1", "eaten", 1_795_334_400_000)]
    written = results_file(rows, "Europe/Berlin").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written), delimiter=";")) == [
        ["Vorgang", "Ergebnis", "Code", "Zeit"],
        ["PA-1", "eingelegt", "stored", "2026-11-22 09:00:00+01:00"],
        ["'=1+1", "eaten", "eaten", "2026-11-22 09:00:00+01:00"],
    ]
