"""One serial line and the lock boards on it: one thread that speaks, commands first, then polls in turn.

What is common to all languages is here and in `hal.boards.station`: who may speak when, lost ports, silent boards,
noise, and that a pulse is sent once. What a board is told and how it answers is its language's: `SerialBoard`.

* A board with a door that is about to move is asked at least every 50 ms, the others once in 0.4 s
(`hal.boards.health`).
* A board that says nothing for 0.9 s is silent: fault ``board_silent``, its doors are UNKNOWN, it is asked with growing
  pauses. The others on the line notice nothing but its tries.
* A port that fails (unplugged: ``SerialException`` here, ``termios.error`` there) is closed and opened again with
  growing pauses: fault ``port_gone``. One on which every board is silent may be stale (an adapter that came back under
  the same name): it is opened afresh now and then.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from hal.boards.polled import NOTHING
from hal.boards.serial_board import PORT_ERRORS, SerialBoard
from hal.boards.standing import StandingFaults
from hal.boards.station import Command, Station
from hal.edges import SerialLine
from hal.interfaces import Fault, FaultListener, monotonic_ms

log = logging.getLogger(__name__)

REOPEN_MS = (250, 5_000)
"""Between two tries to open a port: at first, and at most."""
REFRESH_MS = (3_000, 30_000)
"""A line on which every board is silent is opened afresh so long after it was opened: at first, and at most."""
JOIN_S = 3.0


class SerialBus:
    """The thread of one port. ``add`` boards, ``start``, ``wait_until_heard``; closed by the last who lets go."""

    def __init__(
        self,
        port: str,
        open_line: Callable[[], SerialLine],
        *,
        faults: FaultListener | None = None,
        clock: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._port = port
        self._open_line = open_line
        self._faults = StandingFaults(faults)
        self._clock = clock
        self._line: SerialLine | None = None
        self._stations: list[Station] = []
        self._wake = threading.Condition(threading.RLock())
        self._commands: deque[Command] = deque()
        self._users = 0
        self._stopping = False
        now = clock()
        self._opened_at = now
        self._reopen_at = now
        self._reopen_pause = REOPEN_MS[0]
        self._refresh_after = REFRESH_MS[0]
        self._progress_ms = now
        self.failures = 0
        """How often something unforeseen was raised. Anything but 0 is a programming error."""
        self._thread = threading.Thread(target=self._run, name=f"serial-{port.rpartition('/')[2]}", daemon=True)

    @property
    def port(self) -> str:
        """As the profile writes it."""
        return self._port

    def clock(self) -> int:
        """Monotonic ms."""
        return self._clock()

    def progress(self) -> int:
        """When the thread last went round: for a watchdog."""
        return self._progress_ms

    def add(
        self, board: SerialBoard, contacts: Mapping[str, int], *, users: int, others: Mapping[str, int] = NOTHING
    ) -> Station:
        """A board on this line, with its door contacts and ``others``; ``users``: how many will ``let_go`` of it.
        Before ``start``.
        """
        station = Station(self, board, contacts, self._faults, others)
        self._stations.append(station)
        self._users += users
        return station

    def start(self) -> None:
        """Begin to speak. A port that is not there is a fault from the beginning; raises ``HardwareFault`` for one that
        cannot be had at all.
        """
        try:
            self._open()
        except PORT_ERRORS as error:
            self._lose_port(error)
        self._thread.start()

    def wait_until_heard(self, timeout_ms: int) -> None:
        """Wait until every board has answered, or is known to be silent; at most so long."""
        with self._wake:
            self._wake.wait_for(self._all_known, timeout_ms / 1000)

    def _all_known(self) -> bool:
        return all(station.known for station in self._stations)

    def put(self, command: Command) -> None:
        """Have ``command`` done on the thread before the next poll."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify_all()

    def let_go(self) -> None:
        """One user less; the last one closes the line and waits for it."""
        with self._wake:
            self._users -= 1
            if self._users > 0:
                return
            self._stopping = True
            self._wake.notify_all()
        if not self._thread.is_alive():
            self._close_line()
        elif self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    # --- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            self._close_line()

    def _turn(self) -> bool:
        """One thing, or one wait. ``False``: the end."""
        try:
            self._end_pulses()
            with self._wake:
                self._progress_ms = now = self._clock()
                command = self._commands.popleft() if self._commands else None
                if command is None:
                    if self._stopping and all(station.over_ms is None for station in self._stations):
                        return False
                    if self._next_due() > now:
                        self._wake.wait((self._next_due() - now) / 1000)
                        return True
            if command is not None:
                command(self._line)
            elif self._line is None:
                self._open()
            else:
                self._ask(self._line)
        except PORT_ERRORS as error:
            self._lose_port(error)
        except Exception as error:
            # Nothing may end this thread: every door of the line would stand still.
            self.failures += 1
            log.exception("%s: the line is opened afresh", self._port)
            self._lose_port(error)
        return True

    def _next_due(self) -> int:
        """When there is something to do: a poll, or a try to open the port, or the end of a pulse."""
        ends = [station.over_ms for station in self._stations if station.over_ms is not None]
        asks = [self._reopen_at] if self._line is None else [station.turns.due for station in self._stations]
        return min(asks + ends)

    def _end_pulses(self) -> None:
        now = self._clock()
        for station in self._stations:
            if station.over_ms is not None and now >= station.over_ms:
                station.end_pulse()

    def _ask(self, line: SerialLine) -> None:
        now = self._clock()
        due = [(turn.rank(now), station, turn) for station in self._stations if (turn := station.turns.first(now))]
        if not due:
            return  # it was a pulse that ended
        _, station, turn = min(due, key=lambda each: each[0])
        was_known = station.known
        station.poll(line, turn)
        if station.health.silent:
            self._refresh_if_stale()
        else:
            self._refresh_after = REFRESH_MS[0]
        if station.known and not was_known:
            with self._wake:
                self._wake.notify_all()

    # --- the port ------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self._clock() < self._reopen_at:
            return
        self._line = self._open_line()
        self._opened_at = self._clock()
        self._reopen_pause = REOPEN_MS[0]
        self._faults.cleared("port_gone", self._port)
        for station in self._stations:
            station.line_opened()

    def _lose_port(self, error: BaseException) -> None:
        self._close_line()
        self._reopen_at = self._clock() + self._reopen_pause
        self._reopen_pause = min(2 * self._reopen_pause, REOPEN_MS[1])
        self._faults.raised(
            Fault(
                "port_gone",
                self._port,
                f"the serial port fails ({error})",
                "Check that the adapter is plugged in and known under this name, and that the service's user is in the"
                " group dialout.",
            )
        )
        for station in self._stations:
            station.line_lost()

    def _close_line(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.close()
            except PORT_ERRORS as error:
                log.info("%s could not be closed: %s", self._port, error)

    def _refresh_if_stale(self) -> None:
        """When all are silent the fault may be the port, which says nothing of it."""
        now = self._clock()
        if not all(station.health.silent for station in self._stations) or now - self._opened_at < self._refresh_after:
            return
        self._refresh_after = min(2 * self._refresh_after, REFRESH_MS[1])
        log.info("every board on %s is silent: it is opened afresh", self._port)
        self._close_line()
        self._reopen_at = now


def start_all(buses: Sequence[SerialBus], timeout_ms: int) -> None:
    """Start every line, then wait until all boards have answered or are silent; at most so long."""
    for bus in buses:
        bus.start()
    deadline = monotonic_ms() + timeout_ms
    for bus in buses:
        bus.wait_until_heard(max(0, deadline - monotonic_ms()))
