"""A video device of Linux (``/dev/video0``) as the kernel offers it: the few structures and calls of V4L2 that taking
pictures needs. Nothing here decides anything.

After ``linux/videodev2.h`` and the Linux media subsystem's documentation ("Video for Linux API", streaming I/O with
memory mapping). Structures have the layout of the running machine's C, so that 32 and 64 bits are both right.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
from typing import Any, Final, Protocol


class Capability(ctypes.Structure):
    """``struct v4l2_capability``."""

    _fields_ = (
        ("driver", ctypes.c_char * 16),
        ("card", ctypes.c_char * 32),
        ("bus_info", ctypes.c_char * 32),
        ("version", ctypes.c_uint32),
        ("capabilities", ctypes.c_uint32),
        ("device_caps", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
    )


class FormatDescription(ctypes.Structure):
    """``struct v4l2_fmtdesc``."""

    _fields_ = (
        ("index", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("description", ctypes.c_char * 32),
        ("pixelformat", ctypes.c_uint32),
        ("mbus_code", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
    )


class PixelFormat(ctypes.Structure):
    """``struct v4l2_pix_format``."""

    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in (
            "width",
            "height",
            "pixelformat",
            "field",
            "bytesperline",
            "sizeimage",
            "colorspace",
            "priv",
            "flags",
            "encoding",
            "quantization",
            "xfer_func",
        )
    )


class _FormatUnion(ctypes.Union):
    # The kernel's union also holds a structure with a pointer, which decides how it is aligned.
    _fields_ = (("pix", PixelFormat), ("raw", ctypes.c_uint8 * 200), ("pointer", ctypes.c_void_p))


class Format(ctypes.Structure):
    """``struct v4l2_format``."""

    _fields_ = (("type", ctypes.c_uint32), ("fmt", _FormatUnion))


class RequestBuffers(ctypes.Structure):
    """``struct v4l2_requestbuffers``."""

    _fields_ = (
        ("count", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("memory", ctypes.c_uint32),
        ("capabilities", ctypes.c_uint32),
        ("flags", ctypes.c_uint8),
        ("reserved", ctypes.c_uint8 * 3),
    )


class _Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("microseconds", ctypes.c_long))


class _Timecode(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("frames", ctypes.c_uint8 * 4),
        ("userbits", ctypes.c_uint8 * 4),
    )


class _Memory(ctypes.Union):
    _fields_ = (("offset", ctypes.c_uint32), ("userptr", ctypes.c_ulong), ("planes", ctypes.c_void_p))


class Buffer(ctypes.Structure):
    """``struct v4l2_buffer``."""

    _fields_ = (
        ("index", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("bytesused", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("field", ctypes.c_uint32),
        ("timestamp", _Timeval),
        ("timecode", _Timecode),
        ("sequence", ctypes.c_uint32),
        ("memory", ctypes.c_uint32),
        ("m", _Memory),
        ("length", ctypes.c_uint32),
        ("reserved2", ctypes.c_uint32),
        ("request_fd", ctypes.c_int32),
    )


class Control(ctypes.Structure):
    """``struct v4l2_control``."""

    _fields_ = (("id", ctypes.c_uint32), ("value", ctypes.c_int32))


def _request(direction: int, number: int, structure: type[Any]) -> int:
    """``_IOC`` of ``asm-generic/ioctl.h`` (x86 and ARM) for the letter ``V``."""
    return direction << 30 | ctypes.sizeof(structure) << 16 | ord("V") << 8 | number


_WRITE: Final = 1
_READ: Final = 2

QUERYCAP: Final = _request(_READ, 0, Capability)
ENUM_FMT: Final = _request(_READ | _WRITE, 2, FormatDescription)
S_FMT: Final = _request(_READ | _WRITE, 5, Format)
REQBUFS: Final = _request(_READ | _WRITE, 8, RequestBuffers)
QUERYBUF: Final = _request(_READ | _WRITE, 9, Buffer)
QBUF: Final = _request(_READ | _WRITE, 15, Buffer)
DQBUF: Final = _request(_READ | _WRITE, 17, Buffer)
STREAMON: Final = _request(_WRITE, 18, ctypes.c_int)
STREAMOFF: Final = _request(_WRITE, 19, ctypes.c_int)
S_CTRL: Final = _request(_READ | _WRITE, 28, Control)

VIDEO_CAPTURE: Final = 1
"""The type of the buffers, and the capability."""
MEMORY_MMAP: Final = 1
FIELD_NONE: Final = 1
CAP_STREAMING: Final = 0x0400_0000
CAP_DEVICE_CAPS: Final = 0x8000_0000
BUFFER_ERROR: Final = 0x0040
TIMESTAMP_MASK: Final = 0xE000
TIMESTAMP_MONOTONIC: Final = 0x2000

EXPOSURE_AUTO: Final = 0x009A_0901
EXPOSURE_MANUAL: Final = 1
EXPOSURE_ABSOLUTE: Final = 0x009A_0902
"""In 100 µs."""
FOCUS_AUTO: Final = 0x009A_090C
FOCUS_ABSOLUTE: Final = 0x009A_090A
GAIN: Final = 0x0098_0913
POWER_LINE_FREQUENCY: Final = 0x0098_0918
FIFTY_HERTZ: Final = 1


def letters(pixel_format: int) -> str:
    """The four letters of a pixel format's number."""
    return pixel_format.to_bytes(4, "little").decode("latin-1")


def number(pixel_format: str) -> int:
    """The number of a pixel format's four letters."""
    return int.from_bytes(pixel_format.encode("latin-1"), "little")


class VideoKernel(Protocol):
    """What is asked of the kernel. Each method raises ``OSError``. ``open``'s descriptor can be polled."""

    def open(self, path: str) -> int: ...

    def ioctl(self, descriptor: int, request: int, argument: ctypes.Structure | ctypes.c_int) -> None: ...

    def map(self, descriptor: int, length: int, offset: int) -> mmap.mmap: ...

    def close(self, descriptor: int) -> None: ...


class Linux:
    """The kernel of this computer."""

    def open(self, path: str) -> int:
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def ioctl(self, descriptor: int, request: int, argument: ctypes.Structure | ctypes.c_int) -> None:
        fcntl.ioctl(descriptor, request, argument)

    def map(self, descriptor: int, length: int, offset: int) -> mmap.mmap:
        return mmap.mmap(descriptor, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=offset)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)
