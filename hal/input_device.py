"""A keyboard-like device of Linux (``/dev/input/event…``), for us alone. Standard library only.

After ``linux/input.h`` and the kernel's "Input event interface". ``EVIOCGRAB`` takes the device away from everybody
else: what a scanner or a keypad types reaches neither the screen nor a login prompt.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

EV_SYN: Final = 0
EV_KEY: Final = 1
EV_SW: Final = 5
SYN_DROPPED: Final = 3
HEADPHONE_INSERT: Final = 2
"""``SW_HEADPHONE_INSERT``."""
RELEASED: Final = 0
PRESSED: Final = 1

_EVENT: Final = struct.Struct("@llHHi")
"""``struct input_event``: its time is two words of the machine."""

_CLOCK_MONOTONIC: Final = 1
_KEY_BYTES: Final = 96
_SWITCH_BYTES: Final = 8


def _request(direction: int, number: int, size: int) -> int:
    """``_IOC`` of ``asm-generic/ioctl.h`` for the letter ``E``."""
    return direction << 30 | size << 16 | ord("E") << 8 | number


GET_NAME: Final = _request(2, 0x06, 256)
GET_KEYS: Final = _request(2, 0x20 + EV_KEY, _KEY_BYTES)
HAS_SWITCHES: Final = _request(2, 0x20 + EV_SW, _SWITCH_BYTES)
GET_SWITCHES: Final = _request(2, 0x1B, _SWITCH_BYTES)
GRAB: Final = _request(1, 0x90, 4)
SET_CLOCK: Final = _request(1, 0xA0, 4)


class InputKernel(Protocol):
    """What is asked of the kernel. Each raises ``OSError``; ``open``'s descriptor can be polled and never waits."""

    def open(self, path: str) -> int: ...

    def ask(self, descriptor: int, request: int, size: int) -> bytes:
        """An ``ioctl`` that fills ``size`` bytes."""
        ...

    def tell(self, descriptor: int, request: int, value: int, *, by_reference: bool = False) -> None:
        """An ``ioctl`` with a number, or with the address of one."""
        ...

    def close(self, descriptor: int) -> None: ...


class Linux:
    """The kernel of this computer."""

    def open(self, path: str) -> int:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def ask(self, descriptor: int, request: int, size: int) -> bytes:
        content = bytearray(size)
        fcntl.ioctl(descriptor, request, content)
        return bytes(content)

    def tell(self, descriptor: int, request: int, value: int, *, by_reference: bool = False) -> None:
        fcntl.ioctl(descriptor, request, struct.pack("@i", value) if by_reference else value)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class InputEvent:
    """One event. ``kind`` and ``code`` are the kernel's numbers; ``mono_ms`` is the kernel's own time of it."""

    kind: int
    code: int
    value: int
    mono_ms: int

    @property
    def lost(self) -> bool:
        """Events before this one were lost: what keys are held is not known."""
        return (self.kind, self.code) == (EV_SYN, SYN_DROPPED)


class InputDevice:
    """An opened and grabbed device. Raises ``OSError`` (``EBUSY``: somebody else has grabbed it). One thread."""

    def __init__(self, path: str, kernel: InputKernel | None = None) -> None:
        self.path = path
        self._kernel = kernel or Linux()
        self._descriptor = self._kernel.open(path)
        try:
            self._kernel.tell(self._descriptor, GRAB, 1)
            self._kernel.tell(self._descriptor, SET_CLOCK, _CLOCK_MONOTONIC, by_reference=True)
            name = self._kernel.ask(self._descriptor, GET_NAME, 256)
            keys = self._kernel.ask(self._descriptor, GET_KEYS, _KEY_BYTES)
        except OSError:
            self.close()
            raise
        self.name = name.split(b"\0", 1)[0].decode("utf-8", errors="replace")
        """What the device calls itself."""
        self.keys = frozenset(code for code in range(8 * _KEY_BYTES) if keys[code // 8] >> code % 8 & 1)
        """The keys that it has."""

    def fileno(self) -> int:
        """Readable when there are events; -1 once closed."""
        return self._descriptor

    def read(self) -> Iterator[InputEvent]:
        """The events that wait; the kernel gives whole ones. Raises ``OSError`` when the device is gone."""
        try:
            data = os.read(self._descriptor, 64 * _EVENT.size)
        except BlockingIOError:
            return
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), self.path)
        for seconds, microseconds, kind, code, value in _EVENT.iter_unpack(data):
            yield InputEvent(kind, code, value, seconds * 1000 + microseconds // 1000)

    def close(self) -> None:
        """Give it back; the grab ends with it. Idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            self._kernel.close(descriptor)


class SwitchDevice:
    """A device with a switch (a socket, a lid), asked for its state; not grabbed. Raises ``OSError``. One thread."""

    def __init__(self, path: str, switch: int, kernel: InputKernel | None = None) -> None:
        self.path = path
        self._switch = switch
        self._kernel = kernel or Linux()
        self._descriptor = self._kernel.open(path)
        try:
            if not self._bit(HAS_SWITCHES):
                raise OSError(errno.ENODEV, "it has no such switch", path)
        except OSError:
            self.close()
            raise

    def on(self) -> bool:
        """Whether it is on now. Raises ``OSError`` when the device is gone."""
        return self._bit(GET_SWITCHES)

    def _bit(self, request: int) -> bool:
        bits = self._kernel.ask(self._descriptor, request, _SWITCH_BYTES)
        return bool(bits[self._switch // 8] >> self._switch % 8 & 1)

    def close(self) -> None:
        """Give it back. Idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            self._kernel.close(descriptor)
