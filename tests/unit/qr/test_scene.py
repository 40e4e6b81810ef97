"""What is held before the camera: its JSON, its pictures, and the sources that show them."""

from __future__ import annotations

import base64
import io
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hal.interfaces import Frame, FrameSource, HardwareFault
from hal.qr.decode import Decoder
from hal.wire import ScanMode
from simulator.scene import cards
from simulator.scene.model import Nothing, Phone, Picture, Pose, SceneError, scene_from_json
from simulator.scene.render import Renderer
from simulator.scene.sources import DirectorySource, FileSource

TOKEN = "ABHOLFACH-P-" + "K7MQ2ZDX" * 3 + "AE"
OTHER = "ABHOLFACH-B-" + "K7MQ2ZDX" * 3 + "AE"


def picture_of(token: str, mode: str = "L") -> Image.Image:
    card = cards.draw(Phone(scene_text(token)), 300)
    return card.image.convert(mode)


def scene_text(token: str) -> Any:
    scene = scene_from_json({"kind": "phone", "text": token})
    assert isinstance(scene, Phone)
    return scene.text


def texts(frames: list[Frame]) -> set[str]:
    decoder = Decoder()
    return {reading.text.reveal() for frame in frames for reading in decoder.decode(frame, ScanMode.PICKUP)}


def some(source: FrameSource, count: int) -> list[Frame]:
    return [frame for frame in islice(source.frames(), count) if frame is not None]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "not_an_object"),
        ("phone", "not_an_object"),
        ({}, "unknown_kind"),
        ({"kind": "hologram"}, "unknown_kind"),
        ({"kind": "nothing", "text": "x"}, "unknown_name"),
        ({"kind": "phone", "text": TOKEN, "colour": "red"}, "unknown_name"),
        ({"kind": "phone"}, "bad_value"),
        ({"kind": "phone", "text": ""}, "bad_value"),
        ({"kind": "phone", "text": "x" * 4001}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "inverted": 1}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "seed": "1"}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "pose": []}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "pose": {"distance": 1}}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "pose": {"size": True}}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "pose": {"size": 99}}, "bad_value"),
        ({"kind": "phone", "text": TOKEN, "pose": {"size": float("nan")}}, "bad_value"),
        ({"kind": "barcode", "text": "X", "symbology": "aztec"}, "bad_value"),
        ({"kind": "barcode", "text": "X", "symbology": ["qr"]}, "bad_value"),
        ({"kind": "picture"}, "bad_value"),
        ({"kind": "picture", "path": "a", "data": "b"}, "bad_value"),
        ({"kind": "picture", "data": "***"}, "bad_value"),
    ],
)
def test_what_is_no_scene_is_refused(value: object, reason: str) -> None:
    with pytest.raises(SceneError) as caught:
        scene_from_json(value)
    assert caught.value.reason == reason
    assert TOKEN not in str(caught.value)


def test_a_scene_is_what_it_says() -> None:
    assert scene_from_json(None) == Nothing()
    scene = scene_from_json({"kind": "phone", "text": TOKEN, "pose": {"size": 1}, "inverted": True, "seed": 4})
    assert isinstance(scene, Phone)
    assert (scene.text.reveal(), scene.pose, scene.inverted, scene.seed) == (TOKEN, Pose(size=1.0), True, 4)
    assert TOKEN not in repr(scene)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=4),
        lambda inner: st.dictionaries(
            st.sampled_from(["kind", "text", "pose", "seed", "path", "data", "size", "phone"]), inner
        ),
        max_leaves=8,
    )
)
def test_no_value_raises_anything_but_a_scene_error(value: object) -> None:
    try:
        scene_from_json(value)
    except SceneError:
        return


