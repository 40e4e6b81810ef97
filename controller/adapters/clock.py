"""The operating system's clocks."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

#: adjtimex(2): the clock is not synchronised.
_TIME_ERROR = 5
_STA_UNSYNC = 0x0040

#: 2026-01-01: no box is older. A clock whose battery is empty starts before that.
EARLIEST_MS = 1_767_225_600_000


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
    """`controller.ports.Clock` on Linux. Any thread.

    ``battery_backed``: this computer's real-time clock has a battery, so its time is good without a network, unless
    the battery is empty.
    """

    def __init__(self, *, battery_backed: bool = False) -> None:
        self._battery_backed = battery_backed
        self._boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        self._libc = ctypes.CDLL(None, use_errno=True)

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def boot_id(self) -> str:
        return self._boot

    def synchronised(self) -> bool:
        """Whether NTP, PTP (the kernel says so: adjtimex) or a battery keeps the clock."""
        if self._battery_backed and self.wall_ms() >= EARLIEST_MS:
            return True
        timex = _Timex()
        state = self._libc.adjtimex(ctypes.byref(timex))
        return bool(0 <= state < _TIME_ERROR and not timex.status & _STA_UNSYNC)
