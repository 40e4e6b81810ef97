"""Opens banks that are boards on serial lines: a thread for each line, a station for each board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TypeVar

from hal.boards.board import BoardContacts, Opened, Switch, contacts_on, locks_on, sensors_on, switches_on
from hal.boards.serial_board import SerialBoard
from hal.boards.serial_bus import SerialBus, start_all
from hal.boards.station import Station
from hal.boards.timed_locks import BoardTimedLocks
from hal.edges import Edges
from hal.interfaces import FaultListener
from hal.profile import ClosedLevel, KerongBank, Profile, WaveshareBank

HEARD_WITHIN_MS = 2_500
"""How long opening waits for the first answers of all boards."""

SerialBank = TypeVar("SerialBank", KerongBank, WaveshareBank)


class StationSwitch:
    """An output of a serial board that is no lock's: a `hal.boards.board.Switch`."""

    def __init__(self, station: Station, channel: int) -> None:
        self._station = station
        self._channel = channel
        self._closed = False

    def switch(self, on: bool) -> None:
        """See `Switch.switch`."""
        self._station.switch(self._channel, on)

    def close(self) -> None:
        """See `Switch.close`. The line says it before it ends."""
        if self._closed:
            return
        self._closed = True
        self.switch(False)
        self._station.let_go()


def open_serial_banks(
    banks: Sequence[SerialBank],
    board_of: Callable[[SerialBank, ClosedLevel], SerialBoard],
    profile: Profile,
    edges: Edges,
    faults: FaultListener | None,
    *,
    baud_of: Callable[[SerialBank], int],
    step_ms: int,
) -> Opened:
    """Locks and door contacts of ``banks``, which speak one language and count pulses in ``step_ms``.

    A port or board that is not there is a fault, not the end: the others work. Raises ``HardwareFault`` where a port
    cannot be had at all.
    """
    buses: dict[str, SerialBus] = {}
    locks, doors = [], []
    switches: dict[str, Switch] = {}
    contacts: dict[str, BoardContacts] = {}
    with ExitStack() as claimed:
        for bank in banks:
            port = bank.port
            if port not in buses:
                buses[port] = SerialBus(port, partial(edges.serial, port, baud_of(bank)), faults=faults)
            board = board_of(bank, profile.closed_level(bank.name))
            switched, others = switches_on(profile, bank.name), contacts_on(profile, bank.name)
            sensors = sensors_on(profile, bank.name)
            station = buses[port].add(board, sensors, users=2 + len(switched), others=others)
            locks.append(BoardTimedLocks(locks_on(profile, bank.name), station, step_ms=step_ms))
            doors.append(station.doors)
            claimed.callback(locks[-1].close)
            claimed.callback(doors[-1].close)
            contacts.update(dict.fromkeys(others, station.doors))
            for name, channel in switched.items():
                switches[name] = StationSwitch(station, channel)
                claimed.callback(switches[name].close)
        start_all(tuple(buses.values()), HEARD_WITHIN_MS)
        claimed.pop_all()
    return Opened(locks, doors, switches, contacts)
