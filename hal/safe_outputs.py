"""``abholfach-safe-outputs``: every output of the board profile that latches inactive, at once.

Runs before the controller starts and after it dies, when a GPIO line may still be driven by nobody. So it has to be
quick (≤ 200 ms) and to depend on nothing that may be broken: the standard library, the profile's pin numbers, and the
kernel's GPIO character device (uAPI v2, ``linux/gpio.h``); expanders are `hal.safe_expanders`, relay boards with lamps
`hal.safe_relays`. Boards that time their own pulses and switch nothing else need nothing. It reads the profile
leniently on purpose: a typo in a label must not keep a coil energised.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hal import safe_expanders, safe_relays

CHIP_LABELS = ("pinctrl-bcm2711", "pinctrl-rp1", "pinctrl-bcm2835")
"""The chips that the header of a Raspberry Pi 4, 5, and 3 or Zero is on."""

DEFAULT_PROFILE = Path("/etc/abholfach/cabinet.toml")

INDICATORS = ("buzzer", "scanner_light", "door_light", "loudspeaker")
"""What ``[indicators]`` switches."""

_NAME = 32
_LINES = 64


class _ChipInfo(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char * _NAME), ("label", ctypes.c_char * _NAME), ("lines", ctypes.c_uint32))


class _LineAttribute(ctypes.Structure):
    _fields_ = (("id", ctypes.c_uint32), ("padding", ctypes.c_uint32), ("value", ctypes.c_uint64))


class _LineConfigAttribute(ctypes.Structure):
    _fields_ = (("attr", _LineAttribute), ("mask", ctypes.c_uint64))


class _LineConfig(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("num_attrs", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("attrs", _LineConfigAttribute * 10),
    )


class LineRequest(ctypes.Structure):
    """``struct gpio_v2_line_request``."""

    _fields_ = (
        ("offsets", ctypes.c_uint32 * _LINES),
        ("consumer", ctypes.c_char * _NAME),
        ("config", _LineConfig),
        ("num_lines", ctypes.c_uint32),
        ("event_buffer_size", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 5),
        ("fd", ctypes.c_int32),
    )


def _ioc(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | 0xB4 << 8 | number


GET_CHIPINFO = _ioc(2, 0x01, ctypes.sizeof(_ChipInfo))
"""``GPIO_GET_CHIPINFO_IOCTL``."""
GET_LINE = _ioc(3, 0x07, ctypes.sizeof(LineRequest))
"""``GPIO_V2_GET_LINE_IOCTL``."""

FLAG_OUTPUT = 1 << 3
ATTR_OUTPUT_VALUES = 2

Ioctl = Callable[[int, int, ctypes.Structure], object]


def _ioctl(descriptor: int, request: int, argument: ctypes.Structure) -> object:
    return fcntl.ioctl(descriptor, request, argument, True)


def output_pins(profile: Path) -> list[int]:
    """Every output pin in the profile, whatever else is in there.

    Raises ``OSError`` when the file cannot be read and ``ValueError`` when it is not TOML or names no lock.
    """
    data = tomllib.loads(profile.read_text(encoding="utf-8"))
    compartments = data.get("compartments")
    tables = [item for item in compartments if isinstance(item, dict)] if isinstance(compartments, list) else []
    if not any(_pins(item.get("lock")) for item in tables):
        raise ValueError(f"{profile} names no lock")
    boards = _boards(data.get("banks"))
    locks = {pin for item in tables if not _is_one(item.get("bank"), boards) for pin in _pins(item.get("lock"))}
    others = {pin for item in tables if not _is_one(item.get("lamp_bank"), boards) for pin in _pins(item.get("lamp"))}
    indicators = data.get("indicators")
    if isinstance(indicators, dict):
        on_header = [name for name in INDICATORS if not _is_one(indicators.get(f"{name}_bank"), boards)]
        others.update(pin for name in on_header for pin in _pins(indicators.get(name)))
    return [*sorted(locks), *sorted(others - locks)]  # locks first


def output_expanders(profile: Path) -> list[safe_expanders.Chip]:
    """Every expander in the profile. Raises as `output_pins` does."""
    return safe_expanders.expanders(tomllib.loads(profile.read_text(encoding="utf-8")).get("banks"))


def output_relays(profile: Path) -> list[safe_relays.Board]:
    """Every relay board in the profile that has lamps or lights. Raises as `output_pins` does."""
    return safe_relays.relay_boards(tomllib.loads(profile.read_text(encoding="utf-8")))


def _is_one(name: object, boards: set[str]) -> bool:
    return isinstance(name, str) and name in boards


def _boards(banks: object) -> set[str]:
    """Names of the banks that are known not to be pins of the header."""
    tables = [item for item in banks if isinstance(item, dict)] if isinstance(banks, list) else []
    return {str(item.get("name")) for item in tables if item.get("kind") not in (None, "gpio")}


def _pins(value: object) -> list[int]:
    """The pin that ``value`` is, if it is one."""
    return [value] if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LINES else []


def find_chip(devices: Iterable[Path], ioctl: Ioctl = _ioctl) -> int:
    """Open the header's chip, found by its label, and give the descriptor. Raises ``OSError`` when there is none."""
    problem: OSError = FileNotFoundError(errno.ENODEV, f"no GPIO chip of a Raspberry Pi ({', '.join(CHIP_LABELS)})")
    for device in devices:
        try:
            descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            problem = error  # it may have been the one
            continue
        info = _ChipInfo()
        try:
            ioctl(descriptor, GET_CHIPINFO, info)
        except OSError as error:
            problem = error
            os.close(descriptor)
            continue
        if bytes(info.label).decode("ascii", "replace") in CHIP_LABELS:
            return descriptor
        os.close(descriptor)
    raise problem


