"""The real decoders on frames as a camera would bring them. What is read is right, or nothing is read."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from hal.interfaces import Frame
from hal.qr import decode
from hal.qr.decode import MAX_READINGS, Decoder
from hal.qr.filter import ScanFilter
from hal.qr.scan import Reading
from hal.wire import ALLOWED, ScanMode, SecretText, Symbology, admits
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer

BASE32 = string.ascii_uppercase + "234567"
TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
ORDER = "ORD-2026-00417"

tokens = st.builds(
    lambda letter, rest: f"ABHOLFACH-{letter}-{rest}", st.sampled_from("PB"), st.text(BASE32, min_size=26, max_size=26)
)


def read(scene: dict[str, Any], mode: ScanMode, frames: int = 12, size: tuple[int, int] = (640, 480)) -> set[Reading]:
    """Everything that is read of ``scene`` in so many frames."""
    renderer, decoder = Renderer(*size), Decoder()
    renderer.show(scene_from_json(scene))
    found: set[Reading] = set()
    for number in range(frames):
        found.update(decoder.decode(Frame(renderer.luma(), *size, mono_ms=125 * number), mode))
    return found


def texts(readings: set[Reading]) -> set[str]:
    return {reading.text.reveal() for reading in readings}


sane = st.fixed_dictionaries(
    {
        "size": st.floats(0.25, 0.58),
        "x": st.floats(-0.08, 0.08),
        "y": st.floats(-0.05, 0.05),
        "rotation": st.floats(-180, 180),
        "tilt_x": st.floats(-25, 25),
        "tilt_y": st.floats(-25, 25),
        "blur": st.floats(0, 1.0),
        "noise": st.floats(0, 10),
        "brightness": st.floats(0.5, 1.4),
    }
)


@settings(max_examples=40)
@given(tokens, sane, st.booleans(), st.integers(0, 1000))
def test_every_token_held_sanely_is_read_exactly(token: str, pose: dict[str, float], inverted: bool, seed: int) -> None:
    scene = {"kind": "phone", "text": token, "inverted": inverted, "pose": pose, "seed": seed}
    assert read(scene, ScanMode.PICKUP) == {Reading(SecretText(token), Symbology.QR)}


degraded = st.fixed_dictionaries(
    {
        "size": st.floats(0.05, 1.2),
        "rotation": st.floats(-180, 180),
        "tilt_x": st.floats(-75, 75),
        "tilt_y": st.floats(-75, 75),
        "blur": st.floats(0, 8),
        "noise": st.floats(0, 60),
        "brightness": st.floats(0.05, 3),
        "glare": st.floats(0, 1),
        "jitter": st.floats(0, 20),
    }
)


@settings(max_examples=40)
@given(tokens, degraded, st.integers(0, 1000))
def test_a_token_that_can_hardly_be_seen_is_read_right_or_not_at_all(
    token: str, pose: dict[str, float], seed: int
) -> None:
    seen = read({"kind": "phone", "text": token, "pose": pose, "seed": seed}, ScanMode.PICKUP, frames=6)
    admitted = {text for text in texts(seen) if admits(ScanMode.PICKUP, text, Symbology.QR)}
    assert admitted <= {token}


@settings(max_examples=40)
@given(
    st.from_regex(r"[A-Z0-9][A-Z0-9-]{3,11}", fullmatch=True),
    st.sampled_from(Symbology),
    degraded,
    st.integers(0, 1000),
)
def test_an_order_that_can_hardly_be_seen_leaves_the_reader_right_or_not_at_all(
    order: str, symbology: Symbology, pose: dict[str, float], seed: int
) -> None:
    scene = {"kind": "barcode", "text": order, "symbology": symbology.value, "pose": pose, "seed": seed}
    renderer, decoder, sieve = Renderer(640, 480), Decoder(), ScanFilter()
    renderer.show(scene_from_json(scene))
    for now_ms in range(0, 1000, 125):
        readings = decoder.decode(Frame(renderer.luma(), 640, 480, now_ms), ScanMode.LOADING)
        reports = sieve.sift(ScanMode.LOADING, readings, now_ms).reports
        assert {report.text.reveal() for report in reports} <= {order}


def test_a_micro_qr_code_is_none() -> None:
    """Its three digits are also what noise looks like."""
    written: Any = zxingcpp.create_barcode("ORD-1234", zxingcpp.BarcodeFormat.MicroQRCode).to_image(scale=6)
    height, width = written.shape
    wall = Image.new("L", (640, 480), 200)
    wall.paste(Image.frombytes("L", (width, height), memoryview(written).tobytes()), (200, 150))
    decoder = Decoder()
    assert not any(decoder.decode(Frame(wall.tobytes(), 640, 480, 0), ScanMode.LOADING) for _ in range(12))


@pytest.mark.parametrize("size", [(640, 480), (1280, 720)])
@pytest.mark.parametrize("kind", ["phone", "slip"])
def test_phone_and_slip_at_both_resolutions(kind: str, size: tuple[int, int]) -> None:
    assert texts(read({"kind": kind, "text": TOKEN}, ScanMode.PICKUP, frames=1, size=size)) == {TOKEN}


@pytest.mark.parametrize("symbology", list(Symbology))
def test_order_barcodes_are_read_while_loading(symbology: Symbology) -> None:
    pose = {"size": 0.8 if symbology in ("code_128", "code_39") else 0.3}
    scene = {"kind": "barcode", "text": ORDER, "symbology": symbology.value, "pose": pose}
    assert read(scene, ScanMode.LOADING) == {Reading(SecretText(ORDER), symbology)}


@pytest.mark.parametrize("mode", [ScanMode.PICKUP, ScanMode.BADGE])
@pytest.mark.parametrize("symbology", [Symbology.CODE_128, Symbology.CODE_39, Symbology.DATA_MATRIX])
def test_bars_are_not_even_looked_for_otherwise(mode: ScanMode, symbology: Symbology) -> None:
    scene = {"kind": "barcode", "text": ORDER, "symbology": symbology.value, "pose": {"size": 0.6}}
    assert read(scene, mode) == set()


@pytest.mark.parametrize("mode", [mode for mode in ScanMode if not ALLOWED[mode].symbologies])
def test_nothing_is_decoded_where_nothing_is_allowed(mode: ScanMode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decoder, "_zxing", None)
    monkeypatch.setattr(decode, "_zbar", None)
    assert read({"kind": "phone", "text": TOKEN}, mode) == set()


def test_an_empty_hall_holds_no_code() -> None:
    for mode in (ScanMode.PICKUP, ScanMode.LOADING):
        assert read({"kind": "nothing"}, mode, frames=24) == set()


@pytest.mark.parametrize(
    "text",
    [
        "https://www.bahn.de/ticket?code=8UJ2KX",
        "WIFI:T:WPA;S:Rathaus-Gast;P:geheim;;",
        "#UT01" + "".join(random.Random(4).choices(string.ascii_letters + string.digits, k=300)),
        "".join(random.Random(5).choices("\x00\x01\x1b\x7f\xffABC", k=200)),
        "ABHOLFACH-P-" + "A" * 27,
    ],
)
def test_foreign_codes_are_readable_and_none_of_ours(text: str) -> None:
    seen = texts(
        read({"kind": "phone", "text": text, "pose": {"size": 0.9, "blur": 0.3}}, ScanMode.PICKUP, size=(1280, 720))
    )
    assert seen
    assert not any(admits(ScanMode.PICKUP, each, Symbology.QR) for each in seen)


def test_over_long_contents_do_not_get_beyond_the_decoder() -> None:
    scene = {
        "kind": "phone",
        "text": "Z" * 2300,
        "pose": {"size": 0.92, "blur": 0.2, "noise": 1, "tilt_x": 0, "tilt_y": 0},
    }
    assert texts(read(scene, ScanMode.PICKUP, size=(1280, 960))) == {""}


def zbar_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decoder, "_zxing", lambda *_arguments, **_options: ())


def test_zbar_is_asked_when_zxing_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    zbar_only(monkeypatch)
    scene = {"kind": "phone", "text": TOKEN}
    assert texts(read(scene, ScanMode.PICKUP, frames=3)) == set()
    assert texts(read(scene, ScanMode.PICKUP, frames=4)) == {TOKEN}


def test_zbar_sees_a_light_code_on_dark_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    zbar_only(monkeypatch)
    scene = {"kind": "phone", "text": TOKEN, "inverted": True}
    assert texts(read(scene, ScanMode.PICKUP, frames=7)) == set()
    assert texts(read(scene, ScanMode.PICKUP, frames=8)) == {TOKEN}


def test_zbar_looks_only_for_what_the_mode_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    zbar_only(monkeypatch)
    scene = {"kind": "barcode", "text": ORDER, "pose": {"size": 0.8}}
    assert texts(read(scene, ScanMode.PICKUP)) == set()
    assert texts(read(scene, ScanMode.LOADING)) == {ORDER}


def test_where_one_look_takes_all_the_time_looks_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(name: str) -> Any:
        def ask(*_arguments: object, **_options: object) -> tuple[Reading, ...]:
            asked.append(name)
            return ()

        return ask

    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(decode, "_zbar", noting("zbar"))
    monkeypatch.setattr(Decoder, "_zxing", noting("zxing"))
    frame = Frame(b"\x80" * (64 * 48), 64, 48, 0)
    slow = Decoder(budget_ms=80, now_ms=lambda: next(clock))
    for _ in range(16):
        before = len(asked)
        slow.decode(frame, ScanMode.PICKUP)
        assert len(asked) == before + 1
    assert asked.count("zbar") == 2
    quick = Decoder(budget_ms=80, now_ms=lambda: 0)
    asked.clear()
    for _ in range(8):
        quick.decode(frame, ScanMode.PICKUP)
    assert asked.count("zbar") == 2
    assert asked.count("zxing") == 14


def test_a_small_code_far_away_is_read_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "_zbar", lambda *_arguments: ())
    pose = {"size": 0.13, "blur": 0.6, "noise": 3, "rotation": 3, "tilt_x": 0, "tilt_y": 0, "jitter": 1}
    assert texts(read({"kind": "phone", "text": TOKEN, "pose": pose}, ScanMode.PICKUP)) == {TOKEN}


def test_a_wall_of_codes_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(Reading(SecretText(f"ORD-{number}"), Symbology.QR) for number in range(40))
    monkeypatch.setattr(Decoder, "_zxing", lambda *_arguments, **_options: many)
    assert len(read({"kind": "nothing"}, ScanMode.PICKUP, frames=1)) == MAX_READINGS


@pytest.mark.parametrize(("width", "height", "size"), [(4, 4, 15), (4, 4, 17), (0, 0, 0), (-1, -1, 1)])
def test_a_frame_of_the_wrong_size_is_refused(width: int, height: int, size: int) -> None:
    with pytest.raises(ValueError, match="cannot have"):
        Decoder().decode(Frame(b"\0" * size, width, height, 0), ScanMode.PICKUP)


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_no_frame_however_small_is_too_much(width: int, height: int, source: random.Random) -> None:
    decoder = Decoder()
    frame = Frame(source.randbytes(width * height), width, height, 0)
    for _ in range(8):
        assert not any(
            admits(ScanMode.LOADING, each.text.reveal(), each.symbology)
            for each in decoder.decode(frame, ScanMode.LOADING)
        )


def unreadable(scene: dict[str, Any], cover: Any = None, frames: int = 16) -> tuple[int, int]:
    """In how many frames of ``scene`` a code is read, and in how many one is seen and cannot be. ``cover`` draws on
    each frame.
    """
    renderer, decoder = Renderer(), Decoder()
    renderer.show(scene_from_json(scene))
    read = seen = 0
    for number in range(frames):
        luma = renderer.luma()
        if cover is not None:
            picture = Image.frombytes("L", (640, 480), luma)
            cover(ImageDraw.Draw(picture))
            luma = picture.tobytes()
        read += bool(decoder.decode(Frame(luma, 640, 480, mono_ms=125 * number), ScanMode.PICKUP))
        seen += decoder.unreadable
    return read, seen


def thumb(draw: Any) -> None:
    draw.ellipse((300, 230, 450, 380), fill=90)


@pytest.mark.parametrize(("pose", "cover"), [({"blur": 5.0}, None), ({}, thumb), ({"glare": 1.0, "blur": 2.0}, thumb)])
def test_a_code_that_is_unsharp_or_covered_is_seen_all_the_same(pose: dict[str, float], cover: Any) -> None:
    read, seen = unreadable({"kind": "phone", "text": TOKEN, "pose": pose}, cover)
    assert not read
    assert seen >= 4


@pytest.mark.parametrize(
    "scene",
    [
        {"kind": "nothing"},
        {"kind": "barcode", "text": ORDER, "symbology": "code_128"},
        {"kind": "barcode", "text": ORDER, "symbology": "data_matrix"},
        {"kind": "phone", "text": TOKEN, "pose": {"brightness": 0.1, "noise": 40}},
    ],
)
def test_an_empty_hall_bars_and_darkness_are_no_code(scene: dict[str, Any]) -> None:
    assert unreadable(scene, frames=48)[1] == 0


def test_a_code_that_is_read_is_not_unreadable() -> None:
    assert unreadable({"kind": "phone", "text": TOKEN}) == (16, 0)


def test_noise_and_shapes_are_hardly_ever_taken_for_a_code() -> None:
    decoder, seen = Decoder(), 0
    for seed in range(60):
        chance = random.Random(seed)
        picture = Image.new("L", (640, 480), chance.randrange(256))
        draw = ImageDraw.Draw(picture)
        for _ in range(chance.randrange(10, 120)):
            x, y, width, height = (chance.randrange(most) for most in (640, 480, 160, 160))
            draw.rectangle((x, y, x + width, y + height), fill=chance.randrange(256))
        decoder.decode(Frame(picture.tobytes(), 640, 480, mono_ms=125 * seed), ScanMode.PICKUP)
        seen += decoder.unreadable
    assert seen < 4, "a hint wants four within two seconds"
