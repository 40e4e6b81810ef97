"""What leaves the reader, and how often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.qr.filter import AGREE_MS, QUIET_MS, ScanFilter
from hal.qr.scan import Reading
from hal.wire import ScanMode, SecretText, Symbology, admits

PICKUP, BADGE, ORDER = "ABHOLFACH-P-" + "A" * 26, "ABHOLFACH-B-" + "B" * 26, "ORD-2026-0001"


def qr(text: str) -> Reading:
    return Reading(SecretText(text), Symbology.QR)


def bars(text: str, symbology: Symbology = Symbology.CODE_128) -> Reading:
    return Reading(SecretText(text), symbology)


def test_a_code_is_reported_once_each_time_it_is_shown() -> None:
    sieve = ScanFilter()
    reported = [now for now in range(0, 9000, 125) if sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], now).reports]
    assert reported == [0]
    gone_ms = 8875
    assert not sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], gone_ms + QUIET_MS - 1).reports
    assert sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], gone_ms + 2 * QUIET_MS - 1).reports == (qr(PICKUP),)


def test_a_badge_left_before_the_camera_is_no_second_presentation_in_another_mode() -> None:
    sieve = ScanFilter()
    assert sieve.sift(ScanMode.PICKUP, [qr(BADGE)], 0).reports
    assert not sieve.sift(ScanMode.BADGE, [qr(BADGE)], 500).reports


def test_a_phone_that_is_held_up_while_its_door_opens_is_nothing_foreign() -> None:
    sieve = ScanFilter()
    assert sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], 0).reports
    assert not any(sieve.sift(ScanMode.BADGE, [qr(PICKUP)], now).foreign for now in range(125, 6000, 125))
    # In the end it is a showing of its own, and a pickup code is not what this mode is for.
    late = 6000 + 2 * QUIET_MS
    assert any(sieve.sift(ScanMode.BADGE, [qr(PICKUP)], now).foreign for now in (late, late + 125))


def test_a_new_listener_hears_what_is_still_shown() -> None:
    sieve = ScanFilter()
    sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], 0)
    sieve.forget()
    assert sieve.sift(ScanMode.PICKUP, [qr(PICKUP)], 100).reports == (qr(PICKUP),)


def test_two_codes_in_one_frame_are_both_reported() -> None:
    sifted = ScanFilter().sift(ScanMode.PICKUP, [qr(PICKUP), qr(BADGE)], 0)
    assert set(sifted.reports) == {qr(PICKUP), qr(BADGE)}


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/pay?id=1",
        "WIFI:T:WPA;S:Rathaus;P:geheim;;",
        "BEGIN:VCARD\nFN:A\nEND:VCARD",
        "",
        "ABHOLFACH-P-" + "A" * 26 + "\x00",
        "ABHOLFACH-P-" + "\x07" * 26,
        ORDER,
    ],
)
def test_what_the_mode_does_not_allow_is_mentioned_without_content(text: str) -> None:
    sieve = ScanFilter()
    sifted = [sieve.sift(ScanMode.PICKUP, [qr(text)], now) for now in (0, 125)]
    assert [each.foreign for each in sifted] == [False, True]
    assert [each.reports for each in sifted] == [(), ()]


def test_foreign_codes_are_mentioned_once_in_two_seconds() -> None:
    sieve = ScanFilter()
    mentioned = [
        now for now in range(0, 6000, 125) if sieve.sift(ScanMode.PICKUP, [qr("https://a.example")], now).foreign
    ]
    assert mentioned == [125, 125 + QUIET_MS, 125 + 2 * QUIET_MS]


def test_what_one_frame_only_shows_is_not_mentioned() -> None:
    sieve = ScanFilter()
    assert not any(sieve.sift(ScanMode.PICKUP, [qr(f"{number}")], number * 125).foreign for number in range(40))


def test_beside_a_code_of_ours_nothing_is_foreign() -> None:
    sifted = ScanFilter().sift(ScanMode.PICKUP, [qr("https://a.example"), qr(PICKUP)], 0)
    assert sifted.reports == (qr(PICKUP),)
    assert not sifted.foreign


@pytest.mark.parametrize("symbology", list(Symbology))
def test_an_order_is_believed_when_two_frames_agree(symbology: Symbology) -> None:
    sieve, label = ScanFilter(), bars(ORDER, symbology)
    assert not sieve.sift(ScanMode.LOADING, [label, label], 0).reports
    assert not sieve.sift(ScanMode.LOADING, [bars("ORD-2026-0007", symbology)], 125).reports
    assert sieve.sift(ScanMode.LOADING, [label], 250).reports == (label,)
    assert not sieve.sift(ScanMode.LOADING, [label], 375).reports


def test_frames_long_apart_do_not_confirm_each_other() -> None:
    sieve = ScanFilter()
    assert not sieve.sift(ScanMode.LOADING, [bars(ORDER)], 0).reports
    assert not sieve.sift(ScanMode.LOADING, [bars(ORDER)], AGREE_MS + 1).reports


def test_a_token_is_believed_at_once() -> None:
    assert ScanFilter().sift(ScanMode.LOADING, [qr(PICKUP)], 0).reports == (qr(PICKUP),)


readings = st.builds(
    Reading,
    st.builds(
        SecretText, st.sampled_from([PICKUP, BADGE, ORDER, "https://a.example", "", "\x00"]) | st.text(max_size=60)
    ),
    st.sampled_from(Symbology),
)
steps = st.lists(
    st.tuples(st.sampled_from(ScanMode), st.lists(readings, max_size=3), st.integers(0, 1500)), max_size=30
)


@given(steps)
def test_nothing_leaves_that_the_mode_does_not_admit_and_nothing_twice_within_two_seconds(
    history: list[tuple[ScanMode, list[Reading], int]],
) -> None:
    sieve, now_ms = ScanFilter(), 0
    last_report: dict[str, int] = {}
    last_mention: int | None = None
    for mode, seen, pause_ms in history:
        now_ms += pause_ms
        sifted = sieve.sift(mode, seen, now_ms)
        for report in sifted.reports:
            text = report.text.reveal()
            assert admits(mode, text, report.symbology) is not None
            assert now_ms - last_report.get(text, -QUIET_MS) >= QUIET_MS
            last_report[text] = now_ms
        if sifted.foreign:
            assert seen
            assert last_mention is None or now_ms - last_mention >= QUIET_MS
            last_mention = now_ms
