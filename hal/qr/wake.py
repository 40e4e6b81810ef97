"""A descriptor that ends a wait from another thread."""

from __future__ import annotations

import os


class Wake:
    """Poll it with what is waited for. ``ring`` is for any thread that knows it is not closed; it stays rung."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """Readable once it was rung; -1 once closed."""
        return self._read

    def ring(self) -> None:
        """End the wait. Idempotent."""
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            pass  # It has been rung often enough.

    def close(self) -> None:
        """Give the descriptors back. Idempotent."""
        if self._read >= 0:
            os.close(self._read)
            os.close(self._write)
            self._read = self._write = -1
