"""A keyboard as far as ``hal.input_device`` sees one: events through a pipe, packed as ``linux/input.h`` says."""

from __future__ import annotations

import os
import struct

from hal.interfaces import monotonic_ms

GET_NAME, GET_KEYS, GRAB, SET_CLOCK = 0x81004506, 0x80604521, 0x40044590, 0x400445A0
"""The numbers of a 64-bit machine."""

_US = {
    **{character: (code, False) for code, character in enumerate("1234567890-=", 2)},
    **{character: (code, False) for code, character in enumerate("qwertyuiop[]", 16)},
    **{character: (code, False) for code, character in enumerate("asdfghjkl", 30)},
    **{character: (code, False) for code, character in enumerate("zxcvbnm", 44)},
    ":": (39, True),
    "/": (53, False),
    ".": (52, False),
    "\n": (28, False),
    "\t": (15, False),
}
_DE = {"z": (21, False), "y": (44, False), "-": (53, False), "/": (8, True), ".": (52, False), ":": (52, True)}
SHIFT = 42
ALT_GRAPH = 100


class FakeInput:
    """One device. ``type`` is for any thread."""

    def __init__(
        self,
        *,
        keys: frozenset[int] = frozenset(range(1, 84)),
        german: bool = False,
        error: int = 0,
        grab_error: int = 0,
    ) -> None:
        self.grabbed = False
        self.clock = 0
        self.opened: list[str] = []
        self.error = error
        self.grab_error = grab_error
        self._keys = keys
        self._map = _US | (_DE if german else {})
        self._german = german
        self._read = self._write = -1

    def open(self, path: str) -> int:
        if self.error:
            raise OSError(self.error, os.strerror(self.error), path)
        self.opened.append(path)
        self._read, self._write = os.pipe2(os.O_NONBLOCK)
        return self._read

    def ask(self, descriptor: int, request: int, size: int) -> bytes:
        assert descriptor == self._read
        assert request >> 16 & 0x3FFF == size
        if request == GET_NAME:
            return b"Barcode Scanner\0".ljust(size, b"\0")
        assert request == GET_KEYS
        return sum(1 << code for code in self._keys).to_bytes(size, "little")

    def tell(self, descriptor: int, request: int, value: int, *, by_reference: bool = False) -> None:
        assert descriptor == self._read
        if request == GRAB:
            if self.grab_error:
                raise OSError(self.grab_error, os.strerror(self.grab_error))
            assert not by_reference
            self.grabbed = bool(value)
        else:
            assert (request, by_reference) == (SET_CLOCK, True)
            self.clock = value

    def close(self, descriptor: int) -> None:
        assert descriptor == self._read
        self.grabbed = False
        os.close(self._read)
        self._read = -1

    def pull_out(self) -> None:
        """Whoever reads gets an end; the kernel's is ``ENODEV``."""
        os.close(self._write)

    def event(self, kind: int, code: int, value: int, mono_ms: int | None = None) -> None:
        now_ms = monotonic_ms() if mono_ms is None else mono_ms
        os.write(self._write, struct.pack("=qqHHi", now_ms // 1000, now_ms % 1000 * 1000, kind, code, value))

    def key(self, code: int, *, mono_ms: int | None = None) -> None:
        """Press, a repetition as the kernel makes them, release, and the ends of their reports."""
        for value in (1, 2, 0):
            self.event(1, code, value, mono_ms)
            self.event(0, 0, 0, mono_ms)

    def type(self, text: str, *, mono_ms: int | None = None) -> None:
        """What a scanner does; ``\\n`` is Enter."""
        for character in text:
            if character == "]" and self._german:
                self.event(1, ALT_GRAPH, 1, mono_ms)
                self.key(10, mono_ms=mono_ms)
                self.event(1, ALT_GRAPH, 0, mono_ms)
                continue
            code, shifted = self._map[character.lower()]
            shifted = shifted or character.isupper()
            if shifted:
                self.event(1, SHIFT, 1, mono_ms)
            self.key(code, mono_ms=mono_ms)
            if shifted:
                self.event(1, SHIFT, 0, mono_ms)

    def lose(self) -> None:
        """The kernel's buffer has run over."""
        self.event(0, 3, 0)
