"""One board on a line: a pulse is sent once, whatever happens to its answer; unsafe boards get none."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hal.boards import kerong_frames as frames
from hal.boards.kerong_cu import KerongBoard
from hal.boards.standing import StandingFaults
from hal.boards.station import COIL_OFF_MARGIN_MS, Station
from hal.boards.timed_locks import BoardTimedLocks
from hal.interfaces import DoorLevel, LockBusy, LockFault
from hal.profile import ClosedLevel, KerongBank
from tests.unit.boards.direct import DirectLine, HandBus, HeardFaults

PORT_LOST = OSError(5, "Input/output error")


class Cu:
    """The other end: a CU48 at address 2, as simple as can be."""

    def __init__(self) -> None:
        self.pulse_10ms = 50
        self.obeys_time = True
        self.closed = 0xFFFF
        self.unlocked: list[tuple[int, int]] = []
        self.lost: dict[int, int] = {}
        """Command → how many of its answers get lost."""
        self.raises: dict[int, Exception] = {}
        self.opens = True
        self.deaf: set[int] = set()
        """Addresses that do not answer."""

    def __call__(self, request: bytes) -> bytes:
        board, lock, command = request[1] >> 4, request[1] & 0x0F, request[2]
        if command in self.raises:
            raise self.raises[command]
        if board not in (2, 3, 4) or board in self.deaf:
            return b""
        answer = self._act(board, lock, command, request)
        if self.lost.get(command, 0):
            self.lost[command] -= 1
            return b""
        return answer

    def _act(self, board: int, lock: int, command: int, request: bytes) -> bytes:
        if command == frames.PULSE_TIME:
            if len(request) == 7 and self.obeys_time:
                self.pulse_10ms = request[3] << 8 | request[4]
            return frames.frame(board << 4, 0x38, self.pulse_10ms.to_bytes(2, "big"))
        if command == frames.UNLOCK:
            self.unlocked.append((board, lock))
            if self.opens:
                self.closed &= ~(1 << lock)
        return frames.frame(board << 4, 0x35, self.closed.to_bytes(2, "little") + b"\0\0")

    def unlocks(self, line: DirectLine) -> int:
        return sum(written[2] == frames.UNLOCK for written in line.written)


class Bench:
    """A CU48 on the bench, driven by hand."""

    def __init__(self) -> None:
        self.cu = Cu()
        self.line = DirectLine(self.cu)
        self.bus = HandBus()
        self.faults = HeardFaults()
        bank = KerongBank(name="east", supply="12V", pulse_ms=400, port="/dev/line", board=2, locks=48)
        board = KerongBoard(bank, ClosedLevel.HIGH)
        wires = {"A01": 0, "A02": 21, "A03": 47}
        self.station = Station(self.bus, board, wires, StandingFaults(self.faults))
        self.locks = BoardTimedLocks(wires, self.station, step_ms=10)

    def poll(self, after_ms: int = 500) -> None:
        """Every part that is due ``after_ms`` from now."""
        self.bus.now += after_ms
        while turn := self.station.turns.first(self.bus.now):
            self.station.poll(self.line, turn)

    def end_of_pulse(self) -> None:
        assert self.station.over_ms is not None
        self.bus.now = self.station.over_ms
        self.station.end_pulse()


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.poll()
    made.poll()
    return made


def test_channels_of_a_cu48_are_locks_of_three_addresses(bench: Bench) -> None:
    for label, address in (("A01", (2, 0)), ("A02", (3, 5)), ("A03", (4, 15))):
        future = bench.locks.pulse(label, 400)
        bench.bus.do(bench.line)
        assert bench.cu.unlocked[-1] == address
        bench.end_of_pulse()
        assert future.result(0).compartment == label


def test_the_board_gets_the_profiles_time_before_anything_and_keeps_it(bench: Bench) -> None:
    assert bench.cu.pulse_10ms == 40
    sets = [written for written in bench.line.written if len(written) == 7]
    assert len(sets) == 1, "one board here answers for all three addresses"
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    assert not future.done(), "the coil is on"
    assert [written for written in bench.line.written if len(written) == 7] == sets
    bench.end_of_pulse()
    assert future.done()


def test_another_duration_is_set_in_steps_of_ten(bench: Bench) -> None:
    bench.locks.pulse("A01", 123)
    bench.bus.do(bench.line)
    assert bench.cu.pulse_10ms == 13
    assert bench.station.over_ms == bench.bus.now + 130 + COIL_OFF_MARGIN_MS


def test_a_board_that_keeps_too_long_a_time_gets_no_pulse(bench: Bench) -> None:
    bench.cu.pulse_10ms, bench.cu.obeys_time = 6_000, False
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    fault = future.exception(0)
    assert isinstance(fault, LockFault)
    assert fault.code == "pulse_cap_unsafe"
    assert bench.cu.unlocked == []
    assert ("pulse_cap_unsafe", "east") in bench.faults.standing
    bench.cu.obeys_time = True
    bench.poll(after_ms=11_000)
    assert bench.faults.standing == {}
    assert bench.cu.pulse_10ms == 40


def test_a_board_of_which_a_part_is_dead_is_silent_until_all_of_it_answers(bench: Bench) -> None:
    bench.cu.deaf = {3}
    for _ in range(30):
        bench.poll(after_ms=100)
    assert set(bench.faults.standing) == {("board_silent", "east")}
    assert "02 30" in bench.faults.standing["board_silent", "east"].message, "which of its addresses it is"
    assert {bench.station.doors.read(label).level for label in ("A01", "A02", "A03")} == {DoorLevel.UNKNOWN}
    asked = len(bench.line.written)
    for _ in range(30):
        bench.poll(after_ms=100)
    assert len(bench.line.written) - asked < 30, "its tries cost the other boards time"
    bench.cu.deaf = set()
    for _ in range(60):
        bench.poll(after_ms=100)
    assert bench.faults.standing == {}
    assert {bench.station.doors.read(label).level for label in ("A01", "A02", "A03")} == {DoorLevel.CLOSED}


def test_its_doors_are_read_all_the_same() -> None:
    unsafe = Bench()
    unsafe.cu.pulse_10ms, unsafe.cu.obeys_time = 6_000, False
    unsafe.poll()
    assert unsafe.station.doors.read("A01").level is DoorLevel.CLOSED
    assert ("pulse_cap_unsafe", "east") in unsafe.faults.standing


def test_a_board_that_never_says_its_time_is_unsafe_and_not_silent() -> None:
    old = Bench()
    old.cu.lost[frames.PULSE_TIME] = 999
    old.poll()
    assert list(old.faults.standing) == [("pulse_cap_unsafe", "east")]
    assert old.station.doors.read("A03").level is DoorLevel.CLOSED


def test_a_lost_answer_is_a_fault_after_the_pulse_and_nothing_is_sent_again(bench: Bench) -> None:
    bench.cu.lost[frames.UNLOCK] = 9
    bench.cu.opens = False
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    assert not future.done(), "the coil may be on"
    with pytest.raises(LockBusy):
        bench.locks.pulse("A02", 400)
    bench.poll(after_ms=40)
    bench.end_of_pulse()
    fault = future.exception(0)
    assert isinstance(fault, LockFault)
    assert fault.code == "lock_reply_lost"
    assert bench.cu.unlocks(bench.line) == 1


def test_a_door_that_opens_is_answer_enough(bench: Bench) -> None:
    bench.cu.lost[frames.UNLOCK] = 9
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    bench.poll(after_ms=40)
    bench.end_of_pulse()
    assert future.result(0).compartment == "A01"
    assert bench.cu.unlocks(bench.line) == 1


def test_what_comes_before_the_pulse_is_repeated(bench: Bench) -> None:
    bench.cu.lost[frames.PULSE_TIME] = 2
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    bench.end_of_pulse()
    assert future.result(0).compartment == "A01"
    assert bench.cu.unlocks(bench.line) == 1


def test_a_board_that_does_not_answer_gets_no_pulse(bench: Bench) -> None:
    bench.cu.lost[frames.PULSE_TIME] = 9
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(bench.line)
    fault = future.exception(0)
    assert isinstance(fault, LockFault)
    assert fault.code == "board_silent"
    assert bench.cu.unlocked == []
    bench.locks.pulse("A02", 400)  # the bank is free again


def test_without_a_line_nothing_is_sent(bench: Bench) -> None:
    future = bench.locks.pulse("A01", 400)
    bench.bus.do(None)
    fault = future.exception(0)
    assert isinstance(fault, LockFault)
    assert fault.code == "port_gone"


@pytest.mark.parametrize(("command", "sent"), [(frames.PULSE_TIME, 0), (frames.UNLOCK, 1)])
def test_a_port_lost_in_the_middle_fails_the_pulse_when_its_coil_is_off(bench: Bench, command: int, sent: int) -> None:
    bench.cu.raises[command] = PORT_LOST
    future = bench.locks.pulse("A01", 400)
    with pytest.raises(OSError, match="Input/output"):
        bench.bus.do(bench.line)
    assert future.done() == (not sent), "before the pulse nothing was sent, after it the coil may be on"
    bench.station.line_lost()
    if sent:
        bench.end_of_pulse()
    assert isinstance(future.exception(0), LockFault)
    assert bench.cu.unlocks(bench.line) == sent


def test_silence_is_a_fault_with_unknown_doors_until_it_answers(bench: Bench) -> None:
    bench.cu.lost[frames.STATUS] = 99
    for _ in range(6):
        bench.poll(after_ms=200)
    assert list(bench.faults.standing) == [("board_silent", "east")]
    assert bench.station.doors.read("A01").level is DoorLevel.UNKNOWN
    bench.cu.pulse_10ms = 6_000  # somebody has put another board in
    bench.cu.lost[frames.STATUS] = 0
    bench.poll()
    assert bench.faults.standing == {}
    assert bench.cu.pulse_10ms == 40, "the time is agreed on again"
    assert bench.station.doors.read("A01").level is DoorLevel.CLOSED
    assert bench.faults.told == [("board_silent", "east", True), ("board_silent", "east", False)]


def test_a_board_is_asked_often_while_a_door_may_move(bench: Bench) -> None:
    bench.station.watch_closely(21, bench.bus.now + 1_000)
    bench.bus.do(bench.line)
    asked: dict[int, list[int]] = {0: [], 1: [], 2: []}
    while bench.bus.now < 1_004_000:
        bench.bus.now = max(bench.bus.now, bench.station.turns.due)
        turn = bench.station.turns.first(bench.bus.now)
        assert turn is not None
        asked[turn.index].append(bench.bus.now)
        bench.station.poll(bench.line, turn)
    gaps = {part: [later - earlier for earlier, later in pairwise(times)] for part, times in asked.items()}
    assert max(gaps[1][:20]) <= 50, "the address with the door"
    assert gaps[1][-1] == 400
    assert set(gaps[0] + gaps[2]) == {400}


def test_closing_waits_for_nobody_when_nothing_runs_and_lets_go_once(bench: Bench) -> None:
    bench.locks.close()
    bench.locks.close()
    bench.station.doors.close()
    assert bench.bus.users == -2
    with pytest.raises(LockFault):
        bench.locks.pulse("A01", 400)
