"""Why a code cannot be read, of pictures where somebody knows it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hal.interfaces import Frame
from hal.qr.decode import Decoder
from hal.qr.hint import Corners, hint_of
from hal.wire import ScanHint, ScanMode
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer
from tests.bench.degraded_frames import Showing, View

TOKEN = "ABHOLFACH-P-" + "QWERTZUIOP" * 2 + "ASDFGH"


def said(frames: Iterator[Frame]) -> ScanHint | None:
    """What most frames with a code that was seen in vain say."""
    decoder, hints = Decoder(now_ms=lambda: 0), Counter[ScanHint]()
    for frame in frames:
        decoder.decode(frame, ScanMode.PICKUP)
        if decoder.unreadable:
            hints[hint_of(frame, decoder.corners)] += 1
    return max(hints, key=lambda each: hints[each]) if hints else None


def scene(kind: str, pose: dict[str, float]) -> Iterator[Frame]:
    renderer = Renderer()
    renderer.show(scene_from_json({"kind": kind, "text": TOKEN, "pose": pose}))
    for number in range(6):
        yield Frame(renderer.luma(), 640, 480, 125 * number)


@pytest.mark.parametrize(
    ("kind", "pose", "hint"),
    [
        ("phone", {"blur": 5.0}, ScanHint.BLURRED),
        ("slip", {"blur": 3.0, "size": 0.25}, ScanHint.BLURRED),
        ("phone", {"size": 0.09}, ScanHint.TOO_SMALL),
        ("slip", {"tilt_x": 74.0}, ScanHint.DISTORTED),
    ],
)
def test_of_scenes(kind: str, pose: dict[str, float], hint: ScanHint) -> None:
    assert said(scene(kind, pose)) is hint


@pytest.mark.parametrize(
    ("view", "hint"),
    [
        (View(curl=1.2, strong=True), ScanHint.DISTORTED),
        (View(light=3.0, black=0.3), ScanHint.TOO_BRIGHT),
        # Nobody sees where it is, and the light is right.
        (View(lean=(66.0, 20.0)), ScanHint.UNCLEAR),
    ],
)
def test_of_frames_as_a_camera_brings_them(view: View, hint: ScanHint) -> None:
    assert said(Showing("", TOKEN, view, 1).frames()) is hint


def of_code(black: int, white: int, patch: bool = False, blur: bool = False) -> ScanHint:
    """A code of random modules, five pixels each, in the middle of a grey picture."""
    chance = random.Random(7)
    code = Image.new("L", (27, 27))
    code.putdata([chance.choice((black, white)) for _ in range(27 * 27)])
    big = code.resize((135, 135), Image.Resampling.BICUBIC if blur else Image.Resampling.NEAREST)
    if patch:
        big.paste(255, (40, 40, 90, 80))
    picture = Image.new("L", (640, 480), 90)
    picture.paste(big, (200, 150))
    corners: Corners = ((200, 150), (334, 150), (334, 284), (200, 284))
    return hint_of(Frame(picture.tobytes(), 640, 480, 0), corners)


@pytest.mark.parametrize(
    ("black", "white", "patch", "hint"),
    [
        (20, 220, False, ScanHint.UNCLEAR),
        (5, 50, False, ScanHint.TOO_DARK),
        (80, 100, False, ScanHint.TOO_DARK),
        (200, 255, False, ScanHint.TOO_BRIGHT),
        (180, 190, False, ScanHint.TOO_BRIGHT),
        (20, 220, True, ScanHint.GLARE),
    ],
)
def test_light_and_mirrors(black: int, white: int, patch: bool, hint: ScanHint) -> None:
    assert of_code(black, white, patch) is hint


def test_where_nobody_knows_where_the_code_is_the_picture_tells() -> None:
    for level, hint in ((20, ScanHint.TOO_DARK), (120, ScanHint.UNCLEAR), (255, ScanHint.GLARE)):
        assert hint_of(Frame(bytes([level]) * 640 * 480, 640, 480, 0), None) is hint


place = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000))


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.tuples(place, place, place, place), st.integers(0, 255))
def test_no_corners_are_too_strange(width: int, height: int, corners: Any, level: int) -> None:
    assert hint_of(Frame(bytes([level]) * width * height, width, height, 0), corners) in ScanHint
