"""Bars that only look like a Code 39 of some text are not believed, however often they are seen."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from hal.interfaces import Frame
from hal.qr import code_39
from hal.qr.decode import Decoder
from hal.qr.hint import Corners
from hal.wire import ScanMode, Symbology

TEXT = "ORD-2026-07"
CELL = 4


def widths(text: str, wide: float = 2.5) -> list[float]:
    """Of bars and spaces, in narrow ones."""
    marks = code_39._widths(text)
    assert marks is not None
    return [wide if mark else 1.0 for mark in marks]


def label(runs: list[float], lean: float = 0.0, blur: float = 0.0) -> tuple[Image.Image, Corners]:
    """A label with these bars and spaces, the first a bar, and its corners."""
    total = round(sum(runs) * CELL)
    image = Image.new("L", (total + 100, 160), 220)
    pen, at = ImageDraw.Draw(image), 50.0
    for number, run in enumerate(runs):
        if number % 2 == 0:
            pen.polygon([(at, 30), (at + run * CELL - 1, 30), (at + run * CELL - 1 + lean, 130), (at + lean, 130)], 30)
        at += run * CELL
    return image.filter(ImageFilter.GaussianBlur(blur)), ((50, 32), (50 + total, 32), (50 + total, 128), (50, 128))


@pytest.mark.parametrize("wide", [2.0, 2.5, 3.0])
@pytest.mark.parametrize("blur", [0.0, 2.0])
def test_what_is_printed_is_believed(wide: float, blur: float) -> None:
    assert code_39.is_written(TEXT, *label(widths(TEXT, wide), blur=blur))


@pytest.mark.parametrize("gap", [1.5, 2.0, 3.0, 5.0])
def test_a_gap_between_letters_may_be_wider_than_a_narrow_space(gap: float) -> None:
    """ISO/IEC 16388: as wide as a narrow one at least, and up to 5.3 of them. It says nothing, but all are alike."""
    runs = widths(TEXT)
    runs[9::10] = [gap] * len(runs[9::10])
    image, corners = label(runs)
    assert code_39.is_written(TEXT, image, corners)
    assert not code_39.is_written("ORD-2026-01", image, corners)
    runs[29] += 0.6 * gap
    assert not code_39.is_written(TEXT, *label(runs))


def test_a_label_at_the_edge_of_the_picture_is_believed() -> None:
    image, corners = label(widths(TEXT))
    at = tuple((x - 40, y) for x, y in corners)
    assert code_39.is_written(TEXT, image.crop((40, 0, image.width - 40, image.height)), (at[0], at[1], at[2], at[3]))


def test_letters_do_not_run_into_each_other() -> None:
    runs = widths(TEXT)
    runs[9::10] = [0.5] * len(runs[9::10])
    assert not code_39.is_written(TEXT, *label(runs))


def test_another_text_is_not() -> None:
    image, corners = label(widths(TEXT))
    for other in ("ORD-2026-01", "ORD-2026-0", "ORD-2026-071", "ÄRGER"):
        assert not code_39.is_written(other, image, corners)
    assert not code_39.is_written(TEXT, image, None)


def test_a_bar_of_ink_beside_a_bar_makes_no_other_letter() -> None:
    """One and a half of a space that is two and a half wide are filled: the bar beside it is now the wide one."""
    right = widths(TEXT)
    swaps = [at for at in range(2, len(right) - 3, 2) if right[at] == 1.0 and right[at + 1] == 2.5]
    assert swaps
    for at in swaps:
        # As a reader sees it, a valid letter perhaps; as nobody prints it.
        for filled in (1.0, 1.25, 0.6):
            damaged = [*right]
            damaged[at] += filled
            damaged[at + 1] -= filled
            image, corners = label(damaged)
            for text in readable(image):
                assert not code_39.is_written(text, image, corners), (at, filled)


def readable(image: Image.Image) -> list[str]:
    """What zxing-cpp alone would say."""
    pixels = memoryview(image.tobytes()).cast("B", (image.height, image.width))
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code39])
    return [found.text for found in zxingcpp.read_barcodes(pixels, formats=formats)]


def test_what_leans_is_no_bar() -> None:
    image, corners = label(widths(TEXT), lean=0.0)
    ImageDraw.Draw(image).polygon([(150, 20), (153, 20), (165, 140), (162, 140)], 30)
    assert not code_39.is_written(TEXT, image, corners)


@pytest.mark.parametrize("turn", [0, 3, -8, 180])
def test_a_label_is_read_from_a_frame_however_it_is_turned(turn: int) -> None:
    image, _ = label(widths("A-77Q"), blur=0.8)
    wall = Image.new("L", (640, 480), 220)
    wall.paste(image, (100, 150))
    frame = Frame(wall.rotate(turn, Image.Resampling.BICUBIC, fillcolor=220).tobytes(), 640, 480, 0)
    [reading] = Decoder(now_ms=lambda: 0).decode(frame, ScanMode.LOADING)
    assert (reading.text.reveal(), reading.symbology) == ("A-77Q", Symbology.CODE_39)


place = st.tuples(st.integers(-500, 900), st.integers(-500, 900))


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("ABCZ019-. $/+%*ä\0"), max_size=40),
    st.tuples(place, place, place, place),
    st.integers(1, 60),
    st.integers(0, 2**32),
)
def test_nothing_is_too_strange(text: str, corners: Any, size: int, seed: int) -> None:
    noise = Image.frombytes("L", (size, size), random.Random(seed).randbytes(size * size))
    assert not code_39.is_written(text, noise, corners)


@pytest.mark.campaign
def test_scarred_labels_are_read_right_or_not_at_all() -> None:
    """Ink, folds and scratches from top to bottom, which every frame shows alike."""
    chance = np.random.default_rng(78)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    believed = 0
    for _ in range(1000):
        text = "".join(letters[at] for at in chance.integers(0, 36, int(chance.integers(4, 12))))
        image, _ = label(widths(text, float(chance.uniform(2, 3))))
        pen = ImageDraw.Draw(image)
        for _ in range(int(chance.integers(0, 4))):
            at, wide = int(chance.integers(50, image.width - 50)), float(chance.uniform(0.2, 3) * CELL)
            pen.rectangle((at, 0, at + wide, 160), int(chance.choice([0, 255, 128])))
        scale = float(chance.uniform(0.4, 0.8))
        size = round(image.width * scale), round(image.height * scale)
        small = image.filter(ImageFilter.GaussianBlur(float(chance.uniform(0.5, 2.5)))).resize(size)
        pixels = np.asarray(small, dtype=float) + chance.normal(0, float(chance.uniform(1, 8)), (size[1], size[0]))
        luma = np.clip(pixels, 0, 255).astype(np.uint8).tobytes()
        found = Decoder(now_ms=lambda: 0).decode(Frame(luma, *size, 0), ScanMode.LOADING)
        assert {each.text.reveal() for each in found} <= {text}
        believed += bool(found)
    assert believed > 100
