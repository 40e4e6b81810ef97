"""The file for a spreadsheet: the made story's October, byte by byte, and nothing that a spreadsheet would carry
out.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api import ReportView
from kiosk_ui.report.csv_file import BOM, FORMULA, csv_of, guarded
from kiosk_ui.report.facts import facts_of

GOLDEN = Path(__file__).with_name("oktober-2026.csv")


@pytest.mark.usefixtures("berlin")
def test_it_is_the_golden_file(october: ReportView) -> None:
    assert csv_of(facts_of(october)).encode("utf-8") == GOLDEN.read_bytes()


@pytest.mark.usefixtures("berlin")
def test_a_german_spreadsheet_reads_it(october: ReportView) -> None:
    text = csv_of(facts_of(october))
    assert text.startswith(BOM)
    assert text.count("\r\n") == text.count("\n")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";") if row}
    assert rows["pickups"][3:] == ["35", "24"]
    assert rows["availability"][3:] == ["99,28", "98,50"]
    assert rows["cost_per_pickup"][2:] == ["Euro", "11,14", "16,25"]


@pytest.mark.usefixtures("berlin")
def test_no_cell_is_a_formula(full: ReportView) -> None:
    """Not even where somebody named the box to be one."""
    text = csv_of(facts_of(msgspec.structs.replace(full, box='=HYPERLINK("http://example.org";"x")', simulated=False)))
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


@given(st.text())
def test_a_guarded_cell_is_never_a_formula_and_loses_nothing(cell: str) -> None:
    assert not guarded(cell).startswith(FORMULA)
    assert guarded(cell).endswith(cell)
