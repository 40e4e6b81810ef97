"""Which frames are decoded: those in which something happens, and now and then one of a still picture."""

from __future__ import annotations

import functools
import itertools

import pytest
from PIL import Image, ImageDraw

from hal.interfaces import Frame
from hal.qr.attention import AWAKE_MS, PUZZLED_MS, READ_MS, REST_MS, Attention, Effort
from hal.qr.filter import QUIET_MS
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer

FRAME_MS = 33


@functools.cache
def grains(noise: float) -> tuple[Image.Image, ...]:
    return tuple(Image.effect_noise((640, 480), noise) for _ in range(7))


_next = itertools.count()


def hall(noise: float = 4.0, level: int = 100) -> Image.Image:
    """A wall with a sensor's noise, another than the last time."""
    grain = grains(noise)[next(_next) % 7]
    return grain.point([max(0, min(255, each - 128 + level)) for each in range(256)])


def frame(picture: Image.Image, at_ms: int) -> Frame:
    return Frame(picture.tobytes(), picture.width, picture.height, at_ms)


def asleep(noise: float = 4.0, level: int = 100) -> tuple[Attention, int]:
    """One that has been looking at a wall, and the time."""
    attention = Attention()
    now_ms = 1000
    while now_ms < 1000 + AWAKE_MS + REST_MS:
        attention.effort(frame(hall(noise, level), now_ms))
        now_ms += 200
    while attention.effort(frame(hall(noise, level), now_ms)) is Effort.WHOLE:
        now_ms += FRAME_MS
    return attention, now_ms


def efforts(attention: Attention, picture: Image.Image, begin_ms: int, lasting_ms: int) -> list[Effort]:
    luma = picture.tobytes()
    return [
        attention.effort(Frame(luma, picture.width, picture.height, now_ms))
        for now_ms in range(begin_ms, begin_ms + lasting_ms, FRAME_MS)
    ]


def whole(attention: Attention, picture: Image.Image, begin_ms: int, lasting_ms: int) -> bool:
    return set(efforts(attention, picture, begin_ms, lasting_ms)) == {Effort.WHOLE}


def looks(efforts: list[Effort]) -> int:
    return sum(effort is not Effort.NONE for effort in efforts)


def test_a_still_picture_is_looked_at_now_and_then_only() -> None:
    attention, now_ms = asleep()
    seen = efforts(attention, hall(), now_ms, 6000)
    assert 6000 // REST_MS - 4 <= looks(seen) <= 6000 // REST_MS + 1
    assert 3 <= seen.count(Effort.WHOLE) <= 6


def test_a_badge_that_is_left_there_is_looked_for_thoroughly_long_before_the_filter_forgets_it() -> None:
    attention, now_ms = asleep()
    attention.tell(read=True, unreadable=False)
    seen = efforts(attention, hall(), now_ms, READ_MS - 1000)
    assert Effort.QUICK not in seen
    assert looks(seen) >= 4
    assert READ_MS > QUIET_MS >= 4 * REST_MS


@pytest.mark.parametrize(
    "pose", [{"size": 0.1, "noise": 10}, {"size": 0.1, "x": 0.4, "y": 0.35}, {"brightness": 0.4}, {"blur": 6}]
)
def test_whatever_comes_into_the_picture_is_decoded_at_once(pose: dict[str, float]) -> None:
    renderer, attention = Renderer(), Attention()
    now_ms = 0
    for now_ms in range(0, AWAKE_MS + 500, FRAME_MS):
        attention.effort(Frame(renderer.luma(), 640, 480, now_ms))
    renderer.show(scene_from_json({"kind": "phone", "text": "ABHOLFACH-P-", "pose": pose}))
    decoded = {attention.effort(Frame(renderer.luma(), 640, 480, now_ms + 40 * number)) for number in range(1, 50)}
    assert decoded == {Effort.WHOLE}


def test_a_screen_that_lights_up_in_the_dark_wakes_it() -> None:
    attention, now_ms = asleep(noise=6.0, level=12)
    bright = hall(6.0, 12)
    ImageDraw.Draw(bright).rectangle((300, 220, 340, 270), fill=60)
    assert whole(attention, bright, now_ms, AWAKE_MS)


def test_noise_wakes_nobody() -> None:
    attention, now_ms = asleep(noise=20.0)
    seen = [attention.effort(frame(hall(20.0), at)) for at in range(now_ms, now_ms + 3000, FRAME_MS)]
    assert looks(seen) <= 3000 // REST_MS + 1


def test_daylight_that_drifts_wakes_nobody() -> None:
    attention, now_ms = asleep()
    seen = [attention.effort(frame(hall(level=100 + step // 4), now_ms + 50 * step)) for step in range(200)]
    assert looks(seen) <= 200 * 50 // REST_MS + 1


def test_with_a_code_that_cannot_be_read_it_goes_on_for_longer_but_not_for_good() -> None:
    attention = Attention()
    picture = hall()
    assert attention.effort(frame(picture, 1000)) is Effort.WHOLE
    attention.tell(read=False, unreadable=True)
    assert whole(attention, picture, 1000, PUZZLED_MS - 100)
    assert not whole(attention, picture, 1000 + PUZZLED_MS, 1000)


def test_what_is_looked_for_anew_is_looked_for_at_once() -> None:
    attention, now_ms = asleep()
    attention.forget()
    assert whole(attention, hall(), now_ms, AWAKE_MS - 100)


def test_another_size_of_frames_is_news_and_the_smallest_is_none_too_small() -> None:
    attention, now_ms = asleep()
    for size in ((1280, 720), (1, 1), (3, 700)):
        assert attention.effort(frame(Image.new("L", size, 90), now_ms + 1)) is Effort.WHOLE


def test_a_clock_that_starts_anew_is_no_rest() -> None:
    attention, _ = asleep()
    assert attention.effort(frame(hall(), 0)) is not Effort.NONE
