"""The report in words."""

from __future__ import annotations

import re
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api import Downtime, ReportView
from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.report import facts_of, numbers, plots
from kiosk_ui.report.measures import BY_KEY, MEASURES
from kiosk_ui.report.pages import Reader, ReportPages, plots_of
from tests.unit.domain.builder import STAFF
from tests.unit.kiosk_ui.report.conftest import heavy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.whole(1_234_567), "1.234.567"),
        (numbers.percent(0.342), "34\u00a0%"),
        (numbers.percent(0.04), "4,0\u00a0%"),
        (numbers.percent(0.9928), "99,3\u00a0%"),
        (numbers.percent(1.0), "100\u00a0%"),
        (numbers.percent(0.0), "0\u00a0%"),
        (numbers.percent(0.99999), "über\u00a099,9\u00a0%"),
        (numbers.euros(123_456), "1.234,56\u00a0€"),
        (numbers.waiting(30), "30\u00a0Minuten"),
        (numbers.waiting(60), "1\u00a0Stunde"),
        (numbers.waiting(47 * 60), "47\u00a0Stunden"),
        (numbers.waiting(73 * 60), "3,0\u00a0Tage"),
        (numbers.seconds(35), "35\u00a0Sekunden"),
        (numbers.seconds(150), "2,5\u00a0Minuten"),
        (numbers.hours(0), "0\u00a0Minuten"),
        (numbers.hours(20_000), "weniger als 1\u00a0Minute"),
        (numbers.hours(90 * 60_000), "90\u00a0Minuten"),
        (numbers.hours(416 * 3_600_000), "416\u00a0Stunden"),
        (numbers.month_name("2026-03"), "März 2026"),
    ],
)
def test_numbers_are_written_as_in_german(written: str, expected: str) -> None:
    assert written == expected


@given(st.floats(0, 1))
def test_only_all_is_called_all(share: float) -> None:
    assert (numbers.percent(share) == "100\u00a0%") == (share == 1)


@pytest.mark.usefixtures("berlin")
def test_the_story_in_sentences(october: ReportView) -> None:
    facts = facts_of(october)
    said = {headline.key: headline for headline in facts.headlines}
    assert said["pickups"].value == "35"
    assert said["pickups"].compared == "September 2026: 24 (+11)"
    assert said["share"].meaning == "39 von 118 ausgegebenen Dokumenten gingen über die Box statt über den Schalter."
    assert "fielen 3,0\u00a0Stunden aus, vor allem: Box abgeschaltet" in said["availability"].meaning
    assert "Vorfälle: 1 × Fach bis zur Klärung gesperrt." in facts.sentences
    assert facts.notes == ()


@pytest.mark.usefixtures("berlin")
def test_half_a_month_is_not_compared_with_a_whole_one(full: ReportView) -> None:
    facts = facts_of(full)
    assert not any(row.change for row in facts.rows)
    assert facts.coverage.startswith("Daten vom ")
    assert len(facts.notes) == 4


@pytest.mark.usefixtures("berlin")
def test_what_is_not_known_is_said_and_not_guessed(october: ReportView) -> None:
    month = october.month
    assert month is not None
    unknown = msgspec.structs.replace(month, issued=None, cost_cents=None, timed_pickups=0)
    facts = facts_of(msgspec.structs.replace(october, month=unknown, previous=None))
    said = {headline.key: headline for headline in facts.headlines}
    for key in ("share", "cost_per_pickup", "outside_counter_hours"):
        assert said[key].value == "–"
        assert re.search("[Nn]icht bekannt", said[key].meaning)
        assert said[key].compared == ""


def test_a_share_of_very_few_is_none() -> None:
    few = msgspec.structs.replace(heavy("2026-10", finished=True), issued=4, timed_pickups=4, openings=4)
    for key in ("share", "outside_counter_hours", "first_try"):
        assert BY_KEY[key].of(few) is None


def test_a_month_without_pickups_has_no_cost_per_pickup() -> None:
    assert BY_KEY["cost_per_pickup"].of(msgspec.structs.replace(heavy("2026-10", finished=True), pickups=0)) is None


def test_keys_are_unique() -> None:
    assert len(BY_KEY) == len(MEASURES)


@pytest.mark.usefixtures("berlin")
def test_every_plot_says_what_it_shows(october: ReportView) -> None:
    drawn = {name: plot for name, plot in plots_of(october).items() if plot is not None}
    assert set(drawn) == {"trend", "shares", "losses"}
    ids = re.findall(r'id="([^"]+)"', "".join(str(plot.svg) for plot in drawn.values()))
    assert len(ids) == len(set(ids)), "several plots stand on one page"
    for name, plot in drawn.items():
        svg = str(plot.svg)
        assert f'aria-labelledby="{name}-title {name}-desc"' in svg
        assert f'<title id="{name}-title">{plot.title}</title>' in svg
        assert plot.description in svg
        assert "style=" not in svg, "the pages' policy forbids inline styles"
    assert "Oktober 2026: 35" in drawn["trend"].description


def test_the_bars_of_the_row_of_months_are_as_high_as_their_numbers(october: ReportView) -> None:
    plot = plots.trend(october.trend)
    assert plot is not None
    heights = [float(h) for h in re.findall(r'<rect x="[^"]+" y="[^"]+" width="[^"]+" height="([^"]+)"', str(plot.svg))]
    pickups = [month.pickups for month in october.trend]
    assert len(heights) == len(pickups)
    for height, count in zip(heights, pickups, strict=True):
        assert height == pytest.approx(heights[-1] * count / pickups[-1], abs=0.2)


def test_a_box_without_a_loss_has_no_plot_of_losses(october: ReportView) -> None:
    month = october.month
    assert month is not None
    assert plots.losses(msgspec.structs.replace(month, down=()), None) is None
    assert plots.trend(october.trend[:1]) is None


PAGES = ReportPages(cast(Link, None), languages.load("de", {}))


@pytest.mark.usefixtures("berlin")
def test_seconds_of_a_restart_are_no_failure_of_the_month(october: ReportView) -> None:
    month = october.month
    assert month is not None
    restarted = msgspec.structs.replace(month, down=(Downtime("stopped", 5_000),))
    plot = plots.losses(restarted, None)
    assert plot is not None
    assert "weniger als 1" in plot.svg
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([0-9.]+)"', plot.svg)]
    assert min(widths) < 5, "a sliver"
    facts = facts_of(msgspec.structs.replace(october, month=restarted))
    said = next(headline.meaning for headline in facts.headlines if headline.key == "availability")
    assert said.endswith("war die Box bis auf Sekunden immer nutzbar.")


def test_a_month_in_which_nothing_happened_has_a_page(october: ReportView) -> None:
    month = october.month
    assert month is not None
    nothing = type(month)("2026-10", month.begins_ms, month.ends_ms, month.begins_ms, month.ends_ms, finished=True)
    view = msgspec.structs.replace(october, month=nothing, previous=None, trend=())
    html = PAGES.render(view, Reader("", "1-1"), "/report", "")
    assert "Es gab keinen Ausfall." in html
    assert "hat niemand etwas an der Box abgeholt" in html
    assert "zu wenige Besuche" in html


@pytest.mark.usefixtures("berlin")
def test_nobody_is_on_the_page(october: ReportView) -> None:
    html = PAGES.render(october, Reader("", "1-1"), "/report", "")
    text = re.sub(r"<[^>]+>", " ", html)
    assert not {word.lower() for word in re.findall(r"\w+", text)} & set(STAFF)
    assert not re.findall(r"\b[SRDA]\d+\b", text)
