"""Expanders switched off without the controller: here against files that stand in for the kernel's I²C devices."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from hal import safe_expanders, safe_outputs
from hal.profile import Mcp23017Bank
from simulator.boards.mcp23017 import EmulatedExpander
from tests.fakes.boards import expander_bank, serial_profile
from tests.unit.boards.test_waveshare_relay import Wires


class Buses:
    """Buses by number with one chip each; what is written to a device reaches the chip that was addressed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chips: dict[tuple[int, int], EmulatedExpander] = {}
        self.wires: dict[tuple[int, int], Wires] = {}
        self.settings: list[tuple[int, int]] = []
        self.fails: dict[int, int] = {}

    def add(self, bus: int, address: int) -> None:
        (self.folder / f"i2c-{bus}").touch()
        bank = Mcp23017Bank(name="chip", supply="12V", pulse_ms=400, bus=bus, address=address, one_shot_ms=700)
        self.wires[bus, address] = Wires()
        chip = self.chips[bus, address] = EmulatedExpander(bank, self.wires[bus, address])
        chip.write(0x00, 0)
        chip.write(0x14, 0xFF)
        chip.write(0x15, 0x81)

    def ioctl(self, device: int, number: int, value: int) -> object:
        self.settings.append((number, value))
        if number == safe_expanders.SET_ADDRESS and value in self.fails:
            raise OSError(self.fails[value], os.strerror(self.fails[value]))
        return 0

    def written(self, bus: int) -> bytes:
        return (self.folder / f"i2c-{bus}").read_bytes()


@pytest.fixture
def buses(tmp_path: Path) -> Buses:
    return Buses(tmp_path)


@pytest.mark.parametrize("start", [0x00, 0x80], ids=["bank 0", "bank 1"])
def test_what_is_written_switches_every_output_off(buses: Buses, start: int) -> None:
    buses.add(1, 0x20)
    chip = buses.chips[1, 0x20]
    chip.write(0x0A, start)
    assert safe_expanders.switch_off([(1, 0x20)], buses.folder, buses.ioctl) == []
    message = buses.written(1)
    for register, value in zip(message[::2], message[1::2], strict=True):
        chip.write(register, value)
    assert not any(dict(buses.wires[1, 0x20].driven).values())


def test_a_chip_that_does_not_answer_keeps_no_other_one_on(buses: Buses) -> None:
    buses.add(1, 0x20)
    buses.add(3, 0x21)
    buses.fails = {0x20: errno.EREMOTEIO}
    problems = safe_expanders.switch_off([(1, 0x20), (1, 0x22), (3, 0x21), (9, 0x20)], buses.folder, buses.ioctl)
    assert problems == [
        "the expander 0x20 on I²C bus 1 was not switched off: it does not answer",
        "I²C bus 9 cannot be opened: No such file or directory",
    ]
    assert buses.written(1) == buses.written(3) == b"".join(safe_expanders.ALL_OFF)
    assert (safe_expanders.SET_TIMEOUT, 2) in buses.settings, "the kernel's own time-out is a second"


def test_a_bus_that_is_held_down_costs_one_time_out(buses: Buses) -> None:
    buses.add(1, 0x20)
    buses.fails = dict.fromkeys(range(32, 40), errno.ETIMEDOUT)
    problems = safe_expanders.switch_off([(1, address) for address in range(0x20, 0x28)], buses.folder, buses.ioctl)
    assert problems[-1] == "I²C bus 1 is held down; the rest of it was not tried"
    assert len(problems) == 2


def test_expanders_are_found_in_a_profile_with_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    banks = expander_bank("a") + expander_bank("b", bus=3, address=0x27) + expander_bank("c", address=0x50)
    file.write_text("nonsense = 1\n" + banks + '[[banks]]\nkind = "mcp23017"\nbus = "x"\n')
    assert safe_outputs.output_expanders(file) == [(1, 0x20), (3, 0x27)]
    file.write_text("banks = 3\n")
    assert safe_outputs.output_expanders(file) == []


def test_a_cabinet_without_pins_needs_no_chip_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(expander_bank("chip"), {"A01": ("chip", 0, "chip", 1)}))
    asked: list[Sequence[safe_expanders.Chip]] = []

    def off(chips: Sequence[safe_expanders.Chip]) -> list[str]:
        asked.append(chips)
        return []

    assert safe_outputs.main([str(file)], [], off=off) == 0
    assert asked == [[(1, 0x20)]]
    assert safe_outputs.main([str(file)], [], off=lambda chips: ["one was not"]) == 1
    assert capsys.readouterr().err == "safe outputs: one was not\n"


def test_pins_without_a_chip_keep_no_expander_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cabinet.toml"
    lamp = '\nlamp = 22\nlamp_bank = "header"\n'
    file.write_text(serial_profile(expander_bank("chip"), {"A01": ("chip", 0, "chip", 1)}) + lamp)
    asked: list[Sequence[safe_expanders.Chip]] = []

    def off(chips: Sequence[safe_expanders.Chip]) -> list[str]:
        asked.append(chips)
        return []

    assert safe_outputs.main([str(file)], [], off=off) == 1
    assert asked == [[(1, 0x20)]]
    assert "1 pins were not driven low" in capsys.readouterr().err
