"""The report on the made story's October, and the heaviest report there can be."""

from __future__ import annotations

import pytest

from controller.api import Downtime, MonthFigures, ReportView, Spread, TrendMonth, UseShown
from kiosk_ui.report.facts import LANGUAGES, MODES
from kiosk_ui.report.measures import CAUSES
from tests.unit.reporting.conftest import berlin, october, story

__all__ = ["berlin", "full", "october", "story"]

HOUR = 3_600_000


def heavy(month: str, *, finished: bool) -> MonthFigures:
    """Everything happened, and much of it."""
    return MonthFigures(
        month=month,
        begins_ms=1_790_805_600_000,
        ends_ms=1_793_487_600_000,
        known_from_ms=1_790_905_600_000,
        known_to_ms=1_793_387_600_000,
        finished=finished,
        pickups=12_345,
        documents=23_456,
        issued=123_456,
        appointments_saved=11_111,
        timed_pickups=12_000,
        outside_counter_hours=5_432,
        waiting=Spread(12_345, 54_321, 12_000),
        at_box=Spread(123, 456, 12_000),
        hours_known=False,
        opening_ms=745 * HOUR,
        down=tuple(Downtime(cause, (index + 1) * 7 * HOUR) for index, cause in enumerate(CAUSES)),
        openings=13_000,
        first_try=12_345,
        help_calls=1_234,
        recalled=2_345,
        at_counter=345,
        days=31,
        days_full=17,
        languages=tuple(UseShown(name, 1_234) for name in LANGUAGES),
        modes=tuple(UseShown(name, None, "few") for name in MODES),
        cost_cents=123_456_789,
        unexpected_open=1_234,
        left_open=1_234,
        documents_missing=1_234,
        quarantines=1_234,
        uncertain_entries=12_345,
    )


@pytest.fixture
def full() -> ReportView:
    """The report that needs the most room."""
    months = [f"20{25 + n // 12}-{n % 12 + 1:02}" for n in range(11, 24)]
    return ReportView(
        state="ready",
        box="rathaus-untermeitingen-1",
        simulated=True,
        made_wall_ms=1_793_520_000_000,
        month=heavy("2026-12", finished=False),
        previous=heavy("2026-11", finished=True),
        trend=tuple(TrendMonth(name, name != "2026-12", 9_876, 745 * HOUR, 700 * HOUR) for name in months),
        months=tuple(months),
        may_note=True,
    )
