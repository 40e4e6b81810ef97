"""V4L2 and evdev on a real kernel, with its own virtual camera (``vivid``) and virtual keyboard (``uinput``).

Not part of ``./box test`` but of ``./box kernel``; or as root, after ``modprobe -a vivid uinput``, with
``pytest -m kernel``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.input_device import InputDevice
from hal.interfaces import Frame, HardwareFault, monotonic_ms
from hal.qr.scanners.hid_scanner import HidScanner, settings
from hal.qr.sources import v4l2, video_device
from tests.fakes.input import FakeInput

pytestmark = pytest.mark.kernel

VIVID_DISCONNECT = 0x00F0F000 + 65
UI_SET_EVBIT, UI_SET_KEYBIT, UI_DEV_SETUP, UI_DEV_CREATE, UI_DEV_DESTROY = (
    0x40045564,
    0x40045565,
    0x405C5503,
    0x5501,
    0x5502,
)


def vivid() -> str:
    for device in sorted(Path("/sys/class/video4linux").glob("video*")):
        if "vid-cap" in (device / "name").read_text():
            return f"/dev/{device.name}"
    pytest.skip("no vivid: modprobe vivid")


def frames_of(source: v4l2.VideoSource, count: int) -> list[Frame]:
    found: list[Frame] = []
    for frame in source.frames():
        if frame is not None:
            found.append(frame)
        if len(found) == count:
            return found
    return found


@pytest.mark.parametrize("pixel_format", ["grey", "yuyv", "uyvy", "nv12", "yu12"])
def test_a_camera_of_the_kernel_gives_brightness_in_every_format(pixel_format: str) -> None:
    source = v4l2.VideoSource(v4l2.settings(f"{vivid()},size=640x360,format={pixel_format}"))
    begun = monotonic_ms()
    found = frames_of(source, 3)
    width, height = source.size
    assert (width, height) == (640, 360)
    for frame in found:
        assert len(frame.luma) == width * height
        assert begun - 2000 < frame.mono_ms <= monotonic_ms()
    # Colour bars: a white one on the left, a black one on the right.
    row = found[-1].luma[width * 200 : width * 201]
    assert row[20] > 150
    assert row[-20] < 60
    assert [frame.mono_ms for frame in found] == sorted({frame.mono_ms for frame in found})


def test_a_camera_that_another_program_uses_is_busy() -> None:
    first = v4l2.VideoSource(v4l2.settings(f"{vivid()},size=640x360"))
    with pytest.raises(HardwareFault) as caught:
        v4l2.VideoSource(v4l2.settings(f"{vivid()},size=640x360"))
    assert caught.value.code == "camera_busy"
    first.close()
    v4l2.VideoSource(v4l2.settings(f"{vivid()},size=640x360")).close()


class Keyboard(FakeInput):
    """A keyboard of the kernel's, typed at through ``/dev/uinput``."""

    def __init__(self) -> None:
        super().__init__()
        try:
            self._write = os.open("/dev/uinput", os.O_WRONLY)
        except FileNotFoundError:
            pytest.skip("no /dev/uinput: modprobe uinput")
        fcntl.ioctl(self._write, UI_SET_EVBIT, 1)
        for key in range(1, 127):
            fcntl.ioctl(self._write, UI_SET_KEYBIT, key)
        fcntl.ioctl(self._write, UI_DEV_SETUP, struct.pack("=HHHH80sI", 3, 0x1234, 0x5678, 1, b"Scanner of a test", 0))
        fcntl.ioctl(self._write, UI_DEV_CREATE)

    @property
    def path(self) -> str:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for device in Path("/sys/class/input").glob("event*"):
                if (device / "device" / "name").read_text().strip() == "Scanner of a test":
                    return f"/dev/input/{device.name}"
            time.sleep(0.05)
        raise AssertionError("the kernel shows no such device")

    def type_slowly(self, text: str) -> None:
        """As a scanner does: a report every few ms."""
        for character in text:
            time.sleep(0.01)
            self.type(character)

    def destroy(self) -> None:
        fcntl.ioctl(self._write, UI_DEV_DESTROY)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    instance = Keyboard()
    yield instance
    os.close(instance._write)


def test_a_keyboard_of_the_kernel_is_grabbed_read_and_pulled_out(keyboard: Keyboard) -> None:
    path = keyboard.path
    other = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    scanner = HidScanner(settings(path))
    with pytest.raises(HardwareFault) as caught:
        HidScanner(settings(path))
    assert caught.value.code == "scanner_busy"
    texts = scanner.texts()
    assert next(texts) is None
    # Faster than anybody reads: the kernel's buffer runs over, and the text with the hole is none.
    keyboard.type("ORD-2026-4711-4712-4713\n")
    begun = monotonic_ms()
    typing = threading.Thread(target=keyboard.type_slowly, args=("ORD-2026-7\n",))
    typing.start()
    scanned = next(text for text in texts if text is not None)
    typing.join()
    assert scanned.reading.text.reveal() == "ORD-2026-7"
    assert begun <= scanned.mono_ms <= monotonic_ms()
    with pytest.raises(BlockingIOError):  # nobody else has heard of it
        os.read(other, 1024)
    keyboard.destroy()
    with pytest.raises(OSError, match="No such device") as gone:
        list(texts)
    assert gone.value.errno == errno.ENODEV
    os.close(other)


def test_a_device_tells_its_name_and_its_keys(keyboard: Keyboard) -> None:
    device = InputDevice(keyboard.path)
    assert device.name == "Scanner of a test"
    assert device.keys == frozenset(range(1, 127))
    device.close()


def test_a_camera_that_is_pulled_out_says_so() -> None:
    """The last one: the virtual camera does not come back by itself."""
    device = vivid()
    source = v4l2.VideoSource(v4l2.settings(f"{device},size=640x360"))
    frames = source.frames()
    assert next(frames) is not None
    other = os.open(device, os.O_RDWR)
    fcntl.ioctl(other, video_device.S_CTRL, struct.pack("=Ii", VIVID_DISCONNECT, 1))
    os.close(other)
    with pytest.raises(OSError, match="No such device"):
        list(frames)
