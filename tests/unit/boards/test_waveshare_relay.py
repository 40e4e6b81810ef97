"""The relay board's driver against the emulated board, on a line without a port, where its oddities can be chosen."""

from __future__ import annotations

import asyncio

import pytest

from hal.boards import modbus_rtu
from hal.boards.serial_board import Garbled, NoAnswer, PulseUnsafe
from hal.boards.standing import StandingFaults
from hal.boards.station import Station
from hal.boards.waveshare_relay import WaveshareBoard
from hal.interfaces import DoorLevel
from hal.profile import ClosedLevel, WaveshareBank
from simulator.boards import waveshare as emulated
from simulator.boards.wires import PlantLines
from tests.unit.boards.direct import DirectLine, HandBus, HeardFaults

FACTORY_MODES = [1] * 8


class Wires(PlantLines):
    """Wires that end nowhere: what was driven, and levels that a test sets."""

    def __init__(self) -> None:
        self.levels: dict[int, int] = {}
        self.driven: list[tuple[int, int]] = []
        self.fallen = asyncio.Event()

    def level(self, bank: str, channel: int) -> int | None:
        return self.levels.get(channel)

    def drive(self, bank: str, channel: int, level: int) -> None:
        self.driven.append((channel, level))
        if level:
            self.fallen.clear()
        else:
            self.fallen.set()

    def rising(self) -> list[int]:
        return [channel for channel, level in self.driven if level]


class Bench:
    """A driver and a board. Functions that are ``deaf`` are answered and not done, ``mute`` done and not
    answered, ``lost`` neither."""

    def __init__(self, *, inputs: int = 8, lit: tuple[int, ...] = ()) -> None:
        bank = WaveshareBank(
            name="relays", supply="12V", pulse_ms=400, port="/dev/line", unit=3, relays=8, inputs=inputs
        )
        self.wires = Wires()
        self.board = emulated.WaveshareLine([emulated.WaveshareBoard(bank, self.wires)])
        self.driver = WaveshareBoard(bank, ClosedLevel.HIGH, lit)
        self.deaf: set[int] = set()
        self.mute: set[int] = set()
        self.lost: set[int] = set()
        self.line = DirectLine(self._hear)

    def hear(self, data: bytes) -> bytes:
        return b"".join(request.act() for request in self.board.hear(data))

    def _hear(self, data: bytes) -> bytes:
        if data[1] in self.lost:
            return b""
        answer = data if data[1] in self.deaf else self.hear(data)
        return b"" if data[1] in self.mute else answer

    def functions(self) -> list[int]:
        return [frame[1] for frame in self.line.written]


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(modbus_rtu, "QUIET_S", 0.0)
    return Bench()


async def test_preparing_switches_off_and_parts_inputs_from_relays(bench: Bench) -> None:
    assert modbus_rtu.read_registers(bench.line, 3, 0x1000, 8) == FACTORY_MODES
    bench.driver.prepare(bench.line)
    assert modbus_rtu.read_registers(bench.line, 3, 0x1000, 8) == [0] * 8
    assert bench.line.written[1] == bytes.fromhex("03 05 00 ff 00 00 fc 18"), "all off comes first"
    bench.line.written.clear()
    bench.driver.prepare(bench.line)
    assert 6 not in bench.functions(), "what is right is not written again: the board keeps it in flash memory"


async def test_a_board_whose_inputs_keep_driving_relays_gets_no_pulse(bench: Bench) -> None:
    bench.deaf.add(6)
    with pytest.raises(PulseUnsafe):
        bench.driver.prepare(bench.line)
    with pytest.raises(PulseUnsafe):
        bench.driver.arm(bench.line, 0, 400)
    bench.deaf.clear()
    bench.driver.arm(bench.line, 0, 400)


async def test_doors_are_the_inputs(bench: Bench) -> None:
    bench.wires.levels = {0: 1, 5: 1}
    levels = bench.driver.poll(bench.line)
    assert [channel for channel, level in levels.items() if level is DoorLevel.CLOSED] == [0, 5]
    assert len(levels) == 8


async def test_a_pulse_is_one_flash_and_never_a_plain_on(bench: Bench) -> None:
    bench.driver.prepare(bench.line)
    bench.line.written.clear()
    bench.driver.arm(bench.line, 6, 300)
    bench.driver.fire(bench.line, 6, 300)
    writes = [frame for frame in bench.line.written if frame[1] == 5]
    assert [frame[2:6] for frame in writes] == [bytes.fromhex("02 06 00 03")]
    assert bench.wires.rising() == [6]
    await asyncio.wait_for(bench.wires.fallen.wait(), 5)
    assert bench.wires.driven[-1] == (6, 0)


async def test_a_relay_that_somebody_left_on_goes_off_before_a_pulse(bench: Bench) -> None:
    bench.driver.prepare(bench.line)
    modbus_rtu.write_coil(bench.line, 3, 4, True)
    bench.driver.arm(bench.line, 0, 400)
    assert bench.wires.driven[-8:] == [(channel, 0) for channel in range(8)]
    modbus_rtu.write_coil(bench.line, 3, 4, True)
    bench.deaf.add(5)
    with pytest.raises(PulseUnsafe):
        bench.driver.arm(bench.line, 0, 400)


