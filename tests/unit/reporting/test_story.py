"""The made story, figure by figure. What is expected was counted by hand from the story's words."""

from __future__ import annotations

from datetime import date

import pytest

from controller.adapters.reports import view_of
from controller.api import Downtime, MonthFigures, ReportView
from controller.reporting import Ledger, Month, MonthError
from tests.unit.reporting.conftest import NOW
from tests.unit.reporting.story import LANGUAGES, ZONE, Story, instant

HOUR = 3_600_000


def month(view: ReportView) -> MonthFigures:
    assert view.month is not None
    return view.month


def previous(view: ReportView) -> MonthFigures:
    assert view.previous is not None
    return view.previous


def test_pickups_documents_and_appointments(october: ReportView) -> None:
    assert (month(october).pickups, previous(october).pickups) == (35, 24)
    # The first envelope of every week holds two.
    assert (month(october).documents, previous(october).documents) == (39, 29)
    assert month(october).appointments_saved == 35
    assert (month(october).issued, previous(october).issued) == (118, 109)


def test_the_last_word_on_a_typed_figure_counts(story: Story) -> None:
    assert story.ledger().figures(Month(2026, 10), NOW, NOW).issued == 118


def test_pickups_at_five_in_the_afternoon_are_outside_counter_hours(october: ReportView) -> None:
    assert (month(october).timed_pickups, month(october).outside_counter_hours) == (35, 17)


def test_opening_time_has_holidays_and_the_hour_of_the_clock_change_is_at_night(october: ReportView) -> None:
    """26 days of 16 hours: the third of October is a holiday, and Sundays are closed."""
    assert month(october).days == 26
    assert month(october).opening_ms == 26 * 16 * HOUR
    assert month(october).hours_known


def test_lost_time_by_cause(october: ReportView) -> None:
    assert month(october).down == (Downtime("stopped", 5 * HOUR // 2), Downtime("scanner_down", HOUR // 2))
    assert previous(october).down == (Downtime("reported", 25 * HOUR // 4),)
    assert month(october).available_ms == (26 * 16 - 3) * HOUR


def test_the_jam(october: ReportView) -> None:
    assert (month(october).openings, month(october).first_try) == (36, 35)
    assert (month(october).help_calls, month(october).quarantines, month(october).at_counter) == (1, 1, 1)


def test_recalled_and_opened_by_itself(october: ReportView) -> None:
    assert (month(october).recalled, previous(october).recalled) == (2, 0)
    assert (month(october).unexpected_open, previous(october).unexpected_open) == (0, 1)


def test_times(october: ReportView) -> None:
    """Loaded on Monday at half past eight: Tuesday at five is some 32 hours, Thursday at half past nine some 73."""
    waiting, visit = month(october).waiting, month(october).at_box
    assert waiting is not None
    assert visit is not None
    assert 72 * 60 < waiting.median < waiting.ninety < 74 * 60
    assert 25 < visit.median < visit.ninety < 60
    assert waiting.of == visit.of == 35


def test_languages_and_modes(october: ReportView) -> None:
    shown = {use.name: use.count for use in month(october).languages}
    assert set(shown) == set(LANGUAGES)
    assert {name: count for name, count in shown.items() if count is not None} == {"de": 14, "en": 7, "uk": 6, "tr": 5}
    assert [(use.name, use.count) for use in month(october).modes] == [
        ("larger", 8),
        ("contrast", None),
        ("speech", None),
        ("keypad", None),
    ]


def test_the_row_of_months(october: ReportView) -> None:
    assert [(m.month, m.pickups) for m in october.trend] == [("2026-08", 0), ("2026-09", 24), ("2026-10", 35)]
    assert october.months == ("2026-11", "2026-10", "2026-09", "2026-08")


def test_without_a_wish_it_is_the_last_month_that_is_over(story: Story) -> None:
    assert month(view_of(story.ledger(), "", NOW, NOW)).month == "2026-10"


def test_a_running_month_hides_what_its_last_visitor_used(story: Story) -> None:
    then = instant(date(2026, 10, 31), 12)
    running = month(view_of(story.ledger(), "2026-10", then, then))
    assert not running.finished
    assert running.languages == running.modes == ()
    assert running.known_to_ms == then


def test_the_first_month_is_known_in_part(story: Story) -> None:
    august = month(view_of(story.ledger(), "2026-08", NOW, NOW))
    assert august.known_from_ms == instant(date(2026, 8, 31), 6)
    assert august.opening_ms == 16 * HOUR
    assert view_of(story.ledger(), "2026-08", NOW, NOW).previous is None


@pytest.mark.parametrize("wrong", ["2026-07", "2026-12", "2099-01", "october"])
def test_a_month_that_the_log_does_not_know(story: Story, wrong: str) -> None:
    with pytest.raises(MonthError):
        view_of(story.ledger(), wrong, NOW, NOW)


def test_an_empty_log_has_no_report() -> None:
    with pytest.raises(MonthError):
        view_of(Ledger(ZONE), "", NOW, NOW)
