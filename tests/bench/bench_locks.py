"""608 doors on three emulated RS-485 lines: how old the oldest reading gets, what that costs, and how long a pulse
waits.

The boards are processes beside this one (19200 baud is kept to, answers take their time); what is measured is the
drivers with the door watch above them, as the controller has them. The floor of a cycle is the time that the longest
line's bytes need on the wire; that of the CPU is the same number of bytes through a bare pty; that of a command is one
question and its answer on the wire, since a board says its pulse time before each pulse.
"""

from __future__ import annotations

import os
import statistics
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hal.cabinet import Cabinet
from hal.doors.watch import DoorWatch
from hal.edges import SerialLine
from hal.factory import build_cabinet
from hal.profile import KerongBank, Profile, load_profile, shipped_profiles
from tests.fakes.boards import running_boards

WATCHED_S = 6.0
PULSES = 24
BAUD = 19_200
STATUS_BYTES, PULSE_TIME_BYTES = 5 + 9, 5 + 7
UNLOCK = 0x31
EXCHANGES = 4_000


@dataclass
class Tap:
    """A serial line, and when an unlock was written to it. Everything else is the line's."""

    line: SerialLine
    unlocked_at: list[float] = field(default_factory=list)

    @property
    def timeout(self) -> float | None:
        return self.line.timeout

    @timeout.setter
    def timeout(self, value: float | None) -> None:
        self.line.timeout = value

    def write(self, data: bytes) -> int | None:
        if len(data) > 2 and data[2] == UNLOCK:
            self.unlocked_at.append(time.monotonic())
        return self.line.write(data)

    def read(self, size: int = 1) -> bytes:
        return self.line.read(size)

    def flush(self) -> None:
        self.line.flush()

    def reset_input_buffer(self) -> None:
        self.line.reset_input_buffer()

    def close(self) -> None:
        self.line.close()


def figures(watched_s: float = WATCHED_S, pulses: int = PULSES) -> dict[str, dict[str, float | str]]:
    """``locks.poll_608_ms`` (the oldest that a reading ever got), ``locks.poll_608_cpu_percent`` of one core and
    ``locks.command_to_wire_ms`` (median).
    """
    file = shipped_profiles()["kerong-608"]
    profile = load_profile(file)
    taps: list[Tap] = []
    with running_boards(file) as boards:
        edges = boards.edges
        opened = edges.serial

        def tapped(port: str, baud: int) -> SerialLine:
            taps.append(Tap(opened(port, baud)))
            return taps[-1]

        cabinet = build_cabinet(profile, edges=replace(edges, serial=tapped))
        watch = DoorWatch(cabinet.doors, lambda reading: None)
        watch.start()
        try:
            watch.wait_until_settled(5_000)
            oldest, cpu = _watched(cabinet, watched_s)
            waited = statistics.median(_pulsed(cabinet, taps, pulses))
        finally:
            watch.close()
            cabinet.close()
    addresses = _addresses(profile)
    asked = sum(addresses.values()) * 1000 / oldest  # exchanges a second
    return {
        "locks.poll_608_ms": _row(oldest, "ms", max(addresses.values()) * STATUS_BYTES * 10_000 / BAUD),
        "locks.poll_608_cpu_percent": _row(cpu * 100, "%", asked * _bare_exchange_s() * 100),
        "locks.command_to_wire_ms": _row(waited, "ms", PULSE_TIME_BYTES * 10_000 / BAUD),
    }


def _watched(cabinet: Cabinet, seconds: float) -> tuple[float, float]:
    """The longest time between two readings of a door in ms, and the share of a core meanwhile."""
    first = {bank: next(each.label for each in cabinet.profile.compartments if each.bank == bank) for bank in
             {each.bank for each in cabinet.profile.compartments}}  # fmt: skip
    read = {label: cabinet.doors.read(label).mono_ms for label in first.values()}
    longest = 0
    began, used = time.monotonic(), time.process_time()
    while time.monotonic() - began < seconds:
        for label, before in read.items():
            now = cabinet.doors.read(label).mono_ms
            longest = max(longest, now - before)
            read[label] = now
        time.sleep(0.02)
    return float(longest), (time.process_time() - used) / (time.monotonic() - began)


def _pulsed(cabinet: Cabinet, taps: list[Tap], pulses: int) -> list[float]:
    """How long each of so many commands waited, in ms: the three supplies in turn, so that none has to rest."""
    waited = []
    for number in range(pulses):
        label = f"{'ABC'[number % 3]}{1 + 17 * (number // 3):03d}"
        seen = sum(len(tap.unlocked_at) for tap in taps)
        asked = time.monotonic()
        done = cabinet.locks.pulse(label, cabinet.profile.pulse_ms(label))
        _until(lambda seen=seen: sum(len(tap.unlocked_at) for tap in taps) > seen)  # type: ignore[misc]
        waited.append((max(at for tap in taps for at in tap.unlocked_at) - asked) * 1000)
        done.result(5)
    return waited


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("no unlock was written")
        time.sleep(0.0005)


def _addresses(profile: Profile) -> dict[str, int]:
    """How many addresses each line has: each is asked once a cycle."""
    found: dict[str, int] = {}
    for bank in profile.banks:
        if isinstance(bank, KerongBank):
            found[bank.port] = found.get(bank.port, 0) + -(-bank.locks // 16)
    return found


def _bare_exchange_s() -> float:
    """CPU of a question and its answer through a pty, without any driver: this end's half of it."""
    near, far = os.openpty()
    try:
        for end in (near, far):
            tty.setraw(end)
        used = time.process_time()
        for _ in range(EXCHANGES):
            os.write(far, b"\2\0\x30\3\x35")
            os.read(near, 64)
            os.write(near, b"\2\0\x35\0\0\0\0\3\x3a")
            os.read(far, 64)
        return (time.process_time() - used) / EXCHANGES
    finally:
        os.close(near)
        os.close(far)


def _row(value: float, unit: str, floor: float) -> dict[str, float | str]:
    return {"value": round(value, 2), "unit": unit, "floor": round(floor, 2), "ratio": round(value / floor, 2)}


if __name__ == "__main__":
    for name, figure in figures().items():
        print(name, figure)
