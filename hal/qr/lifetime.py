"""Who gives a device back: the thread that uses it when it comes out, or whoever closes it while nobody does."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Lifetime:
    """Of one opened device. ``release`` is called exactly once, on the thread that used it last, with nobody inside.

    Poll it together with the device: it becomes readable when the end has come.
    """

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._inside = False
        self._released = False
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    @property
    def ended(self) -> bool:
        """Whether it has been closed."""
        return self._ended.is_set()

    def fileno(self) -> int:
        """Readable once it has ended. For the thread inside."""
        return self._read

    @contextmanager
    def using(self) -> Iterator[bool]:
        """Use the device, on one thread; ``False`` if its end has come before. Leaving is the end of it."""
        with self._lock:
            self._inside = not self._ended.is_set()
            mine = self._inside
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._inside = False
                    self._finish()

    def end(self) -> None:
        """Idempotent, any thread."""
        with self._lock:
            if self._inside:
                self._ended.set()
                self._ring()
            else:
                self._finish()

    def _ring(self) -> None:
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            pass  # It has been rung often enough.

    def _finish(self) -> None:
        self._ended.set()
        if self._released:
            return
        self._released = True
        try:
            self._release()
        finally:
            os.close(self._read)
            os.close(self._write)
