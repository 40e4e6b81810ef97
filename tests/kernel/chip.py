"""A GPIO chip of ``gpio-sim``: what is soldered to its lines, as the kernel's files let one set and see it."""

from __future__ import annotations

import fcntl
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

CONFIGURATION = Path("/sys/kernel/config/gpio-sim")
PERSIST = Path("/sys/module/gpio_sim/parameters/persist_gpio_outputs")
HEADER_LABEL = "pinctrl-bcm2711"
"""What the kernel calls the chip of a Raspberry Pi 4's header."""
HEADER_LINES = 58

GET_LINEINFO = 0xC100B405
"""``GPIO_V2_GET_LINEINFO_IOCTL`` of ``linux/gpio.h``."""
USED, INPUT, OUTPUT, EDGE_RISING, EDGE_FALLING, PULL_UP = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 8
"""``GPIO_V2_LINE_FLAG_…``."""

Seen = tuple[int, bool]
"""When (monotonic ns) and the level from then on."""


class Chip:
    """One chip, there until the machine is off."""

    def __init__(self, name: str, label: str, lines: int) -> None:
        """Make it, unless another process has. Raises ``OSError``."""
        device = CONFIGURATION / name
        bank = device / "bank0"
        if not device.exists():
            device.mkdir()
            bank.mkdir()
            (bank / "label").write_text(label)
            (bank / "num_lines").write_text(str(lines))
            (device / "live").write_text("1")
        self.name = (bank / "chip_name").read_text().strip()
        self._lines = Path("/sys/devices/platform") / (device / "dev_name").read_text().strip() / self.name

    def level(self, line: int) -> bool:
        """The level of the line, whoever drives it."""
        return (self._lines / f"sim_gpio{line}" / "value").read_text().strip() == "1"

    def pull(self, line: int, up: bool) -> None:
        """Connect the line to the supply or to ground; an output drives against it."""
        (self._lines / f"sim_gpio{line}" / "pull").write_text("pull-up" if up else "pull-down")

    def asked_for(self, line: int) -> tuple[int, int]:
        """What the process that holds the line asked the kernel for: flags, and how many attributes besides (debouncing
        is one).
        """
        # struct gpio_v2_line_info: name, consumer, offset, number of attributes, flags, attributes, padding
        info = bytearray(struct.pack("=64xIIQ160x16x", line, 0, 0))
        with Path("/dev", self.name).open("rb") as device:
            fcntl.ioctl(device, GET_LINEINFO, info)
        _, attributes, flags = struct.unpack_from("=IIQ", info, 64)
        return flags, attributes


@cache
def header() -> Chip:
    """The chip of the header, ``/dev/gpiochip0``: the first one made."""
    chip = Chip("header", HEADER_LABEL, HEADER_LINES)
    assert chip.name == "gpiochip0", f"the header's chip is {chip.name}: there is another one"
    return chip


@contextmanager
def outputs_persist(persist: bool) -> Iterator[None]:
    """While in the block, an output whose process is gone goes on being driven, or does not."""
    PERSIST.write_text("Y" if persist else "N")
    try:
        yield
    finally:
        PERSIST.write_text("N")


class Scope:
    """Looks at lines all the time, every millisecond or two, and keeps what changed."""

    def __init__(self, chip: Chip, lines: Iterable[int]) -> None:
        self._chip = chip
        self._stop = threading.Event()
        self.seen: dict[int, list[Seen]] = {line: [(time.monotonic_ns(), chip.level(line))] for line in lines}
        """By line its first level and every other one after it."""
        self._thread = threading.Thread(target=self._look, name="scope")

    def __enter__(self) -> Scope:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.001):
            for line, seen in self.seen.items():
                level = self._chip.level(line)
                if level is not seen[-1][1]:
                    seen.append((time.monotonic_ns(), level))

    def rises(self, line: int) -> int:
        """How often the line went high."""
        return sum(level for _, level in self.seen[line][1:])

    def longest_high_ms(self, line: int) -> float:
        """The longest time for which the line was high and then low again; 0 for none."""
        seen = self.seen[line]
        spans = [(until - since) / 1e6 for (since, level), (until, _) in pairwise(seen) if level]
        return max(spans, default=0.0)
