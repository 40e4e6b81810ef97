"""USB cameras and others that the kernel shows as ``/dev/video…``: ``v4l2:/dev/video0,size=1280x720,exposure=50``.

Only brightness is taken. Exposure and focus stay where the profile puts them: a camera that looks for them by itself
has them wrong whenever a bright screen comes near.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import mmap
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from hal.interfaces import Frame, FrameSource, HardwareFault, monotonic_ms
from hal.qr.lifetime import Lifetime
from hal.qr.source_options import SourceOptions
from hal.qr.sources import video_device as v4l2
from hal.qr.sources.luma import COMPRESSED, PREFERRED, luma

_log = logging.getLogger(__name__)

DEFAULT_DEVICE: Final = "/dev/video0"
DEFAULT_SIZE: Final = (1280, 720)

_BUFFERS: Final = 4
_SILENCE_MS: Final = 1000

_ADVICE: Final = {
    errno.ENOENT: ("camera_absent", "Plug it in, or name the one that ls /dev/v4l/by-id shows"),
    errno.ENODEV: ("camera_absent", "Plug it in, or name the one that ls /dev/v4l/by-id shows"),
    errno.ENXIO: ("camera_absent", "Plug it in, or name the one that ls /dev/v4l/by-id shows"),
    errno.EACCES: ("camera_denied", "Put the service's user into the group video (systemd/sysusers.d)"),
    errno.EPERM: ("camera_denied", "The unit allows char-video4linux: install it anew (systemd/install.sh)"),
    errno.EBUSY: ("camera_busy", "End the other program that uses it (fuser shows which)"),
}


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """What is asked of the camera. ``exposure`` in 100 µs, ``focus`` and ``gain`` in its own units; ``None``: as it is.

    ``pixel_format``: four letters, or empty for the cheapest that the camera has.
    """

    device: str = DEFAULT_DEVICE
    size: tuple[int, int] = DEFAULT_SIZE
    pixel_format: str = ""
    controls: dict[int, int] = field(default_factory=dict)


def settings(text: str) -> VideoSettings:
    """From ``DEVICE[,NAME=VALUE…]``. Raises ``HardwareFault("source_option")``."""
    options = SourceOptions("v4l2", text)
    controls = {v4l2.POWER_LINE_FREQUENCY: v4l2.FIFTY_HERTZ}
    exposure = options.number("exposure", 1, 10_000)
    if exposure is not None:
        controls |= {v4l2.EXPOSURE_AUTO: v4l2.EXPOSURE_MANUAL, v4l2.EXPOSURE_ABSOLUTE: exposure}
    focus = options.number("focus", 0, 10_000)
    if focus is not None:
        controls |= {v4l2.FOCUS_AUTO: 0, v4l2.FOCUS_ABSOLUTE: focus}
    gain = options.number("gain", 0, 10_000)
    if gain is not None:
        controls[v4l2.GAIN] = gain
    found = VideoSettings(
        options.device or DEFAULT_DEVICE,
        options.size("size", DEFAULT_SIZE),
        options.choice("format", [name.lower() for name in PREFERRED], "").upper(),
        controls,
    )
    options.finish()
    return found


def prepare(text: str) -> Callable[[], FrameSource]:
    """What opens the camera that ``text`` names. Raises ``HardwareFault("source_option")``."""
    chosen = settings(text)
    return lambda: VideoSource(chosen)


class VideoSource:
    """One camera, streaming from the moment it is made. Raises ``HardwareFault`` if it cannot be opened or used.

    ``frames`` is for one thread and gives the newest picture: one that waited while nobody asked is thrown away. A
    camera that is pulled out ends it with ``OSError``. ``close`` is for any thread.
    """

    def __init__(self, chosen: VideoSettings, kernel: v4l2.VideoKernel | None = None) -> None:
        self._chosen = chosen
        self._kernel = kernel or v4l2.Linux()
        self._maps: list[mmap.mmap] = []
        self._descriptor: int | None = None
        self._life = Lifetime(self._release)
        try:
            self._descriptor = self._kernel.open(chosen.device)
            self._pixel_format, self._width, self._height, self._stride = self._configure(self._descriptor)
            self._begin(self._descriptor)
        except OSError as error:
            self.close()
            raise self._fault(error) from error
        except HardwareFault:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The device."""
        return self._chosen.device

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames, as the camera chose them."""
        return self._width, self._height

    def frames(self) -> Iterator[Frame | None]:
        """Frames until closed. Raises ``OSError`` when the camera is gone."""
        with self._life.using() as mine:
            while mine:
                ready = self._wait()
                if self._life.ended:
                    return
                frame = self._newest() if ready else None
                if frame is not None or not ready:
                    yield frame

    def close(self) -> None:
        """Stop. Idempotent, any thread. While another one takes frames, that one gives the device back."""
        self._life.end()

    def _configure(self, descriptor: int) -> tuple[str, int, int, int]:
        capability = v4l2.Capability()
        try:
            self._kernel.ioctl(descriptor, v4l2.QUERYCAP, capability)
        except OSError as error:
            if error.errno == errno.ENOTTY:
                raise self._unsuitable("it is no video device") from error
            raise
        has = capability.capabilities
        if has & v4l2.CAP_DEVICE_CAPS:
            has = capability.device_caps
        if not has & v4l2.VIDEO_CAPTURE or not has & v4l2.CAP_STREAMING:
            raise self._unsuitable("it gives no pictures (a camera often has a second device, for other data)")
        offered = self._offered(descriptor)
        wanted = [self._chosen.pixel_format] if self._chosen.pixel_format else list(PREFERRED)
        for pixel_format in wanted:
            if pixel_format in offered:
                break
        else:
            raise self._unsuitable(f"it offers {', '.join(offered) or 'nothing'}, and none of them can be used")
        asked = v4l2.Format(type=v4l2.VIDEO_CAPTURE)
        asked.fmt.pix.width, asked.fmt.pix.height = self._chosen.size
        asked.fmt.pix.pixelformat = v4l2.number(pixel_format)
        asked.fmt.pix.field = v4l2.FIELD_NONE
        self._kernel.ioctl(descriptor, v4l2.S_FMT, asked)
        got = asked.fmt.pix
        if v4l2.letters(got.pixelformat) != pixel_format or got.width < 1 or got.height < 1:
            raise self._unsuitable(f"asked for {pixel_format} it gives {v4l2.letters(got.pixelformat)}")
        if (got.width, got.height) != self._chosen.size:
            _log.info("camera_size: %s gives %d x %d", self.name, got.width, got.height)
        self._control(descriptor)
        return pixel_format, got.width, got.height, 0 if pixel_format in COMPRESSED else got.bytesperline

    def _offered(self, descriptor: int) -> list[str]:
        names: list[str] = []
        while True:
            description = v4l2.FormatDescription(index=len(names), type=v4l2.VIDEO_CAPTURE)
            try:
                self._kernel.ioctl(descriptor, v4l2.ENUM_FMT, description)
            except OSError as error:
                if error.errno == errno.EINVAL:
                    return names
                raise
            names.append(v4l2.letters(description.pixelformat))

    def _control(self, descriptor: int) -> None:
        for control, value in self._chosen.controls.items():
            try:
                self._kernel.ioctl(descriptor, v4l2.S_CTRL, v4l2.Control(control, value))
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ERANGE, errno.EACCES, errno.ENOTTY):
                    raise
                if control != v4l2.POWER_LINE_FREQUENCY:  # asked of every camera, and many have none
                    _log.warning("camera_control: %s takes no %#x = %d", self.name, control, value)

    def _begin(self, descriptor: int) -> None:
        request = v4l2.RequestBuffers(_BUFFERS, v4l2.VIDEO_CAPTURE, v4l2.MEMORY_MMAP)
        self._kernel.ioctl(descriptor, v4l2.REQBUFS, request)
        if not request.count:
            raise self._unsuitable("it has no room for pictures")
        for index in range(request.count):
            buffer = self._buffer(index)
            self._kernel.ioctl(descriptor, v4l2.QUERYBUF, buffer)
            self._maps.append(self._kernel.map(descriptor, buffer.length, buffer.m.offset))
            self._kernel.ioctl(descriptor, v4l2.QBUF, self._buffer(index))
        self._kernel.ioctl(descriptor, v4l2.STREAMON, ctypes.c_int(v4l2.VIDEO_CAPTURE))

    def _wait(self) -> bool:
        """Whether a picture is there; ``False`` after a second without one."""
        descriptor = self._descriptor
        poll = select.poll()
        poll.register(self._life, select.POLLIN)
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
        # An error is an event too: taking the picture then says which.
        return any(number == descriptor for number, _ in poll.poll(_SILENCE_MS))

    def _newest(self) -> Frame | None:
        """The last of the pictures that wait; the others go back."""
        newest: v4l2.Buffer | None = None
        while True:
            buffer = self._buffer(0)
            try:
                self._ioctl(v4l2.DQBUF, buffer)
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    break
                raise
            if newest is not None:
                self._give_back(newest)
            newest = buffer
        if newest is None:
            return None
        try:
            return self._frame(newest)
        finally:
            self._give_back(newest)

    def _frame(self, buffer: v4l2.Buffer) -> Frame | None:
        if buffer.flags & v4l2.BUFFER_ERROR:
            return None
        data = self._maps[buffer.index][: buffer.bytesused or buffer.length]
        brightness = luma(self._pixel_format, data, self._width, self._height, self._stride)
        if brightness is None:
            _log.debug("frame_damaged: %s", self.name)
            return None
        return Frame(brightness, self._width, self._height, _captured_ms(buffer))

    def _give_back(self, buffer: v4l2.Buffer) -> None:
        self._ioctl(v4l2.QBUF, self._buffer(buffer.index))

    @staticmethod
    def _buffer(index: int) -> v4l2.Buffer:
        return v4l2.Buffer(index=index, type=v4l2.VIDEO_CAPTURE, memory=v4l2.MEMORY_MMAP)

    def _ioctl(self, request: int, argument: ctypes.Structure) -> None:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "the camera is closed")
        self._kernel.ioctl(self._descriptor, request, argument)

    def _release(self) -> None:
        """Give the device back. Nobody is inside."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                self._kernel.ioctl(descriptor, v4l2.STREAMOFF, ctypes.c_int(v4l2.VIDEO_CAPTURE))
            except OSError as error:
                # A camera that was pulled out can only be closed.
                _log.debug("camera_off: %s", error)
            for each in self._maps:
                each.close()
            self._maps.clear()
            self._kernel.close(descriptor)

    def _fault(self, error: OSError) -> HardwareFault:
        code, advice = _ADVICE.get(error.errno or 0, ("camera_failed", "Plug it in anew; try it with v4l2-ctl"))
        return HardwareFault(code, self.name, f"it cannot be used ({error.strerror})", advice)

    def _unsuitable(self, message: str) -> HardwareFault:
        return HardwareFault(
            "camera_unsuitable", self.name, message, "Name another device or format (v4l2-ctl --list-formats-ext)"
        )


def _captured_ms(buffer: v4l2.Buffer) -> int:
    """When the picture was taken: the driver's own stamp where it is of our clock."""
    now_ms = monotonic_ms()
    if buffer.flags & v4l2.TIMESTAMP_MASK != v4l2.TIMESTAMP_MONOTONIC:
        return now_ms
    return min(now_ms, int(buffer.timestamp.seconds) * 1000 + int(buffer.timestamp.microseconds) // 1000)
