"""Small numbers are hidden, and whoever knows the total cannot work them out."""

from __future__ import annotations

from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.api import UseShown
from controller.reporting.guarding import FEW, exclusive, independent

NAMES = ("de", "en", "tr", "uk")


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 14)))
@example({"de": 1, "en": 5, "tr": 5, "uk": 5})
@example({"de": 4, "en": 4, "tr": 5, "uk": 5})
@example({"de": 3, "en": 4, "tr": 5, "uk": 5})
@settings(max_examples=150)
def test_no_hidden_number_can_be_worked_out_from_the_total(counts: dict[str, int]) -> None:
    """The attacker knows every number shown, the total of all, and how we hide; and tries every reading."""
    rows = exclusive(counts, NAMES)
    total = sum(counts.values())
    hidden = [row.name for row in rows if row.hidden]
    rest = total - sum(row.count or 0 for row in rows)
    readings: dict[str, set[int]] = {name: set() for name in hidden}
    for guess in product(*(range(min(rest, 30) + 1) for _ in hidden)):
        if sum(guess) != rest:
            continue
        tried = {row.name: row.count for row in rows if row.count is not None} | dict(zip(hidden, guess, strict=True))
        if exclusive(tried, NAMES) == rows:
            for name, count in zip(hidden, guess, strict=True):
                readings[name].add(count)
    shown_at_all = any(row.count is not None for row in rows)
    for name in (row.name for row in rows if row.hidden == "few"):
        # Where nobody used any of them, that is told of nobody; where nothing at all is shown, no total helps.
        if rest and shown_at_all and counts.get(name, 0):
            assert len(readings[name]) > 1, (counts, rows, name)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 30)))
def test_what_is_shown_is_true_and_never_small(counts: dict[str, int]) -> None:
    for rows in (exclusive(counts, NAMES), independent(counts, NAMES)):
        assert {row.name for row in rows} == set(NAMES)
        for row in rows:
            assert row.count is None or row.count == counts[row.name] >= FEW
            assert (row.count is None) == bool(row.hidden)
            assert row.hidden != "few" or counts.get(row.name, 0) < FEW
            assert row.hidden != "guarded" or counts[row.name] >= FEW


def test_a_single_small_number_takes_another_with_it() -> None:
    assert exclusive({"de": 40, "en": 9, "tr": 12, "uk": 3}, NAMES) == (
        UseShown("de", 40),
        UseShown("en", 9),
        UseShown("tr", None, "guarded"),
        UseShown("uk", None, "few"),
    )


def test_two_that_are_as_large_as_small_ones_can_be_take_another_with_them() -> None:
    rows = exclusive({"de": 40, "en": 12, "tr": 4, "uk": 4}, NAMES)
    assert [row.hidden for row in rows] == ["", "guarded", "few", "few"]


def test_a_language_that_is_not_offered_any_more_is_counted_all_the_same() -> None:
    assert UseShown("la", 6) in exclusive({"la": 6}, NAMES)
