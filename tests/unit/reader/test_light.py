"""What is said of the light when a code cannot be read."""

from __future__ import annotations

import pytest

from hal.interfaces import Frame
from hal.qr.light import Light, light_of
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer


def seen(pose: dict[str, float]) -> Frame:
    renderer = Renderer()
    renderer.show(scene_from_json({"kind": "phone", "text": "ABHOLFACH-P-", "pose": pose}))
    return Frame(renderer.luma(), 640, 480, 0)


@pytest.mark.parametrize(
    ("pose", "light"),
    [
        ({}, Light.FINE),
        ({"blur": 6.0}, Light.FINE),
        ({"size": 0.1}, Light.FINE),
        ({"brightness": 0.2}, Light.DARK),
        ({"brightness": 0.05, "noise": 20}, Light.DARK),
        ({"brightness": 3.0}, Light.GLARING),
    ],
)
def test_the_light_of_a_picture(pose: dict[str, float], light: Light) -> None:
    assert light_of(seen(pose)) is light


def test_no_picture_is_too_small() -> None:
    assert light_of(Frame(b"\x00", 1, 1, 0)) is Light.DARK
