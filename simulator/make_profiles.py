"""``python -m simulator.make_profiles``: writes the larger ones of the profiles that ship, ``hal/profiles/*.toml``.

Nobody writes 608 compartments by hand without a mistake. What is regular about a cabinet is said here once; the files
are what a box reads, and a test holds that they are what this writes. ``gpio-12`` is written by hand.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "hal" / "profiles"

_HEAD = """\
{comment}
#
# Written by `python -m simulator.make_profiles`: change it there, or copy this file and make it your own.

format = 2
name = "{name}"

[sensors]
closed_level = "{closed_level}"
senses = "door"
debounce_ms = 30
{indicators}"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One row of a column: how large its compartment is, and how high its lower edge is above the floor."""

    size: str
    height_mm: int


@dataclass(frozen=True, slots=True)
class Place:
    """One compartment's place in the front."""

    label: str
    column: int
    row: int
    shelf: Shelf


Wiring = Callable[[int], Mapping[str, str | int]]
"""The keys of a compartment that say where its wires end, by its number in its block, from 0."""


@dataclass(slots=True)
class Cabinet:
    """A profile that grows from left to right, a block of columns at a time."""

    name: str
    comment: str
    closed_level: str
    indicators: str = ""
    _banks: list[Mapping[str, str | int]] = field(default_factory=list)
    _compartments: list[Mapping[str, str | int]] = field(default_factory=list)
    _columns: int = 0

    def bank(self, **keys: str | int) -> None:
        """A board."""
        self._banks.append(keys)

    def block(self, places: Iterator[Place], wiring: Wiring) -> None:
        """Compartments beside those that are there already."""
        first = self._columns
        for number, place in enumerate(places):
            self._columns = max(self._columns, first + place.column)
            self._compartments.append(
                {
                    "label": place.label,
                    "size": place.shelf.size,
                    "height_mm": place.shelf.height_mm,
                    "column": first + place.column,
                    "row": place.row,
                    **wiring(number),
                }
            )

    def text(self) -> str:
        """The file."""
        comment = "\n".join(f"# {line}".rstrip() for line in inspect.cleandoc(self.comment).splitlines())
        parts = [
            _HEAD.format(comment=comment, name=self.name, closed_level=self.closed_level, indicators=self.indicators)
        ]
        parts += [_table("banks", bank) for bank in self._banks]
        parts += [_table("compartments", compartment) for compartment in self._compartments]
        return "\n".join(parts)


def _table(name: str, keys: Mapping[str, str | int]) -> str:
    lines = [f"{key} = {_hex(key, value)}" for key, value in keys.items()]
    return "\n".join((f"[[{name}]]", *lines, ""))


def _hex(key: str, value: str | int) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"0x{value:02X}" if key == "address" else str(value)


def columns(letter: str, count: int, shelves: tuple[Shelf, ...], *, digits: int = 2, after: int = 0) -> Iterator[Place]:
    """``count`` equal columns, numbered from top to bottom and then to the right: A01, A02 … beginning ``after``."""
    number = after
    for column in range(1, count + 1):
        for row, shelf in enumerate(shelves, start=1):
            number += 1
            yield Place(f"{letter}{number:0{digits}d}", column, row, shelf)


def _shelves(small: tuple[int, ...], medium: tuple[int, ...], large: int) -> tuple[Shelf, ...]:
    return (*(Shelf("S", at) for at in small), *(Shelf("M", at) for at in medium), Shelf("L", large))


# Whoever sits in a wheelchair reaches from 400 to 1,300 mm: what is used least is above and below.
TWELVE_HIGH = _shelves(tuple(range(1_620, 700, -120)), (620, 460, 300), 80)
SIXTEEN_HIGH = _shelves(tuple(range(1_720, 700, -90)), (610, 490, 370), 120)
EIGHT_HIGH = _shelves((1_560, 1_380, 1_200, 1_020), (820, 600, 380), 120)

ON_HEADER = """
[indicators]
buzzer = 15

# An uninterruptible supply pulls GPIO 14 to ground when the mains are gone; see docs/hardware.md.
[inputs.power_fail]
pin = 14
active = "low"
"""


def _port(name: str) -> str:
    return f"/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_{name}-if00-port0"


def _on(bank: str, first: int = 0) -> Wiring:
    """A board with a sensor for each lock: the same channel twice, which need not be said."""
    return lambda number: {"bank": bank, "lock": first + number}


def _over_boards(letter: str, locks: int) -> Wiring:
    """Boards A1, A2 …, the next one where one is full."""
    return lambda number: {"bank": f"{letter}{number // locks + 1}", "lock": number % locks}


def _on_expanders(number: int) -> Mapping[str, str | int]:
    """Channels 7 and 15 of an expander are outputs only: two contacts are on the header."""
    contacts = {7: 12, 15: 13}
    if number in contacts:
        return {"bank": "D", "lock": number, "sensor": contacts[number], "sensor_bank": "header"}
    return {"bank": "D", "lock": number, "sensor": number, "sensor_bank": "D-contacts"}


