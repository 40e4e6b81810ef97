"""Squares of codes that no decoder sees, and hardly ever any where there is no code."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from hal.interfaces import Frame
from hal.qr.finders import finders
from hal.qr.hint import Finder, hint_of_squares
from hal.wire import ScanHint
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer
from tests.bench.degraded_frames import Showing, View

TOKEN = "ABHOLFACH-P-" + "QWERTZUIOP" * 2 + "ASDFGH"


@pytest.mark.parametrize(
    ("view", "hint"),
    [
        (View(thumb=0.4), ScanHint.UNCLEAR),
        (View(cracks=15, blur=0.25), ScanHint.UNCLEAR),
        (View(glare=0.5, light=0.8), ScanHint.GLARE),
        (View(glare=0.9, light=0.8), ScanHint.TOO_BRIGHT),
    ],
)
def test_a_code_under_a_thumb_or_a_lamp_is_seen(view: View, hint: ScanHint) -> None:
    for seed in (1, 2):
        frame = next(Showing("", TOKEN, view, seed).frames())
        squares = finders(frame)
        assert squares is not None
        assert hint_of_squares(frame, *squares) is hint


@pytest.mark.parametrize("kind", ["nothing", "code_128", "code_39", "data_matrix"])
def test_a_hall_and_other_codes_have_none(kind: str) -> None:
    renderer = Renderer()
    if kind != "nothing":
        renderer.show(scene_from_json({"kind": "barcode", "text": "ORD-2026-001234", "symbology": kind}))
    assert all(finders(Frame(renderer.luma(), 640, 480, number)) is None for number in range(4))


def test_shapes_and_noise_have_none() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        picture = Image.new("L", (640, 480), chance.randrange(256))
        draw = ImageDraw.Draw(picture)
        for _ in range(chance.randrange(10, 120)):
            x, y, width, height = (chance.randrange(most) for most in (640, 480, 160, 160))
            draw.rectangle((x, y, x + width, y + height), fill=chance.randrange(256))
        assert finders(Frame(picture.tobytes(), 640, 480, seed)) is None
    assert all(finders(Frame(random.Random(seed).randbytes(640 * 480), 640, 480, 0)) is None for seed in range(5))


def test_small_and_dark_squares_say_so() -> None:
    frame = Frame(b"\x20" * 640 * 480, 640, 480, 0)
    assert hint_of_squares(frame, Finder(100, 100, 1.9), Finder(140, 100, 1.9)) is ScanHint.TOO_SMALL
    assert hint_of_squares(frame, Finder(100, 100, 4), Finder(190, 100, 4)) is ScanHint.TOO_DARK


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32))
def test_no_frame_is_too_small_or_too_strange(width: int, height: int, seed: int) -> None:
    frame = Frame(random.Random(seed).randbytes(width * height), width, height, 0)
    squares = finders(frame)
    assert squares is None or hint_of_squares(frame, *squares) in ScanHint


@given(st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(2.2, 200))
def test_no_squares_are_too_strange(x: float, y: float, module: float) -> None:
    frame = Frame(b"\x80" * 64 * 48, 64, 48, 0)
    assert hint_of_squares(frame, Finder(x, y, module), Finder(y, x, module)) in ScanHint
