"""The V4L2 source against a device that answers as the kernel's interface says."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator

import pytest

from hal.interfaces import Frame, HardwareFault, monotonic_ms
from hal.qr.sources import v4l2, video_device
from tests.fakes.video import DAMAGED, METADATA_ONLY, MONOTONIC, FakeCamera, Picture

WAIT_S = 30


def picture(level: int, mono_us: int = 0, flags: int = MONOTONIC) -> Picture:
    """4 by 2 pixels, YUYV."""
    return Picture(bytes([level, 128] * 8), mono_us, flags)


def opened(camera: FakeCamera, text: str = "/dev/video7,size=4x2") -> v4l2.VideoSource:
    # Sizes below two digits are nobody's, so they are set behind the check.
    device, _, rest = text.partition(",size=4x2")
    return v4l2.VideoSource(v4l2.VideoSettings(device, (4, 2), controls=v4l2.settings(device + rest).controls), camera)


def taken(frames: Iterator[Frame | None]) -> Frame:
    frame = next(frames)
    assert frame is not None
    return frame


def test_the_kernel_is_asked_by_its_own_numbers() -> None:
    """Those of ``linux/videodev2.h`` on x86-64 and arm64."""
    assert (video_device.QUERYCAP, video_device.ENUM_FMT, video_device.S_FMT) == (0x80685600, 0xC0405602, 0xC0D05605)
    assert (video_device.REQBUFS, video_device.QUERYBUF) == (0xC0145608, 0xC0585609)
    assert (video_device.QBUF, video_device.DQBUF) == (0xC058560F, 0xC0585611)
    assert (video_device.STREAMON, video_device.STREAMOFF, video_device.S_CTRL) == (0x40045612, 0x40045613, 0xC008561C)


def test_frames_are_brightness_with_the_drivers_time() -> None:
    camera = FakeCamera(padding=6)
    source = opened(camera)
    assert (camera.opened, source.name, source.size) == (["/dev/video7"], "/dev/video7", (4, 2))
    row = bytes([7, 128] * 4) + bytes(6)
    camera.show(Picture(row + bytes([9, 128] * 4), 1_234_567))
    frames = source.frames()
    assert taken(frames) == Frame(bytes([7] * 4 + [9] * 4), 4, 2, 1234)
    assert camera.free == 3
    source.close()
    with pytest.raises(StopIteration):
        next(frames)
    assert not camera.is_open
    assert not camera.streaming


def test_the_newest_picture_is_taken_and_none_is_kept() -> None:
    camera = FakeCamera()
    source = opened(camera)
    for level in (1, 2, 3, 4):
        camera.show(picture(level))
    assert camera.dropped == 1
    frames = source.frames()
    assert taken(frames).luma == bytes([3] * 8)
    assert camera.free == 3
    camera.show(picture(5))
    assert taken(frames).luma == bytes([5] * 8)
    source.close()


def test_a_damaged_picture_is_none() -> None:
    camera = FakeCamera()
    source = opened(camera)
    camera.show(picture(1, flags=MONOTONIC | DAMAGED))
    frames = source.frames()
    threading.Timer(0.05, camera.show, [picture(2)]).start()
    assert taken(frames).luma == bytes([2] * 8)
    source.close()


def test_times_of_another_clock_and_of_the_future_are_not_believed() -> None:
    camera = FakeCamera()
    source = opened(camera)
    frames = source.frames()
    for flags, stamp in ((0, 5_000_000), (MONOTONIC, (monotonic_ms() + 3_600_000) * 1000)):
        before = monotonic_ms()
        camera.show(picture(1, stamp, flags))
        assert before <= taken(frames).mono_ms <= monotonic_ms()
    source.close()


def test_a_second_without_a_picture_is_said() -> None:
    source = opened(FakeCamera())
    assert next(source.frames()) is None


def test_a_camera_that_is_pulled_out_ends_in_an_error_and_is_closed() -> None:
    camera = FakeCamera()
    source = opened(camera)
    frames = source.frames()
    camera.show(picture(1))
    taken(frames)
    camera.pull_out()
    with pytest.raises(OSError, match="No such device"):
        next(frames)
    assert not camera.is_open
    source.close()


def test_closing_from_another_thread_ends_the_wait() -> None:
    camera = FakeCamera()
    source = opened(camera)
    got: list[Frame | None] = []
    thread = threading.Thread(target=lambda: got.extend(source.frames()))
    thread.start()
    source.close()
    source.close()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert not camera.is_open
    assert [frame for frame in got if frame is not None] == []


def test_what_is_never_looked_at_is_closed_too() -> None:
    camera = FakeCamera()
    source = opened(camera)
    source.close()
    assert not camera.is_open
    assert list(source.frames()) == []


def test_the_cheapest_format_is_chosen_and_a_named_one_is_kept_to() -> None:
    camera = FakeCamera(formats=("MJPG", "YUYV", "GREY"), bytes_a_pixel=1)
    source = opened(camera)
    camera.show(Picture(bytes(range(8))))
    assert taken(source.frames()).luma == bytes(range(8))
    with pytest.raises(HardwareFault) as caught:
        v4l2.VideoSource(v4l2.settings("/dev/video0,format=nv12"), FakeCamera(formats=("MJPG", "YUYV")))
    assert caught.value.code == "camera_unsuitable"
    assert "MJPG, YUYV" in caught.value.message


def test_exposure_focus_and_gain_are_fixed_where_the_camera_can() -> None:
    camera = FakeCamera(controls=frozenset({0x9A0901, 0x9A0902, 0x9A090C, 0x9A090A, 0x980918}))
    opened(camera, "/dev/video0,size=4x2,exposure=50,focus=30,gain=4").close()
    assert camera.set_controls == {0x9A0901: 1, 0x9A0902: 50, 0x9A090C: 0, 0x9A090A: 30, 0x980918: 1}


@pytest.mark.parametrize(
    ("camera", "code"),
    [
        (FakeCamera(error=errno.ENOENT), "camera_absent"),
        (FakeCamera(error=errno.EACCES), "camera_denied"),
        (FakeCamera(error=errno.EIO), "camera_failed"),
        (FakeCamera(busy=True), "camera_busy"),
        (FakeCamera(capabilities=METADATA_ONLY), "camera_unsuitable"),
        (FakeCamera(formats=("RGB3",)), "camera_unsuitable"),
        (FakeCamera(lazy=True), "camera_unsuitable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_a_fault_with_advice(camera: FakeCamera, code: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        opened(camera)
    assert (caught.value.code, caught.value.subject) == (code, "/dev/video7")
    assert caught.value.advice
    assert not camera.is_open


def test_a_file_is_no_camera() -> None:
    with pytest.raises(HardwareFault) as caught:
        v4l2.prepare("/dev/null")()
    assert caught.value.code == "camera_unsuitable"


@pytest.mark.parametrize(
    "text",
    [
        "/dev/video0,size=big",
        "/dev/video0,size=1280x0",
        "/dev/video0,exposure=-1",
        "/dev/video0,exposure=fast",
        "/dev/video0,format=rgb3",
        "/dev/video0,exposer=5",
        "/dev/video0,size",
        "/dev/video0,gain=1,gain=2",
    ],
)
def test_options_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(HardwareFault) as caught:
        v4l2.prepare(text)
    assert caught.value.code == "source_option"
    if "exposer" in text:
        assert "exposure?" in caught.value.message
