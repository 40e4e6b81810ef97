"""A GPIO chip of ``gpio-sim``: what is soldered to its lines, as the kernel's files let one set and see it."""

from __future__ import annotations

import fcntl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CONFIGURATION = Path("/sys/kernel/config/gpio-sim")
PERSIST = Path("/sys/module/gpio_sim/parameters/persist_gpio_outputs")
DRIVEN_HIGH = Path("/sys/module/gpio_sim/parameters/driven_high")
HEADER_LABEL = "pinctrl-bcm2711"
"""What the kernel calls the chip of a Raspberry Pi 4's header."""
HEADER_LINES = 58

GET_LINEINFO = 0xC100B405
"""``GPIO_V2_GET_LINEINFO_IOCTL`` of ``linux/gpio.h``."""
USED, INPUT, OUTPUT, EDGE_RISING, EDGE_FALLING, PULL_UP = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 8
"""``GPIO_V2_LINE_FLAG_…``."""


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


def driven_high() -> tuple[int, ...]:
    """How often each line went from low to high because it was driven, since the kernel started."""
    return tuple(int(word) for word in DRIVEN_HIGH.read_text().split(","))


@contextmanager
def outputs_persist(persist: bool) -> Iterator[None]:
    """While in the block, an output whose process is gone goes on being driven, or does not."""
    PERSIST.write_text("Y" if persist else "N")
    try:
        yield
    finally:
        PERSIST.write_text("N")


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each line was driven high since this was made. The module counts, so nothing is too short for it."""

    before: tuple[int, ...] = field(default_factory=driven_high)

    def rises(self) -> dict[int, int]:
        """By line, those that never were left out."""
        pairs = zip(self.before, driven_high(), strict=True)
        return {line: after - before for line, (before, after) in enumerate(pairs) if after != before}
