"""Curves: gaps stay gaps, and everything they show is said."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.sparkline import HEIGHT, HOUR_MS, WIDTH, sparkline


def say(value: int) -> str:
    return f"{value} ms"


def test_it_says_what_it_shows() -> None:
    line = sparkline("Öffnen", (300, None, 420, 310), 6 * HOUR_MS, say)
    assert line.text == "zuletzt 310 ms, zwischen 300 ms und 420 ms in 24 Stunden"
    assert f'aria-label="Öffnen: {line.text}"' in line.svg
    assert line.svg.count("spark__line") == 2, "a gap parts the line"


def test_nothing_measured_is_said() -> None:
    line = sparkline("Öffnen", (None,) * 24, HOUR_MS, say)
    assert line.text == "noch keine Messung"
    assert "spark__line" not in line.svg


def test_one_value_all_day() -> None:
    line = sparkline("Öffnen", (7,) * 24, HOUR_MS, say, zero_based=False)
    assert line.text == "zuletzt 7 ms, gleichbleibend 7 ms in 24 Stunden"


def test_a_title_is_escaped() -> None:
    assert "<b>" not in sparkline("<b>", (1,), HOUR_MS, say).svg


@given(st.lists(st.none() | st.integers(-(2**53), 2**53), min_size=1, max_size=96), st.booleans())
def test_the_line_stays_inside(points: list[int | None], zero_based: bool) -> None:
    svg = sparkline("x", points, HOUR_MS, say, zero_based).svg
    for path in re.findall(r'spark__line" d="M([^"]+)"', svg):
        for x, y in (map(float, pair.split()) for pair in path.split("L")):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
