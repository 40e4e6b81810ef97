"""When a hint is due: somebody tries for four seconds, and not again and again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hal.qr.unreadable import AGAIN_MS, GAP_MS, LASTING_MS, LEAST, UnreadableWatch
from hal.wire import ScanHint, ScanMode

PICKUP = ScanMode.PICKUP


def hints(watch: UnreadableWatch, moments: Iterable[int], mode: ScanMode = PICKUP) -> list[int]:
    """When a hint was due, of frames with an unreadable code."""
    return [at for at in moments if watch.noticed(mode, ScanHint.GLARE, read=False, now_ms=at)]


def test_one_hint_after_four_seconds_and_the_next_much_later() -> None:
    found = hints(UnreadableWatch(), range(0, 30_000, 125))
    assert found[0] == LASTING_MS == 4000
    assert all(later - earlier >= AGAIN_MS + LASTING_MS for earlier, later in pairwise(found))
    assert len(found) == 2


def test_a_few_frames_are_an_accident() -> None:
    assert not hints(UnreadableWatch(), (LASTING_MS // (LEAST - 1) * number for number in range(LEAST - 1)))


def test_two_tries_with_a_pause_are_two() -> None:
    watch = UnreadableWatch()
    assert not hints(watch, range(0, LASTING_MS, 125))
    assert not hints(watch, range(LASTING_MS + GAP_MS + 1, 2 * LASTING_MS + GAP_MS, 125))


def test_a_code_that_was_read_needs_no_hint() -> None:
    watch = UnreadableWatch()
    assert not hints(watch, range(0, LASTING_MS, 125))
    assert watch.noticed(PICKUP, None, read=True, now_ms=LASTING_MS) is None
    assert not hints(watch, range(LASTING_MS, LASTING_MS + AGAIN_MS, 125))
    assert hints(watch, range(LASTING_MS + AGAIN_MS, 2 * LASTING_MS + AGAIN_MS + 125, 125))


def test_staff_get_no_hint_and_what_they_hold_up_does_not_count() -> None:
    watch = UnreadableWatch()
    for mode in ScanMode:
        if mode is not PICKUP:
            assert not hints(watch, range(0, 20_000, 125), mode)
    assert not hints(watch, range(20_000, 20_000 + LASTING_MS, 125))


def test_a_new_listener_has_heard_of_nothing() -> None:
    watch = UnreadableWatch()
    assert hints(watch, range(0, LASTING_MS + 1, 125))
    watch.forget()
    assert hints(watch, range(5_000, 5_000 + LASTING_MS + 1, 125))


def test_the_hint_is_what_most_frames_of_this_try_said() -> None:
    watch = UnreadableWatch()
    before = [ScanHint.TOO_DARK] * 40
    # An earlier try that was given up says nothing of this one.
    for number, each in enumerate(before[: LASTING_MS // 125]):
        assert watch.noticed(PICKUP, each, read=False, now_ms=125 * number) is None
    begin = LASTING_MS + GAP_MS + 125
    said = [
        watch.noticed(
            PICKUP, ScanHint.BLURRED if number % 3 else ScanHint.UNCLEAR, read=False, now_ms=begin + 125 * number
        )
        for number in range(LASTING_MS // 125 + 1)
    ]
    assert [each for each in said if each is not None] == [ScanHint.BLURRED]


def test_frames_without_a_code_say_nothing() -> None:
    watch = UnreadableWatch()
    assert all(watch.noticed(PICKUP, None, read=False, now_ms=at) is None for at in range(0, 20_000, 125))
