"""How a picture is lit."""

from __future__ import annotations

import pytest

from hal.interfaces import Frame
from hal.qr.light import light_of
from hal.wire import SeenLight
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer


def seen(pose: dict[str, float]) -> Frame:
    renderer = Renderer()
    renderer.show(scene_from_json({"kind": "phone", "text": "ABHOLFACH-P-", "pose": pose}))
    return Frame(renderer.luma(), 640, 480, 0)


@pytest.mark.parametrize(
    ("pose", "light"),
    [
        ({}, SeenLight.FINE),
        ({"blur": 6.0}, SeenLight.FINE),
        ({"size": 0.1}, SeenLight.FINE),
        ({"brightness": 0.2}, SeenLight.DARK),
        ({"brightness": 0.05, "noise": 20}, SeenLight.DARK),
        ({"brightness": 3.0}, SeenLight.GLARING),
    ],
)
def test_the_light_of_a_picture(pose: dict[str, float], light: SeenLight) -> None:
    assert light_of(seen(pose)) is light


def test_no_picture_is_too_small() -> None:
    assert light_of(Frame(b"\x00", 1, 1, 0)) is SeenLight.DARK