async def test_a_relay_that_is_on_has_heard_what_it_did_not_acknowledge(bench: Bench) -> None:
    bench.driver.prepare(bench.line)
    bench.mute = {5}
    bench.driver.fire(bench.line, 1, 400)
    assert bench.wires.rising() == [1]
    bench.driver.switch_off(DirectLine(bench.hear))
    bench.mute = {1, 5}
    with pytest.raises(NoAnswer):
        bench.driver.fire(bench.line, 1, 400)
    bench.mute, bench.lost = set(), {5}
    bench.line.written.clear()
    with pytest.raises(NoAnswer):
        bench.driver.fire(bench.line, 2, 400)
    assert bench.functions() == [5, 1], "the pulse was written once"


async def test_switching_off_ends_a_flash(bench: Bench) -> None:
    bench.driver.prepare(bench.line)
    bench.driver.fire(bench.line, 2, 1_000)
    bench.driver.switch_off(bench.line)
    assert modbus_rtu.read_coils(bench.line, 3, 8) == [False] * 8
    assert bench.wires.driven[-1] == (7, 0)


async def test_a_board_without_inputs_is_asked_for_its_relays(bench: Bench) -> None:
    plain = Bench(inputs=0)
    plain.driver.prepare(plain.line)
    assert plain.driver.poll(plain.line) == {}
    assert plain.functions() == [5, 1], "it has no registers of input modes to ask for"


async def test_the_emulated_board_refuses_what_the_real_one_does_not_know(bench: Bench) -> None:
    with pytest.raises(modbus_rtu.Refused):
        modbus_rtu.flash_relay(bench.line, 3, 0x0208, 4)
    with pytest.raises(modbus_rtu.Refused):
        modbus_rtu.read_inputs(bench.line, 3, 9)
    with pytest.raises(modbus_rtu.Refused):
        modbus_rtu.flash_relay(bench.line, 3, 0, 7)
    with pytest.raises(Garbled):
        modbus_rtu.write_register(bench.line, 3, 0x2000, 1)


async def test_it_finds_its_requests_in_noise(bench: Bench) -> None:
    request = bytes.fromhex("03 02 00 00 00 08 78 2e")
    heard = [piece for data in (b"\x03\x02\xff", request[:3], request[3:]) for piece in bench.board.hear(data)]
    noisy = list(bench.board.hear(b"\x07\x09" + request + b"\x11"))
    assert (len(heard), len(noisy)) == (1, 1)


@pytest.fixture
async def lit(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A board with a lamp on relay 5."""
    monkeypatch.setattr(modbus_rtu, "QUIET_S", 0.0)
    bench = Bench(lit=(5,))
    bench.driver.prepare(bench.line)
    bench.wires.driven.clear()
    return bench


async def test_a_lamps_relay_is_made_what_it_is_to_be_and_told_once(lit: Bench) -> None:
    lit.driver.want(5, True)
    lit.driver.settle(lit.line)
    lit.driver.settle(lit.line)
    assert lit.wires.driven == [(5, 1)]
    lit.driver.want(5, False)
    lit.driver.settle(lit.line)
    assert lit.wires.driven == [(5, 1), (5, 0)]


async def test_a_locks_relay_is_never_switched_on_so(lit: Bench) -> None:
    with pytest.raises(KeyError):
        lit.driver.want(4, True)
    lit.driver.settle(lit.line)
    assert lit.wires.driven == []


async def test_a_lamp_that_burns_keeps_no_lock_from_its_pulse(lit: Bench) -> None:
    lit.driver.want(5, True)
    lit.driver.settle(lit.line)
    lit.driver.arm(lit.line, 0, 400)
    assert lit.wires.driven == [(5, 1)], "nothing is switched off for it"
    lit.driver.fire(lit.line, 0, 400)
    assert lit.wires.rising() == [5, 0]


async def test_a_lock_that_somebody_left_on_is_switched_off_and_the_lamp_comes_back(lit: Bench) -> None:
    lit.driver.want(5, True)
    lit.driver.settle(lit.line)
    modbus_rtu.write_coil(lit.line, 3, 2, True)
    lit.driver.arm(lit.line, 0, 400)
    assert (2, 0) in lit.wires.driven
    lit.driver.settle(lit.line)
    assert lit.wires.driven[-1] == (5, 1)


async def test_a_lamp_that_was_not_heard_is_told_again(lit: Bench) -> None:
    lit.lost = {5}
    lit.driver.want(5, True)
    with pytest.raises(NoAnswer):
        lit.driver.settle(lit.line)
    lit.lost = set()
    lit.driver.settle(lit.line)
    assert lit.wires.driven == [(5, 1)]


async def test_a_lamp_that_the_board_refuses_costs_no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus_rtu, "QUIET_S", 0.0)
    bench, bus, faults = Bench(lit=(7,)), HandBus(), HeardFaults()
    refusal = bytes([3, 0x85, emulated.ILLEGAL_VALUE])
    lamp_on = bytes.fromhex("03 05 00 07 ff 00")

    def refusing(data: bytes) -> bytes:
        return refusal + emulated.crc(refusal) if data.startswith(lamp_on) else bench.hear(data)

    line = DirectLine(refusing)
    station = Station(bus, bench.driver, {"A01": 0}, StandingFaults(faults))
    station.switch(7, True)
    for _ in range(6):
        bus.now += 500
        if turn := station.turns.first(bus.now):
            station.poll(line, turn)
    assert sum(written.startswith(lamp_on) for written in line.written) >= 3
    assert station.doors.read("A01").level is DoorLevel.OPEN
    assert not station.health.silent
    assert set(faults.standing) == {("board_noise", "relays")}, "and it is told"
