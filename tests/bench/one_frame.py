"""What it costs to look at one frame: one with a code in it, and one without.

The floor is plain zxing-cpp on the very same frames, interleaved with the decoder's looks, so that a busy machine slows
both. A figure is the mean over the decoder's whole cycle (plain, sharpened, enlarged, zbar now and then), because that
is what an idle box pays, and of several such cycles the median.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

import zxingcpp

from hal.interfaces import Frame
from hal.qr.decode import Decoder
from hal.wire import ScanMode
from simulator.scene.model import scene_from_json
from simulator.scene.render import Renderer

WIDTH, HEIGHT = 640, 480
_QR: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
CYCLE: Final = 24
"""Frames until the decoder's looks repeat: 3 looks, every 4th frame zbar, every 2nd of those inverted."""

HITS: Final[tuple[dict[str, Any], ...]] = tuple(
    {"kind": "phone", "text": f"ABHOLFACH-P-{letter * 26}", "seed": seed, "pose": pose}
    for seed, (letter, pose) in enumerate(
        [
            ("A", {}),
            ("K", {"size": 0.6, "rotation": 31, "tilt_y": 18}),
            ("Q", {"size": 0.35, "rotation": -12, "blur": 1.0, "noise": 8}),
            ("Z", {"size": 0.5, "rotation": 90, "brightness": 0.6, "glare": 0.4}),
        ]
    )
)


def figures(cycles: int = 5) -> dict[str, dict[str, float | str]]:
    """``decode.hit`` and ``decode.miss`` in ms a frame, with the floor and the ratio to it."""
    hits = [frame for scene in HITS for frame in _frames(scene, CYCLE // len(HITS))]
    return {
        "decode.hit": _figure(hits, cycles, expected=True),
        "decode.miss": _figure(_frames({"kind": "nothing"}, CYCLE), cycles, expected=False),
    }


def _figure(frames: list[Frame], cycles: int, *, expected: bool) -> dict[str, float | str]:
    decoder = Decoder()
    ours: list[float] = []
    floors: list[float] = []
    for _ in range(cycles + 1):
        mine = floor = 0.0
        for frame in frames:
            floor += _milliseconds(lambda frame=frame: _plain(frame), expected)  # type: ignore[misc]
            mine += _milliseconds(lambda frame=frame: decoder.decode(frame, ScanMode.PICKUP), expected)  # type: ignore[misc]
        ours.append(mine / len(frames))
        floors.append(floor / len(frames))
    # The first cycle warms caches and lazy imports.
    value, floor = statistics.median(ours[1:]), statistics.median(floors[1:])
    return {"value": round(value, 3), "unit": "ms", "floor": round(floor, 3), "ratio": round(value / floor, 3)}


def _frames(scene: dict[str, Any], count: int) -> list[Frame]:
    renderer = Renderer(WIDTH, HEIGHT)
    renderer.show(scene_from_json(scene))
    return [Frame(renderer.luma(), WIDTH, HEIGHT, number) for number in range(count)]


def _plain(frame: Frame) -> object:
    view = memoryview(frame.luma).cast("B", (frame.height, frame.width))
    return zxingcpp.read_barcodes(view, formats=_QR)


def _milliseconds(look: Callable[[], object], expected: bool) -> float:
    begun = time.perf_counter_ns()
    found = look()
    elapsed = (time.perf_counter_ns() - begun) / 1e6
    if bool(found) is not expected:
        raise RuntimeError("a frame of the benchmark was not read as it should be: the figures would mean nothing")
    return elapsed
