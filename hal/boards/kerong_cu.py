"""KERONG CU boards as lock banks with door contacts. The frames are in `hal.boards.kerong_frames`.

The board times its pulses. Its time is read before every pulse and set if it is another one; one that will not be set,
or that says more than the cap, gets no pulse at all: fault ``pulse_cap_unsafe``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from hal.boards import kerong_frames as frames
from hal.boards.board import Opened, locks_on, sensors_on
from hal.boards.serial_board import PulseUnsafe
from hal.boards.serial_bus import SerialBus, start_all
from hal.boards.timed_locks import BoardTimedLocks
from hal.edges import Edges, SerialLine
from hal.interfaces import PULSE_CAP_MS, DoorLevel, FaultListener
from hal.profile import ClosedLevel, KerongBank, Profile

BAUD = 19_200
LOCKS_AN_ADDRESS = 16
HEARD_WITHIN_MS = 2_500
"""How long opening waits for the first answers of all boards."""


class KerongBoard:
    """One board: a CU12 or CU16 with one address, a CU48 with three in a row. A `SerialBoard`."""

    can_cut = False
    """No command ends a pulse that runs."""

    def __init__(self, bank: KerongBank, *, closed_level: ClosedLevel) -> None:
        self._bank = bank
        self._closed_bit = closed_level is ClosedLevel.HIGH

    @property
    def name(self) -> str:
        """See `SerialBoard.name`."""
        return self._bank.name

    @property
    def _addresses(self) -> range:
        return range(self._bank.board, self._bank.board + -(-self._bank.locks // LOCKS_AN_ADDRESS))

    def prepare(self, line: SerialLine) -> None:
        """See `SerialBoard.prepare`: every address gets the profile's pulse time. It wakes with no coil energised."""
        for address in self._addresses:
            self._agree(line, address, self._bank.pulse_ms)

    def poll(self, line: SerialLine) -> Mapping[int, DoorLevel]:
        """See `SerialBoard.poll`."""
        levels: dict[int, DoorLevel] = {}
        for address in self._addresses:
            bits = frames.status(line, address)
            first = (address - self._bank.board) * LOCKS_AN_ADDRESS
            for index in range(min(LOCKS_AN_ADDRESS, self._bank.locks - first)):
                closed = bool(bits >> index & 1) == self._closed_bit
                levels[first + index] = DoorLevel.CLOSED if closed else DoorLevel.OPEN
        return levels

    def arm(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.arm`: it answers, and will end the pulse in time."""
        self._agree(line, self._address(channel), duration_ms)

    def fire(self, line: SerialLine, channel: int, duration_ms: int) -> None:
        """See `SerialBoard.fire`."""
        frames.unlock(line, self._address(channel), channel % LOCKS_AN_ADDRESS)

    def switch_off(self, line: SerialLine) -> None:
        """Never asked: see ``can_cut``."""
        raise NotImplementedError("a CU board has no such command")

    def _address(self, channel: int) -> int:
        return self._bank.board + channel // LOCKS_AN_ADDRESS

    def _agree(self, line: SerialLine, address: int, duration_ms: int) -> None:
        wanted = -(-duration_ms // 10) * 10  # the cap is a multiple of 10, so rounding up stays within it
        said = frames.pulse_ms(line, address)
        if said != wanted:
            said = frames.set_pulse_ms(line, address, wanted)
            said = frames.pulse_ms(line, address)
        if said != wanted or said > PULSE_CAP_MS:
            raise PulseUnsafe(
                f"the board's pulse time at address {address} is {said} ms and does not become {wanted} ms",
                "Do not use its locks: a coil that stays on burns out. Replace the board, or set the time with the"
                " maker's program.",
            )


def open_kerong(profile: Profile, edges: Edges, faults: FaultListener | None) -> Opened:
    """Every CU board's locks and door contacts, a thread for each port.

    A port or board that is not there is a fault, not the end: the others work. Raises ``HardwareFault`` where a port
    cannot be had at all.
    """
    banks = [bank for bank in profile.banks if isinstance(bank, KerongBank)]
    buses: dict[str, SerialBus] = {}
    locks, doors = [], []
    with ExitStack() as claimed:
        for bank in banks:
            port = bank.port
            if port not in buses:
                buses[port] = SerialBus(port, partial(edges.serial, port, BAUD), faults=faults)
            wired, contacts = locks_on(profile, bank.name), sensors_on(profile, bank.name)
            board = KerongBoard(bank, closed_level=profile.closed_level(bank.name))
            station = buses[port].add(board, contacts, users=2)
            locks.append(BoardTimedLocks(wired, station))
            doors.append(station.doors)
            claimed.callback(locks[-1].close)
            claimed.callback(doors[-1].close)
        start_all(tuple(buses.values()), HEARD_WITHIN_MS)
        claimed.pop_all()
    return Opened(locks, doors)
