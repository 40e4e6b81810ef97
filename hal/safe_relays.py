"""The part of ``abholfach-safe-outputs`` that switches relay boards off: all relays of each, by the serial line.

Locks on them need it not (the board ends its pulses itself), lamps and lights do. Standard library only, like
`hal.safe_outputs`, and quick: a board that does not answer costs a tenth of a second. A line that a living process
speaks on is left alone: another speed would take it from that process. The frame is explained in
`hal.boards.waveshare_relay`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ANSWER_S = 0.04
QUIET_S = 0.005

SPEEDS = {
    9_600: termios.B9600,
    19_200: termios.B19200,
    38_400: termios.B38400,
    57_600: termios.B57600,
    115_200: termios.B115200,
}
USUAL_BAUD = 9_600
"""As they leave the factory, and where the profile says nothing."""

Board = tuple[str, int, int]
"""Port, unit and baud."""


def relay_boards(data: object) -> list[Board]:
    """The relay boards of a profile that switch anything but locks, whatever else is wrong there."""
    profile = data if isinstance(data, dict) else {}
    tables = profile.get("banks")
    banks = [item for item in tables if isinstance(item, dict)] if isinstance(tables, list) else []
    rows = profile.get("compartments")
    lit = [item.get("lamp_bank") for item in rows if isinstance(item, dict)] if isinstance(rows, list) else []
    indicators = profile.get("indicators")
    if isinstance(indicators, dict):
        lit += [bank for key, bank in indicators.items() if key.endswith("_bank")]
    named = [
        (item.get("port"), item.get("unit"), item.get("baud"))
        for item in banks
        if item.get("kind") == "waveshare_relay" and isinstance(item.get("name"), str) and item["name"] in lit
    ]
    return sorted(
        {
            (port, unit, baud if isinstance(baud, int) and baud in SPEEDS else USUAL_BAUD)
            for port, unit, baud in named
            if isinstance(port, str) and isinstance(unit, int) and 0 < unit < 248
        }
    )


def all_off_frame(unit: int) -> bytes:
    """Function 05, "all relays", 0, with Modbus's checksum."""
    body = bytes([unit, 0x05, 0x00, 0xFF, 0x00, 0x00])
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return body + value.to_bytes(2, "little")


def switch_off(boards: Sequence[Board], place: Callable[[str], Path] = Path) -> list[str]:
    """All relays of all of them off, each tried. Gives what went wrong, as text for a technician. ``place``: where a
    port of the profile is.
    """
    problems = []
    for port, baud in sorted({(port, baud) for port, _, baud in boards}):
        units = [unit for own, unit, speed in boards if (own, speed) == (port, baud)]
        try:
            line = os.open(place(port), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            problems.append(f"the relay boards on {port} were not switched off: {error.strerror}")
            continue
        try:
            fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as pyserial has it
            _raw(line, SPEEDS[baud])
            problems += [
                f"the relay board {unit} on {port} was not switched off: it does not answer"
                for unit in units
                if not _told(line, unit)
            ]
        except (OSError, termios.error) as error:
            held = isinstance(error, OSError) and error.errno == errno.EWOULDBLOCK
            why = "another process holds the port" if held else error
            problems.append(f"the relay boards on {port} were not switched off: {why}")
        finally:
            os.close(line)
    return problems


def _raw(line: int, speed: int) -> None:
    """8N1, nothing added, nothing changed. ``speed``: as `termios` has it."""
    settings = termios.tcgetattr(line)
    settings[0] = settings[1] = settings[3] = 0
    settings[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    settings[4] = settings[5] = speed
    termios.tcsetattr(line, termios.TCSANOW, settings)
    termios.tcflush(line, termios.TCIOFLUSH)


def _told(line: int, unit: int) -> bool:
    """Whether the board has said that it has done it: it repeats what it was told. Asked twice."""
    frame = all_off_frame(unit)
    for _ in range(2):
        time.sleep(QUIET_S)
        os.write(line, frame)
        termios.tcdrain(line)
        heard, until = b"", time.monotonic() + ANSWER_S
        while frame not in heard and (left := until - time.monotonic()) > 0:
            if select.select([line], [], [], left)[0]:
                with contextlib.suppress(BlockingIOError):
                    heard += os.read(line, 64)
        if frame in heard:
            return True
    return False