def test_the_same_scene_gives_the_same_frames_and_the_hand_trembles() -> None:
    first, second = Renderer(320, 240), Renderer(320, 240)
    scene = scene_from_json({"kind": "phone", "text": TOKEN, "seed": 9})
    first.show(scene)
    second.show(scene)
    frames = [first.luma() for _ in range(4)]
    assert frames == [second.luma() for _ in range(4)]
    assert len(set(frames)) == 4
    assert all(len(frame) == 320 * 240 for frame in frames)


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        ({"kind": "phone", "text": "x" * 3000}, "text_too_long"),
        ({"kind": "barcode", "text": "ünsuitable", "symbology": "code_39"}, "text_unsuitable"),
        ({"kind": "picture", "data": base64.b64encode(b"no picture").decode()}, "bad_picture"),
        ({"kind": "picture", "path": "/nowhere/at/all.png"}, "bad_picture"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_what_was_there_stays(scene: dict[str, Any], reason: str) -> None:
    renderer = Renderer()
    renderer.show(scene_from_json({"kind": "phone", "text": TOKEN}))
    with pytest.raises(SceneError) as caught:
        renderer.show(scene_from_json(scene))
    assert caught.value.reason == reason
    assert texts([Frame(renderer.luma(), 640, 480, 0)]) == {TOKEN}


@pytest.mark.parametrize(("form", "mode"), [("PNG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB")])
def test_pictures_in_common_forms_are_read(form: str, mode: str) -> None:
    stored = io.BytesIO()
    picture_of(TOKEN, mode).save(stored, form)
    renderer = Renderer()
    renderer.show(Picture(data=stored.getvalue()))
    assert texts([Frame(renderer.luma(), 640, 480, 0)]) == {TOKEN}


def test_a_code_on_a_transparent_background_is_on_white() -> None:
    code = picture_of(TOKEN)
    picture = Image.new("RGBA", code.size, (0, 0, 0, 0))
    picture.putalpha(code.point(lambda level: 255 - level))
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    renderer = Renderer()
    renderer.show(Picture(data=stored.getvalue()))
    assert texts([Frame(renderer.luma(), 640, 480, 0)]) == {TOKEN}


def test_a_file_is_seen_again_and_again(tmp_path: Path) -> None:
    picture_of(TOKEN).save(tmp_path / "phone.png")
    source = FileSource(tmp_path / "phone.png", per_second=200)
    assert isinstance(source, FrameSource)
    frames = some(source, 5)
    assert texts(frames) == {TOKEN}
    assert [frame.mono_ms for frame in frames] == sorted(frame.mono_ms for frame in frames)
    assert len({frame.luma for frame in frames}) > 1


def test_a_directory_is_seen_in_the_order_of_names(tmp_path: Path) -> None:
    picture_of(OTHER).save(tmp_path / "b.png")
    picture_of(TOKEN).save(tmp_path / "a.JPG", "JPEG")
    (tmp_path / "notes.txt").write_text("no picture")
    source = DirectorySource(tmp_path, frames_each=2, per_second=500, loop=True)
    frames = some(source, 6)
    assert [texts(frames[at : at + 2]) for at in (0, 2, 4)] == [{TOKEN}, {OTHER}, {TOKEN}]


def test_after_a_directory_seen_once_the_hall_is_empty(tmp_path: Path) -> None:
    picture_of(TOKEN).save(tmp_path / "a.png")
    frames = some(DirectorySource(tmp_path, frames_each=1, per_second=500, loop=False), 5)
    assert texts(frames[:1]) == {TOKEN}
    assert texts(frames[1:]) == set()
    assert len(frames) == 5


def test_a_closed_source_ends(tmp_path: Path) -> None:
    picture_of(TOKEN).save(tmp_path / "a.png")
    for source in (FileSource(tmp_path / "a.png", per_second=500), DirectorySource(tmp_path, per_second=500)):
        frames = source.frames()
        next(frames)
        source.close()
        source.close()
        assert list(frames) == []


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG no")
    with pytest.raises(HardwareFault) as caught:
        FileSource(tmp_path / "a.png")
    assert caught.value.code == "picture_unreadable"
    empty = tmp_path / "empty"
    empty.mkdir()
    for directory in (empty, tmp_path / "missing"):
        with pytest.raises(HardwareFault) as caught:
            DirectorySource(directory)
        assert caught.value.code == "directory_unreadable"
