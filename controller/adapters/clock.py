"""The operating system's clocks."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

#: adjtimex(2): the clock is not synchronised.
_TIME_ERROR = 5
_STA_UNSYNC = 0x0040


class _Timex(ctypes.Structure):
    """``struct timex`` of adjtimex(2), with the room that the kernel reserves."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("reserved", ctypes.c_byte * 256),
    )


class SystemClock:
    """`controller.ports.Clock` on Linux. Any thread."""

    def __init__(self) -> None:
        self._boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        self._libc = ctypes.CDLL(None, use_errno=True)

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def boot_id(self) -> str:
        return self._boot

    def synchronised(self) -> bool:
        """Asks the kernel (adjtimex) whether NTP or PTP keeps the clock."""
        timex = _Timex()
        state = self._libc.adjtimex(ctypes.byref(timex))
        return bool(0 <= state < _TIME_ERROR and not timex.status & _STA_UNSYNC)