def kerong_48() -> Cabinet:
    """One CU48."""
    cabinet = Cabinet(
        "kerong-48",
        """
        48 compartments on one KERONG CU48 (RS-485, 19200 baud): the usual cabinet for one counter.

        The board's switches say address 0; it answers to 0, 1 and 2, with 16 locks each. It times its pulses itself and
        has an input for the contact of each lock. Its status bit is 1 while the door is closed (closed_level = "high"):
        boards differ, see docs/hardware.md. Put the name of your adapter in `port` (ls /dev/serial/by-id). A buzzer is
        on GPIO 15 of the computer. """,
        "high",
        ON_HEADER,
    )
    cabinet.bank(kind="kerong_cu", name="board", supply="12V", pulse_ms=400, port=_port("A10KLOCK"), board=0, locks=48)
    cabinet.block(columns("A", 4, TWELVE_HIGH), _on("board"))
    return cabinet


def kerong_608() -> Cabinet:
    """Three sections of CU48 and CU16 boards, each section a line of its own."""
    cabinet = Cabinet(
        "kerong-608",
        """
        608 compartments: a wall of three sections A, B and C, 38 columns of 16, on 12 CU48 and two CU16 boards of
        KERONG.

        Each section has an RS-485 line and a supply of its own: one line reads its 208 doors in an eighth of a second,
        the lines work side by side, and three doors can be unlocked at a time (one coil a supply). A board's switches
        are at the first of its addresses: a CU48 takes three in a row. Put the names of your adapters in `port` (ls
        /dev/serial/by-id). A buzzer is on GPIO 15. """,
        "high",
        ON_HEADER,
    )
    for letter, with_cu16 in (("A", True), ("B", False), ("C", True)):
        port = _port(f"A10SECT{letter}")
        common: dict[str, str | int] = {"kind": "kerong_cu"}
        for board in range(4):
            name = f"{letter}{board + 1}"
            cabinet.bank(**common, name=name, supply=letter, pulse_ms=400, port=port, board=3 * board, locks=48)
        if with_cu16:
            cabinet.bank(**common, name=f"{letter}5", supply=letter, pulse_ms=400, port=port, board=12, locks=16)
        cabinet.block(columns(letter, 13 if with_cu16 else 12, SIXTEEN_HIGH, digits=3), _over_boards(letter, 48))
    return cabinet


def mixed_96() -> Cabinet:
    """Every kind of board there is, one beside the other."""
    cabinet = Cabinet(
        "mixed-96",
        """
        96 compartments on whatever there was: a cabinet that grew, and an example of every kind of board in one file.

          A   8 on the computer's header, with a one-shot
          B  48 on a KERONG CU48
          C   8 on a Waveshare relay board, their contacts on its inputs
          D  16 on an MCP23017, with a one-shot, their contacts on a second one (which has 14 inputs) and two on the
          header E  16 on a KERONG CU16, on the same line as the CU48

        Each block has a supply of its own. Contacts close to ground while the door is closed; KERONG's inputs and the
        relay board's then say 1. The expanders are on I2C bus 1 (GPIO 2 and 3: dtparam=i2c_arm=on).
        """,
        "low",
        ON_HEADER,
    )
    cabinet.bank(kind="gpio", name="header-locks", supply="A", pulse_ms=400, one_shot_ms=700)
    kerong: dict[str, str | int] = {"kind": "kerong_cu", "pulse_ms": 400, "closed_level": "high"}
    line = _port("A10MIXB")
    cabinet.bank(**kerong, name="B", supply="B", port=line, board=0, locks=48)
    relays: dict[str, str | int] = {"kind": "waveshare_relay", "closed_level": "high", "port": _port("A10MIXC")}
    cabinet.bank(**relays, name="C", supply="C", pulse_ms=400, unit=1, relays=8, inputs=8)
    expander: dict[str, str | int] = {"kind": "mcp23017", "supply": "D", "pulse_ms": 400, "bus": 1}
    cabinet.bank(**expander, name="D", address=0x20, one_shot_ms=700)
    cabinet.bank(**expander, name="D-contacts", address=0x21)
    cabinet.bank(**kerong, name="E", supply="E", port=line, board=3, locks=16)
    cabinet.block(columns("A", 1, EIGHT_HIGH), lambda n: {"bank": "header-locks", "lock": 16 + n, "sensor": 4 + n})
    cabinet.block(columns("B", 6, EIGHT_HIGH), _on("B"))
    cabinet.block(columns("C", 1, EIGHT_HIGH), lambda n: {"bank": "C", "lock": n, "sensor": n})
    cabinet.block(columns("D", 2, EIGHT_HIGH), _on_expanders)
    cabinet.block(columns("E", 2, EIGHT_HIGH), _on("E"))
    return cabinet


CABINETS = (kerong_48, mixed_96, kerong_608)


def main() -> int:
    """Writes them all."""
    for make in CABINETS:
        cabinet = make()
        (FOLDER / f"{cabinet.name}.toml").write_text(cabinet.text(), "utf-8")
        print(f"{cabinet.name}: {len(cabinet.text().splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
