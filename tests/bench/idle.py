"""What the reader's capture costs while a still picture is before the camera and codes are asked for."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Final

from hal.interfaces import Frame, monotonic_ms
from hal.qr.attention import AWAKE_MS
from hal.qr.capture import Capture
from hal.wire import ScanMode
from simulator.scene.render import Renderer
from tests.bench.peers import zxing

FRAMES_PER_SECOND: Final = 15
MEASURED_S: Final = 6.0
WIDTH, HEIGHT = 640, 480


class Still:
    """A camera before an empty hall: the picture stays, its noise does not. It costs nothing itself."""

    name = "still"

    def __init__(self, pictures: list[bytes]) -> None:
        self._pictures = itertools.cycle(pictures)
        self._closed = threading.Event()

    def frames(self) -> Iterator[Frame | None]:
        while not self._closed.wait(1 / FRAMES_PER_SECOND):
            yield Frame(next(self._pictures), WIDTH, HEIGHT, monotonic_ms())

    def close(self) -> None:
        self._closed.set()


def figure() -> dict[str, float | str]:
    """Percent of one core, CPU time of the whole process; the floor is plain zxing-cpp on each of those frames."""
    renderer = Renderer(WIDTH, HEIGHT)
    pictures = [renderer.luma() for _ in range(16)]
    capture = Capture(lambda: Still(pictures), lambda _scan: None)
    capture.start()
    capture.publish(ScanMode.PICKUP)
    try:
        time.sleep(AWAKE_MS / 1000 + 1)
        seen, begun, cpu = capture.frames, time.monotonic(), time.process_time()
        time.sleep(MEASURED_S)
        percent = 100 * (time.process_time() - cpu) / (time.monotonic() - begun)
        seen = capture.frames - seen
    finally:
        capture.close(5000)
    cpu = time.thread_time()
    for number in range(seen):
        zxing(Frame(pictures[number % len(pictures)], WIDTH, HEIGHT, number))
    plain = 100 * (time.thread_time() - cpu) / MEASURED_S
    return {"value": round(percent, 3), "unit": "%", "floor": round(plain, 3), "ratio": round(percent / plain, 3)}
