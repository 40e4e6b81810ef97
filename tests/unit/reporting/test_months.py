"""Months and days, the odd ones too."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.reporting.months import Month, MonthError, days, midnight, months

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
ZONES = tuple(ZoneInfo(name) for name in ("Europe/Berlin", "UTC", "America/St_Johns", "Asia/Beirut", "Pacific/Chatham"))
MONTHS = st.builds(Month, st.integers(2001, 2098), st.integers(1, 12))


@pytest.mark.parametrize("wrong", ["", "2026", "2026-13", "2026-00", "26-10", "2026-1", "2026-10-01", "2026-1０", "x"])
def test_what_is_no_month_is_refused(wrong: str) -> None:
    with pytest.raises(MonthError):
        Month.parse(wrong)


@pytest.mark.parametrize(("month", "hours"), [("2026-03", 31 * 24 - 1), ("2026-10", 31 * 24 + 1), ("2026-11", 30 * 24)])
def test_a_month_is_an_hour_shorter_or_longer_where_clocks_are_changed(month: str, hours: int) -> None:
    begin, end = Month.parse(month).bounds(BERLIN)
    assert end - begin == hours * HOUR


@given(month=MONTHS, zone=st.sampled_from(ZONES))
def test_months_follow_each_other_without_gap_or_overlap(month: Month, zone: ZoneInfo) -> None:
    begin, end = month.bounds(zone)
    assert month.after().bounds(zone)[0] == end
    assert month.before().after() == month == month.after().before()
    assert Month.of(begin, zone) == Month.of(end - 1, zone) == month
    assert Month.of(end, zone) == month.after()
    assert Month.parse(str(month)) == month


@given(
    begin=st.integers(1_500_000_000_000, 1_900_000_000_000),
    length=st.integers(0, 100 * 24 * HOUR),
    zone=st.sampled_from(ZONES),
)
def test_a_stretch_is_cut_into_days_and_months_that_are_the_whole_of_it(
    begin: int, length: int, zone: ZoneInfo
) -> None:
    for parts in (list(days(begin, begin + length, zone)), list(months(begin, begin + length, zone))):
        ends = [(since, until) for _, since, until in parts]
        assert sum(until - since for since, until in ends) == length
        assert all(before[1] == after[0] for before, after in pairwise(ends))
        assert len({name for name, _, _ in parts}) == len(parts)


def test_a_day_that_has_no_midnight_begins_when_it_begins() -> None:
    """In Beirut clocks went from 0:00 to 1:00 on 26 March 2028."""
    zone = ZoneInfo("Asia/Beirut")
    assert Month.of(midnight(date(2028, 3, 26), zone), zone) == Month(2028, 3)
