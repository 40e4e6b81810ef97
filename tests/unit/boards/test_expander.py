"""The expander's driver against the emulated chip, without a bus between them."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.boards.expander import IPOL, Expander, ExpanderOutput, SettingsLost, mask
from hal.profile import Mcp23017Bank, load_profile
from hal.strict_toml import ConfigurationError
from simulator.boards.mcp23017 import EmulatedExpander
from tests.fakes.boards import expander_bank, serial_profile
from tests.unit.boards.test_waveshare_relay import Wires

LOCK, LAMP, CONTACT = 0, 9, 14


class DirectBus:
    """An `hal.edges.I2cBus` with one chip, which may be deaf to the next so many messages."""

    def __init__(self, chip: EmulatedExpander) -> None:
        self.chip = chip
        self.deaf = 0
        self.writes: list[tuple[int, int]] = []

    def _hear(self, address: int) -> None:
        if address != self.chip.bank.address or self.deaf:
            self.deaf = max(0, self.deaf - 1)
            raise OSError(errno.EREMOTEIO, "nobody acknowledges")

    def read_byte_data(self, i2c_addr: int, register: int) -> int:
        self._hear(i2c_addr)
        return self.chip.read(register)

    def write_byte_data(self, i2c_addr: int, register: int, value: int) -> None:
        self._hear(i2c_addr)
        self.writes.append((register, value))
        self.chip.write(register, value)

    def close(self) -> None:
        pass


class Bench:
    def __init__(self) -> None:
        bank = Mcp23017Bank(name="chip", supply="12V", pulse_ms=400, bus=1, address=0x20, one_shot_ms=700)
        self.wires = Wires()
        self.emulated = EmulatedExpander(bank, self.wires)
        self.bus = DirectBus(self.emulated)
        self.chip = Expander(self.bus, 0x20, threading.RLock(), pulsed=mask([LOCK]), outputs=mask([LOCK, LAMP]))

    def high(self) -> list[int]:
        return [channel for channel, level in dict(self.wires.driven).items() if level]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_setting_up_never_lets_an_output_be_on(bench: Bench) -> None:
    bench.emulated.write(0x14, 0xFF)
    bench.chip.levels()
    assert bench.wires.rising() == []
    written = [register for register, _ in bench.bus.writes]
    assert written.index(0x14) < written.index(0x00), "the latch is set before the pin becomes an output"
    assert (bench.emulated.read(0x00), bench.emulated.read(0x01)) == (0xFE, 0xFD)
    assert (bench.emulated.read(0x0C), bench.emulated.read(0x0D)) == (0xFE, 0xFD), "contacts are pulled up"


def test_inputs_are_read_and_nothing_connected_is_high(bench: Bench) -> None:
    bench.wires.levels = {CONTACT: 0}
    levels = bench.chip.levels()
    assert (levels[CONTACT], levels[CONTACT - 1]) == (False, True)
    assert set(levels) == set(range(16)) - {LOCK, LAMP}


def test_outputs_are_switched_and_read_back(bench: Bench) -> None:
    bench.chip.levels()
    bench.chip.set(LAMP, True)
    assert bench.high() == [LAMP]
    bench.chip.set(LAMP, False)
    assert bench.high() == []


def test_a_chip_that_lost_its_settings_gets_lamps_back_and_locks_not(bench: Bench) -> None:
    bench.chip.levels()
    bench.chip.set(LAMP, True)
    bench.chip.set(LOCK, True)
    bench.emulated.reset()
    assert bench.high() == []
    with pytest.raises(SettingsLost):
        bench.chip.levels()
    assert bench.high() == [LAMP]
    bench.chip.levels()


def test_a_pulse_on_a_chip_that_lost_its_settings_sets_it_up_first(bench: Bench) -> None:
    bench.chip.levels()
    bench.emulated.reset()
    bench.chip.set(LOCK, True)
    assert bench.high() == [LOCK]


def test_other_bank_addresses_are_led_back(bench: Bench) -> None:
    bench.chip.levels()
    bench.emulated.write(0x0A, 0x80)
    with pytest.raises(SettingsLost):
        bench.chip.levels()
    assert bench.emulated.read(0x00) == 0xFE
    bench.chip.levels()


def test_an_output_that_noise_has_switched_on_goes_off_with_the_next_poll(bench: Bench) -> None:
    bench.chip.levels()
    bench.emulated.write(0x14, 1 << LOCK)
    assert bench.high() == [LOCK]
    with pytest.raises(SettingsLost):
        bench.chip.levels()
    assert bench.high() == []


def test_off_is_tried_three_times(bench: Bench) -> None:
    bench.chip.levels()
    lock = ExpanderOutput(bench.chip, LOCK)
    lock.on()
    bench.bus.deaf = 2
    lock.off()
    assert bench.high() == []
    bench.bus.deaf = 3
    with pytest.raises(OSError, match="acknowledges"):
        lock.off()


def test_a_lock_that_could_not_be_switched_on_is_not_switched_on_later(bench: Bench) -> None:
    bench.chip.levels()
    for deaf in range(1, 7):
        bench.bus.deaf = deaf
        with pytest.raises(OSError, match="acknowledges"):
            bench.chip.set(LOCK, True)
        bench.bus.deaf = 0
        try:
            bench.chip.levels()
        except SettingsLost:
            bench.chip.levels()
        assert bench.high() == []


def test_a_lamp_that_was_not_heard_is_switched_with_the_next_poll(bench: Bench) -> None:
    bench.chip.levels()
    bench.bus.deaf = 1
    with pytest.raises(OSError, match="acknowledges"):
        bench.chip.set(LAMP, True)
    with pytest.raises(SettingsLost):
        bench.chip.levels()
    assert bench.high() == [LAMP]


def test_all_locks_off_leaves_lamps(bench: Bench) -> None:
    bench.chip.levels()
    bench.chip.set(LAMP, True)
    bench.chip.set(LOCK, True)
    bench.bus.deaf = 2
    bench.chip.locks_off()
    assert bench.high() == [LAMP]


def test_a_polarity_that_noise_has_set_is_found_and_put_right(bench: Bench) -> None:
    bench.chip.levels()
    bench.emulated.write(IPOL + CONTACT // 8, 1 << CONTACT % 8)
    with pytest.raises(SettingsLost):
        bench.chip.levels()
    bench.wires.levels = {CONTACT: 0}
    assert not bench.chip.levels()[CONTACT]


@given(
    faults=st.lists(st.sampled_from(["reset", "noise", "deaf", "pulse", "poll", "end"]), max_size=30),
    values=st.lists(st.tuples(st.integers(0, 0x1F), st.integers(0, 255)), min_size=30, max_size=30),
)
def test_after_any_trouble_two_polls_leave_no_lock_on(faults: list[str], values: list[tuple[int, int]]) -> None:
    bench = Bench()
    for fault, (register, value) in zip(faults, values, strict=False):
        try:
            match fault:
                case "reset":
                    bench.emulated.reset()
                case "noise":
                    bench.emulated.write(register, value)
                case "deaf":
                    bench.bus.deaf = value % 5
                case "pulse":
                    bench.chip.set(LOCK, True)
                case "end":
                    bench.chip.pulse_off(LOCK)
                case _:
                    bench.chip.levels()
        except OSError:
            pass  # what a chip does that does not answer
    bench.bus.deaf = 0
    bench.chip.pulse_off(LOCK)
    for _ in range(2):
        try:
            bench.chip.levels()
        except SettingsLost:
            pass  # it was set up again
    assert LOCK not in bench.high()
    bench.wires.levels = {CONTACT: 0}
    assert not bench.chip.levels()[CONTACT]


@pytest.mark.parametrize("channel", [7, 15])
def test_a_contact_where_it_could_stop_the_bus_is_refused(tmp_path: Path, channel: int) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(expander_bank("chip"), {"A01": ("chip", 0, "chip", channel)}))
    with pytest.raises(ConfigurationError, match="outputs only"):
        load_profile(file)
    file.write_text(serial_profile(expander_bank("chip"), {"A01": ("chip", channel, "chip", 1)}))
    assert load_profile(file).compartment("A01").lock == channel
