"""A process in which somebody else's callback raises on lgpio's only thread, so that no edge of any input comes any
more.

A program of its own, for there is no second such thread in a process. Fails unless a door that opens then is still
seen.
"""

from __future__ import annotations

import threading

import lgpio

from hal.doors.watch import DoorWatch
from hal.factory import build_cabinet
from hal.gpio import open_pins
from hal.interfaces import DoorLevel, DoorReading
from hal.profile import load_profile
from tests.fakes.plant import GPIO_12, eventually
from tests.kernel.chip import header
from tests.kernel.subjects import contacts


def broken(*_: object) -> None:
    raise RuntimeError("a callback that is wrong")


def main() -> None:
    threading.excepthook = lambda _: None  # it is meant to end so
    profile, chip, pins = load_profile(GPIO_12), header(), open_pins()
    lines = contacts(profile)
    cabinet = build_cabinet(profile, pins)
    for line in lines.values():
        chip.pull(line, up=False)
    raw: list[DoorReading] = []
    steady: list[DoorReading] = []
    watch = DoorWatch(cabinet.doors, steady.append)
    watch.start()
    watch.wait_until_settled(10_000)

    lgpio.callback(pins._handle, lines["A12"], lgpio.BOTH_EDGES, broken)
    chip.pull(lines["A12"], up=True)
    lgpio._notify_thread.join(10)
    assert not lgpio._notify_thread.is_alive()

    cabinet.doors.subscribe(raw.append)
    chip.pull(lines["A01"], up=True)
    eventually(lambda: any((seen.compartment, seen.level) == ("A01", DoorLevel.OPEN) for seen in steady))
    assert raw == [], "an edge came: nothing has gone silent"
    watch.close()
    cabinet.close()
    pins.close()


if __name__ == "__main__":
    main()
