"""A V4L2 camera as far as ``hal.qr.sources`` sees one: the kernel's calls, answered from a test.

The structures are packed and unpacked here by their offsets in ``linux/videodev2.h`` on 64-bit machines, not with the
driver's own classes: what both sides got wrong together would otherwise not be seen.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import struct
import threading
from collections import deque
from dataclasses import dataclass, field

QUERYCAP, ENUM_FMT, S_FMT = 0x80685600, 0xC0405602, 0xC0D05605
REQBUFS, QUERYBUF, QBUF, DQBUF = 0xC0145608, 0xC0585609, 0xC058560F, 0xC0585611
STREAMON, STREAMOFF, S_CTRL = 0x40045612, 0x40045613, 0xC008561C

CAPTURE_AND_STREAMING = 0x04000001
METADATA_ONLY = 0x04800000
MONOTONIC = 0x2000
DAMAGED = 0x40


@dataclass
class Picture:
    """What a buffer holds when it comes back, and what the driver writes beside it."""

    data: bytes
    mono_us: int = 0
    flags: int = MONOTONIC


@dataclass
class FakeCamera:
    """Answers the calls of one device. ``show`` is for any thread."""

    formats: tuple[str, ...] = ("YUYV",)
    size: tuple[int, int] | None = None
    """What it makes of every size it is asked for."""
    padding: int = 0
    """Bytes after each row."""
    bytes_a_pixel: int = 2
    capabilities: int = CAPTURE_AND_STREAMING
    controls: frozenset[int] = frozenset()
    busy: bool = False
    error: int = 0
    """What opening fails with."""
    lazy: bool = False
    """Gives another pixel format than the one it is asked for."""
    opened: list[str] = field(default_factory=list)
    set_controls: dict[int, int] = field(default_factory=dict)
    streaming: bool = False
    mapped: list[mmap.mmap] = field(default_factory=list)
    is_open: bool = False

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._queued: deque[int] = deque()
        self._filled: deque[tuple[int, Picture]] = deque()
        self._gone = False
        self._read = self._write = -1
        self._length = 0
        self.dropped = 0

    def show(self, picture: Picture) -> None:
        """The camera takes a picture; it is lost when no buffer is free."""
        with self._lock:
            if not self._queued:
                self.dropped += 1
                return
            index = self._queued.popleft()
            self.mapped[index][: len(picture.data)] = picture.data
            self._filled.append((index, picture))
            os.write(self._write, b"x")

    def pull_out(self) -> None:
        """Unplugged: every call fails from now on, and whoever waits is woken."""
        with self._lock:
            self._gone = True
            os.write(self._write, b"x")

    @property
    def free(self) -> int:
        """Buffers that the driver has."""
        return len(self._queued)

    def open(self, path: str) -> int:
        if self.error:
            raise OSError(self.error, os.strerror(self.error), path)
        self.opened.append(path)
        self._read, self._write = os.pipe2(os.O_NONBLOCK)
        self.is_open = True
        return self._read

    def map(self, descriptor: int, length: int, offset: int) -> mmap.mmap:
        assert (descriptor, length) == (self._read, self._length)
        assert offset == len(self.mapped) * 0x10000
        self.mapped.append(mmap.mmap(-1, length))
        return self.mapped[-1]

    def close(self, descriptor: int) -> None:
        assert descriptor == self._read
        assert all(each.closed for each in self.mapped)
        os.close(self._read)
        os.close(self._write)
        self.is_open = False

    def ioctl(self, descriptor: int, request: int, argument: ctypes.Structure | ctypes.c_int) -> None:
        assert descriptor == self._read
        content = memoryview(argument).cast("B")
        assert len(content) == request >> 16 & 0x3FFF
        with self._lock:
            if self._gone:
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            self._answer(request, content)

    def _answer(self, request: int, content: memoryview) -> None:
        match request:
            case 0x80685600:  # QUERYCAP
                struct.pack_into("=II", content, 84, 0x84200001 | 0x80000000, self.capabilities)
            case 0xC0405602:  # ENUM_FMT
                index, kind = struct.unpack_from("=II", content, 0)
                if index >= len(self.formats):
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
                assert kind == 1
                content[44:48] = self.formats[index].encode()
            case 0xC0D05605:  # S_FMT
                self._set_format(content)
            case 0xC0145608:  # REQBUFS
                if self.busy:
                    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
                count, kind, memory = struct.unpack_from("=III", content, 0)
                assert (kind, memory) == (1, 1)
                struct.pack_into("=I", content, 0, min(count, 3))
            case 0xC0585609:  # QUERYBUF
                (index,) = struct.unpack_from("=I", content, 0)
                struct.pack_into("=Q", content, 64, index * 0x10000)
                struct.pack_into("=I", content, 72, self._length)
            case 0xC058560F:  # QBUF
                index, kind = struct.unpack_from("=II", content, 0)
                assert kind == 1
                assert index not in self._queued
                self._queued.append(index)
            case 0xC0585611:  # DQBUF
                self._dequeue(content)
            case 0x40045612:  # STREAMON
                assert len(self._queued) == len(self.mapped) == 3
                self.streaming = True
            case 0x40045613:  # STREAMOFF
                self.streaming = False
            case 0xC008561C:  # S_CTRL
                control, value = struct.unpack_from("=Ii", content, 0)
                if control not in self.controls:
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
                self.set_controls[control] = value
            case _:
                raise AssertionError(hex(request))

    def _set_format(self, content: memoryview) -> None:
        kind, width, height = struct.unpack_from("=I4xII", content, 0)
        assert kind == 1
        width, height = self.size or (width, height)
        stride = width * self.bytes_a_pixel + self.padding
        struct.pack_into("=II", content, 8, width, height)
        struct.pack_into("=I", content, 24, stride)
        if self.lazy:
            content[16:20] = b"pBAA"
        self._length = stride * height * 3 // 2

    def _dequeue(self, content: memoryview) -> None:
        if not self._filled:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        os.read(self._read, 1)
        index, picture = self._filled.popleft()
        struct.pack_into("=I", content, 0, index)
        struct.pack_into("=II", content, 8, len(picture.data), picture.flags)
        struct.pack_into("=qq", content, 24, *divmod(picture.mono_us, 1_000_000))
