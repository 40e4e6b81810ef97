"""An I²C bus that comes late, goes, and comes back."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hal.boards.late_bus import LateBus
from hal.boards.mcp23017 import open_mcp23017
from hal.edges import Edges, I2cBus
from hal.interfaces import DoorLevel, HardwareFault, LockFault
from hal.profile import Mcp23017Bank, load_profile
from simulator.boards.mcp23017 import EmulatedExpander
from tests.fakes.boards import expander_bank, serial_profile
from tests.fakes.plant import eventually
from tests.unit.boards.direct import HeardFaults
from tests.unit.boards.test_expander import DirectBus
from tests.unit.boards.test_waveshare_relay import Wires


class Computer:
    """Has a bus or has none."""

    def __init__(self) -> None:
        bank = Mcp23017Bank(name="chip", supply="12V", pulse_ms=400, bus=1, address=0x20, one_shot_ms=700)
        self.wires = Wires()
        self.bus = DirectBus(EmulatedExpander(bank, self.wires))
        self.code: str | None = "i2c_unavailable"
        self.opened = 0

    def open(self) -> I2cBus:
        if self.code is not None:
            raise HardwareFault(self.code, "i2c-1", "the bus cannot be opened", "Switch it on.")
        self.opened += 1
        return self.bus


def test_it_is_opened_when_it_is_there() -> None:
    computer = Computer()
    bus = LateBus(computer.open)
    with pytest.raises(OSError, match="cannot be opened") as refused:
        bus.read_byte_data(0x20, 0)
    assert refused.value.errno == errno.ENODEV
    computer.code = None
    assert bus.read_byte_data(0x20, 0) == 0xFF
    bus.write_byte_data(0x20, 0, 0x0F)
    assert (bus.read_byte_data(0x20, 0), computer.opened) == (0x0F, 1)


def test_one_that_cannot_be_had_at_all_stops_the_start() -> None:
    computer = Computer()
    computer.code = "no_simulated_bus"
    with pytest.raises(HardwareFault):
        LateBus(computer.open)


@pytest.mark.parametrize(("number", "opened"), [(errno.ENODEV, 2), (errno.EREMOTEIO, 1)])
def test_only_an_adapter_that_has_gone_is_opened_again(
    monkeypatch: pytest.MonkeyPatch, number: int, opened: int
) -> None:
    computer = Computer()
    computer.code = None
    bus = LateBus(computer.open)

    def fails(i2c_addr: int, register: int) -> int:
        raise OSError(number, "gone")

    with monkeypatch.context() as broken:
        broken.setattr(computer.bus, "read_byte_data", fails)
        with pytest.raises(OSError, match="gone"):
            bus.read_byte_data(0x20, 0)
    assert bus.read_byte_data(0x20, 0) == 0xFF
    assert computer.opened == opened


def test_a_box_starts_without_the_bus_and_has_it_when_it_comes(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(expander_bank("chip"), {"A01": ("chip", 0, "chip", 1)}))
    computer, faults = Computer(), HeardFaults()
    opened = open_mcp23017(load_profile(file), Edges(i2c=lambda bus: computer.open()), faults)
    (silent,) = faults.standing.values()
    assert (silent.code, silent.subject) == ("board_silent", "chip")
    assert "the bus cannot be opened" in silent.message
    with pytest.raises(LockFault):
        opened.locks[0].pulse("A01", 100).result(5)
    assert opened.doors[0].read("A01").level is DoorLevel.UNKNOWN
    computer.code = None
    computer.wires.levels[1] = 1
    eventually(lambda: opened.doors[0].read("A01").level is DoorLevel.CLOSED)
    assert faults.standing == {}
    opened.locks[0].pulse("A01", 100).result(5)
    assert computer.wires.rising() == [0]
    opened.locks[0].close()
    opened.doors[0].close()
