"""``calendar.toml``: what it means, and that whatever is wrong is named with its line."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

import pytest

from controller.adapters.public_holidays import public_holidays
from controller.calendar_file import YEARS_AHEAD, Land, load_calendar
from controller.domain.hours import Calendar, DatedSpan, WeeklySpan, is_open, next_opening
from hal.strict_toml import ConfigurationError
from provisioning import templates
from simulator.town import ALWAYS_OPEN
from tests.unit.domain.calendars import at

GOOD = """\
format = 1
time_zone = "Europe/Berlin"
land = "BY"

[box]
public_holidays = "as_usual"
monday = ["06:00-22:00"]
sunday = ["00:00-24:00"]

[staff]
public_holidays = "closed"
monday = ["08:00-12:00", "13:00-16:00"]

[[closed]]
date = 2026-12-28
until = 2027-01-04
reason = "Betriebsferien"
who = "staff"

[[closed]]
date = 2026-11-30
reason = "Umbau"

[[extra]]
date = 2026-11-28
reason = "Adventssamstag"
box = ["10:00-14:00"]
"""


def no_holidays(land: str, years: Collection[int]) -> Collection[datetime.date]:
    return ()


def load(tmp_path: Path, text: str = GOOD, year: int = 2026) -> tuple[str, Calendar]:
    file = tmp_path / "calendar.toml"
    file.write_text(text, "utf-8")
    return load_calendar(file, public_holidays, year)


def test_what_it_says(tmp_path: Path) -> None:
    _, calendar = load(tmp_path)
    assert calendar.zone == "Europe/Berlin"
    assert calendar.box.weekly == (WeeklySpan(1, 360, 1320), WeeklySpan(7, 0, 1440))
    assert calendar.staff.weekly == (WeeklySpan(1, 480, 720), WeeklySpan(1, 780, 960))
    assert calendar.box.closed == ("2026-11-30",), "holidays as usual, and staff's are not the box's"
    assert {"2026-11-30", "2026-12-28", "2027-01-04"} <= set(calendar.staff.closed)
    assert calendar.box.extra == (DatedSpan("2026-11-28", 600, 840),)
    assert not calendar.staff.extra


def test_public_holidays_of_the_land(tmp_path: Path) -> None:
    _, bavaria = load(tmp_path)
    _, hamburg = load(tmp_path, GOOD.replace('"BY"', '"HH"'))
    corpus_christi, reformation, unity = "2026-06-04", "2026-10-31", "2026-10-03"
    assert corpus_christi in bavaria.staff.closed
    assert corpus_christi not in hamburg.staff.closed
    assert reformation in hamburg.staff.closed
    assert reformation not in bavaria.staff.closed
    assert unity in bavaria.staff.closed
    assert unity in hamburg.staff.closed
    easter_monday = f"{2026 + YEARS_AHEAD}-04-22"
    assert easter_monday in bavaria.staff.closed, "for this year and the next ones"
    assert not is_open(bavaria.staff, bavaria.zone, at("2027-03-29 09:00")), "Easter Monday"


def test_a_land_is_one_that_the_library_knows() -> None:
    for land in Land:
        if land is not Land.NONE:
            assert len(public_holidays(land.value, (2027,))) >= 9


def test_without_a_land_nobody_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text(GOOD.replace('"BY"', '"none"'), "utf-8")

    def never(land: str, years: Collection[int]) -> Collection[datetime.date]:
        raise AssertionError(land)

    _, calendar = load_calendar(file, never, 2026)
    assert "2026-10-03" not in calendar.staff.closed


def test_the_hash_is_of_what_follows_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    first, _ = load(tmp_path)
    again, _ = load(tmp_path, "# a comment\n" + GOOD.replace("Umbau", "Renovierung"))
    later, _ = load(tmp_path, GOOD.replace("06:00", "07:00"))
    next_year, _ = load(tmp_path, year=2027)
    assert first == again
    assert len({first, later, next_year}) == 3


def test_a_clock_that_has_not_been_set_gets_holidays_all_the_same(tmp_path: Path) -> None:
    assert load(tmp_path, year=1970) == load(tmp_path, year=2026)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('"06:00-22:00"', '"06:00–22:00"', 7, "is no span"),
        ('"06:00-22:00"', '"6:00-22:00"', 7, "is no span"),
        ('"06:00-22:00"', '"06:00-24:30"', 7, "a day ends at 24:00"),
        ('"06:00-22:00"', '"22:00-02:00"', 7, 'over midnight write two spans, "22:00-24:00" here and "00:00-02:00"'),
        ('"06:00-22:00"', '"08:00-08:00"', 7, "ends before it begins"),
        ('"13:00-16:00"', '"11:00-16:00"', 12, "begins before the span before it ends"),
        ("monday = [", "moonday = [", 7, "did you mean monday?"),
        ("Europe/Berlin", "Europe/Bärlin", 2, "knows no time zone"),
        ("Europe/Berlin", "../etc/passwd", 2, "knows no time zone"),
        ('"BY"', '"Bayern"', 3, "not one of the allowed values"),
        ("until = 2027-01-04", "until = 2026-12-01", 16, "lies before"),
        ("until = 2027-01-04", "until = 2062-01-04", 16, "is the year right?"),
        ('box = ["10:00-14:00"]\n', "", 24, "neither box nor staff says when"),
        ('box = ["10:00-14:00"]', 'box = ["10-14"]', 27, "is no span"),
        ('who = "staff"', 'who = "dog"', 18, "not one of the allowed values"),
        ("format = 1", "format = 2", 1, "this version reads format 1"),
        ('monday = ["06:00-22:00"]\nsunday = ["00:00-24:00"]\n', "", 5, "open on no day of the week"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert says in str(caught.value)
    assert caught.value.line == line


@pytest.mark.parametrize("land", list(Land))
def test_the_calendar_that_ships_is_right_in_every_land(tmp_path: Path, land: Land) -> None:
    file = tmp_path / "calendar.toml"
    file.write_bytes(templates.calendar(templates.CALENDAR, land.value))
    _, calendar = load_calendar(file, public_holidays, 2026)
    assert is_open(calendar.box, calendar.zone, at("2026-12-25 03:00")), "the box is accessible at all times"
    staffed_on_unity = is_open(calendar.staff, calendar.zone, at("2028-10-03 09:00"))
    assert staffed_on_unity is (land is Land.NONE)


def test_the_calendar_of_the_demo_is_always_open_and_staffed() -> None:
    _, calendar = load_calendar(ALWAYS_OPEN, no_holidays, 2026)
    for table in (calendar.box, calendar.staff):
        assert is_open(table, calendar.zone, at("2026-12-25 03:00"))
        assert next_opening(table, calendar.zone, at("2026-12-25 03:00")) == 0
