"""The log's search and its files."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import api
from kiosk_ui.forms import FormError
from kiosk_ui.technician_log import Search, _csv, bounds, last_days, search_of


def test_a_day_begins_and_ends_at_midnight_here() -> None:
    start, end = bounds("2026-11-22")
    assert end - start == 86_400_000
    start, end = bounds("2026-03-29")
    assert end - start in (86_400_000, 82_800_000), "summer time takes an hour where there is any"


@pytest.mark.parametrize("day", ["2026-02-30", "heute", "2026-13-01", "22.11.2026", "9999-12-31"])
def test_a_day_that_is_none(day: str) -> None:
    with pytest.raises(FormError, match="day"):
        Search(day=day).only()


@given(st.dictionaries(st.sampled_from(["group", "compartment", "day", "text", "before", "x"]), st.text(max_size=80)))
def test_any_address_is_understood_or_left_out(query: dict[str, str]) -> None:
    search = search_of(query)
    assert isinstance(search.only() if not search.day else api.EventFilter(), api.EventFilter)
    assert search.before >= 0
    assert len(search.text) <= 60


def test_an_address_says_the_search_again() -> None:
    search = Search("doors", "A07", "2026-11-22", "jam & Co", 4711)
    assert search_of(dict(parse_qsl(search.address(4711)))) == search
    assert "before" not in search.address()


def test_days_to_choose_from() -> None:
    days = last_days(1_795_334_400_000, "")
    assert days[0] == ("2026-11-22", "22.11.2026")
    assert len(days) == 31
    assert last_days(1_795_334_400_000, "2020-01-01")[0][0] == "2020-01-01"


def test_a_spreadsheet_takes_no_formula_from_the_log() -> None:
    body = {"at": 1_795_334_400_000, "clock": "trusted", "data": {"subject": "=1+1"}, "seq": 3, "type": "FaultRaised"}
    line = api.ExportLine(3, "00", msgspec.json.encode(body).decode())
    text = _csv(api.EventExport((line,), 0))
    assert text.startswith("3;22.11.2026 ")
    assert ";'=1+1;" in text
    assert text.endswith("\r\n")