def drive_low(chip: int, pin: int, ioctl: Ioctl = _ioctl) -> None:
    """Make one line an output and drive it low. Raises ``OSError``; ``EBUSY``: somebody holds the line.

    The line is given back at once. On a Raspberry Pi it keeps its level then, or becomes an input (``strict_gpiod``),
    whose pull-down holds it.
    """
    request = LineRequest()
    request.offsets[0] = pin
    request.consumer = b"abholfach-safe-outputs"
    request.num_lines = 1
    request.config.flags = FLAG_OUTPUT
    request.config.num_attrs = 1
    request.config.attrs[0].attr.id = ATTR_OUTPUT_VALUES
    request.config.attrs[0].attr.value = 0
    request.config.attrs[0].mask = 1
    ioctl(chip, GET_LINE, request)
    os.close(request.fd)


def main(
    arguments: list[str] | None = None,
    devices: Iterable[Path] | None = None,
    ioctl: Ioctl = _ioctl,
    off: Callable[[Sequence[safe_expanders.Chip]], list[str]] = safe_expanders.switch_off,
    relays_off: Callable[[Sequence[safe_relays.Board]], list[str]] = safe_relays.switch_off,
) -> int:
    """``abholfach-safe-outputs [PROFILE]``. 0: all low. 1: some output was not; every other one is. 2: nothing could be
    done."""
    words = sys.argv[1:] if arguments is None else arguments
    profile = Path(words[0]) if words else DEFAULT_PROFILE
    try:
        pins, chips, relays = output_pins(profile), output_expanders(profile), output_relays(profile)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"safe outputs: {error}\n")
        return 2
    try:
        problems = _pins_low(pins, sorted(Path("/dev").glob("gpiochip*")) if devices is None else devices, ioctl)
    except OSError as error:
        sys.stderr.write(f"safe outputs: {error}\n")
        if not chips and not relays:
            return 2
        problems = [f"{len(pins)} pins were not driven low"]
    problems += off(chips)
    problems += relays_off(relays)
    for problem in problems:
        sys.stderr.write(f"safe outputs: {problem}\n")
    return 1 if problems else 0


def _pins_low(pins: Sequence[int], devices: Iterable[Path], ioctl: Ioctl) -> list[str]:
    """Every pin low, each tried; what went wrong. Raises ``OSError`` when there is no chip."""
    if not pins:
        return []
    problems = []
    chip = find_chip(devices, ioctl)
    try:
        for pin in pins:
            try:
                drive_low(chip, pin, ioctl)
            except OSError as error:
                why = "another process holds the line" if error.errno == errno.EBUSY else error.strerror
                problems.append(f"GPIO {pin} was not driven low: {why}")
    finally:
        os.close(chip)
    return problems


if __name__ == "__main__":
    sys.exit(main())
