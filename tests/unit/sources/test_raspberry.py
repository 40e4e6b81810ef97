"""The Raspberry Pi's camera, against a stand-in for Debian's module."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hal.interfaces import Frame, HardwareFault, monotonic_ms
from hal.qr.sources import raspberry
from hal.qr.sources.raspberry import RaspberrySettings, RaspberrySource

WAIT_S = 30


class Job:
    def __init__(self, request: Any) -> None:
        self._request = request

    def get_result(self) -> Any:
        return self._request


class Request:
    def __init__(self, plane: bytes, sensor_ns: int | None) -> None:
        self.plane, self.released = plane, 0
        self._metadata = {} if sensor_ns is None else {"SensorTimestamp": sensor_ns}

    def get_metadata(self) -> dict[str, int]:
        return self._metadata

    def make_buffer(self, name: str) -> bytearray:
        assert name == "main"
        return bytearray(self.plane)

    def release(self) -> None:
        self.released += 1


class Camera:
    """As far as ``Picamera2`` is used. ``show`` completes the request that waits, or the next one."""

    def __init__(self, *, stride: int = 8, fails: Exception | None = None) -> None:
        self.calls: list[str] = []
        self.asked: dict[str, Any] = {}
        self._stride, self._fails = stride, fails
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[Job], None]] = deque()
        self._ready: deque[Request] = deque()

    def create_video_configuration(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return asked

    def configure(self, configuration: dict[str, Any]) -> None:
        assert configuration is self.asked

    def camera_configuration(self) -> dict[str, Any]:
        return {"main": {"size": self.asked["main"]["size"], "stride": self._stride}}

    def start(self) -> None:
        self.calls.append("start")
        if self._fails is not None:
            raise self._fails

    def cancel_all_and_flush(self) -> None:
        self._waiting.clear()

    def stop(self) -> None:
        assert not self._waiting  # the real one would wait for them, for ever
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")

    def capture_request(self, *, wait: bool, signal_function: Callable[[Job], None]) -> None:
        assert not wait
        with self._lock:
            self._waiting.append(signal_function)
            self._serve()

    def show(self, request: Request) -> Request:
        with self._lock:
            self._ready.append(request)
            self._serve()
        return request

    def _serve(self) -> None:
        while self._waiting and self._ready:
            self._waiting.popleft()(Job(self._ready.popleft()))


PLANE = bytes(range(4)) + b"\xee" * 4 + bytes(range(4, 8)) + b"\xee" * 4 + b"\x80" * 8
"""4 by 2 pixels, rows of 8 bytes, then colours."""


def opened(camera: Camera, chosen: RaspberrySettings | None = None) -> RaspberrySource:
    return RaspberrySource(chosen or RaspberrySettings(0, (4, 2)), lambda: SimpleNamespace(Picamera2=lambda _: camera))


def taken(frames: Iterator[Frame | None]) -> Frame:
    frame = next(frames)
    assert frame is not None
    return frame


def test_frames_are_the_plane_of_brightness_stamped_by_the_sensor() -> None:
    camera = Camera()
    source = opened(camera)
    assert source.name == "picamera2:0"
    assert camera.asked["main"] == {"size": (4, 2), "format": "YUV420"}
    before = monotonic_ms()
    request = camera.show(Request(PLANE, time.clock_gettime_ns(time.CLOCK_BOOTTIME) - 70_000_000))
    frames = source.frames()
    frame = taken(frames)
    assert (frame.luma, frame.width, frame.height) == (bytes(range(8)), 4, 2)
    assert before - 71 <= frame.mono_ms <= monotonic_ms() - 70
    assert request.released == 1
    camera.show(Request(PLANE, None))
    assert taken(frames).mono_ms <= monotonic_ms()
    source.close()
    assert list(frames) == []
    assert camera.calls == ["start", "stop", "close"]


def test_a_short_picture_is_left_out() -> None:
    camera = Camera()
    source = opened(camera)
    short = camera.show(Request(PLANE[:9], None))
    camera.show(Request(PLANE, None))
    assert taken(source.frames()).luma == bytes(range(8))
    assert short.released == 1
    source.close()


def test_a_second_without_a_picture_is_said_and_asks_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raspberry, "_SLICE_S", 0.001)
    monkeypatch.setattr(raspberry, "_SILENCE_MS", 5)
    camera = Camera()
    source = opened(camera)
    frames = source.frames()
    assert [next(frames), next(frames)] == [None, None]
    camera.show(Request(PLANE, None))
    assert taken(frames).luma == bytes(range(8))
    source.close()


def test_closing_from_another_thread_ends_the_wait() -> None:
    camera = Camera()
    source = opened(camera)
    thread = threading.Thread(target=lambda: list(source.frames()))
    thread.start()
    source.close()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert camera.calls == ["start", "stop", "close"]


def test_options_become_libcameras_controls() -> None:
    camera = Camera()
    opened(camera, raspberry.settings("1,size=640x480,exposure=50,gain=4,focus=55")).close()
    assert camera.asked["main"]["size"] == (640, 480)
    assert camera.asked["controls"] == {"ExposureTime": 5000, "AnalogueGain": 4.0, "AfMode": 0, "LensPosition": 5.5}


@pytest.mark.parametrize("text", ["front", "-1", "0,size=1", "0,exposure=0", "0,colour=no"])
def test_options_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        raspberry.prepare(text)
    assert caught.value.code == "source_option"


@pytest.mark.parametrize(
    ("error", "code"), [(IndexError("list index out of range"), "camera_absent"), (RuntimeError("busy"), "camera_busy")]
)
def test_a_camera_that_cannot_be_had_is_a_fault(error: Exception, code: str) -> None:
    def refuse(_number: int) -> Camera:
        raise error

    with pytest.raises(HardwareFault) as caught:
        RaspberrySource(RaspberrySettings(), lambda: SimpleNamespace(Picamera2=refuse))
    assert (caught.value.code, caught.value.subject) == (code, "picamera2:0")


def test_a_camera_that_does_not_start_is_given_back() -> None:
    camera = Camera(fails=RuntimeError("no memory"))
    with pytest.raises(HardwareFault) as caught:
        opened(camera)
    assert caught.value.code == "camera_failed"
    assert camera.calls[-1] == "close"


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of Debian's packages, and an environment of ours without a numpy."""
    monkeypatch.setattr(raspberry, "SYSTEM_PACKAGES", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(raspberry, "numpy_in_the_way", lambda: None)
    monkeypatch.delitem(sys.modules, "picamera2", raising=False)
    return tmp_path


def test_the_module_comes_from_debians_directory_behind_our_own(debian: Path) -> None:
    (debian / "picamera2.py").write_text("Picamera2 = 'Debian'")
    (debian / "msgspec.py").write_text("raise AssertionError")
    assert raspberry.load().Picamera2 == "Debian"
    assert sys.path[-1] == str(debian)
    del sys.modules["picamera2"]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, "camera_driver_missing", "apt-get install"),
        ("import there_is_no_such_module", "camera_driver_missing", "there_is_no_such_module"),
        ("raise ValueError('numpy.dtype size changed')", "camera_driver_broken", "size changed"),
    ],
)
def test_what_is_missing_or_broken_is_named(debian: Path, content: str | None, code: str, said: str) -> None:
    if content is not None:
        (debian / "picamera2.py").write_text(content)
    with pytest.raises(HardwareFault) as caught:
        raspberry.load()
    assert caught.value.code == code
    assert said in str(caught.value)


def test_a_numpy_of_our_own_is_named_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This very environment has one: the tests need it, a box must not."""
    numpy = tmp_path / "numpy"
    numpy.mkdir()
    (numpy / "__init__.py").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    with pytest.raises(HardwareFault) as caught:
        raspberry.load()
    assert caught.value.code == "numpy_in_the_way"
    assert str(numpy) in caught.value.message


def test_nothing_that_a_box_installs_brings_a_numpy() -> None:
    runtime = (Path(__file__).parents[3] / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert re.search(r"^zxing-cpp==", runtime, re.MULTILINE)
    assert not re.search(r"^numpy", runtime, re.MULTILINE)
