"""One board on a serial line: when it is asked, what is known of it, and its pulses, each of them sent once.

A pulse is written exactly once. What comes before it (`SerialBoard.arm`) may be repeated; an answer that is lost after
it is a ``LockFault``, since the coil may have had its pulse. Only the door can tell then: the board is asked for it,
and a door that was seen opening during the pulse is answer enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Protocol

from hal.boards.health import Health
from hal.boards.polled import NOTHING, PolledDoors
from hal.boards.serial_board import Garbled, InParts, NoAnswer, PulseUnsafe, SerialBoard, Switching
from hal.boards.standing import StandingFaults
from hal.boards.timed_locks import Pulse
from hal.boards.turns import Turn, Turns
from hal.edges import SerialLine
from hal.interfaces import DoorLevel, Fault, LockFault

EVERYTHING = (range(256),)
"""The parts of a board that says everything at once."""
TRIES = 3
"""Of what may be repeated."""
HOT_AFTER_PULSE_MS = 3_000
COIL_OFF_MARGIN_MS = 20
"""How much later than reckoned a coil may be off: the command's time on the wire, and the board's clock."""
UNSAFE_AGAIN_MS = 10_000
"""After which a board that would not end its pulses is asked again."""

Command = Callable[[SerialLine | None], None]
"""Done on the line's thread with the line, or with None while there is none. May raise what the port raises."""


class Bus(Protocol):
    """What a station needs of its line. Any thread."""

    @property
    def port(self) -> str: ...

    def clock(self) -> int: ...

    def progress(self) -> int:
        """When the thread last went round."""
        ...

    def put(self, command: Command) -> None:
        """Have it done on the thread before the next poll."""
        ...

    def let_go(self) -> None:
        """One user less."""
        ...


class Station:
    """A board's place on a line: a `hal.boards.timed_locks.Speaker`, and the board's ``doors``.

    ``watch_closely``, ``send``, ``switch_off`` and ``let_go`` are for any thread, everything else for the line's.
    """

    def __init__(
        self,
        bus: Bus,
        board: SerialBoard,
        contacts: Mapping[str, int],
        faults: StandingFaults,
        others: Mapping[str, int] = NOTHING,
    ) -> None:
        now = bus.clock()
        self._bus = bus
        self._board = board
        self._faults = faults
        self._prepared = False
        self._prepare_again = now
        self._pulse: Pulse | None = None
        self._started_ms = 0
        self._doubt: Exception | None = None
        self._was_closed = False
        self.health = Health(now)
        self._in_parts = board if isinstance(board, InParts) else None
        self.turns = Turns(EVERYTHING if self._in_parts is None else self._in_parts.parts, now)
        self.over_ms: int | None = None
        """When the coil of the running pulse is off; ``None``: none runs."""
        self.doors = PolledDoors(
            contacts,
            watch_closely=self.watch_closely,
            on_close=self.let_go,
            clock=bus.clock,
            progress=bus.progress,
            others=others,
        )

    # --- any thread ----------------------------------------------------------------------------------------------

    def watch_closely(self, channel: int, until_mono_ms: int) -> None:
        """Ask for the door on this channel at least every 50 ms until then."""
        self._bus.put(lambda line: self._heat(channel, until_mono_ms))

    def send(self, pulse: Pulse) -> None:
        """See `Speaker.send`."""
        self._bus.put(lambda line: self._serve_pulse(line, pulse))

    def switch_off(self) -> Future[None]:
        """See `Speaker.switch_off`."""
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()
        if self._board.can_cut:
            self._bus.put(lambda line: self._serve_off(line, done))
        else:
            done.set_result(None)  # it ends its pulses itself, and there is no command that would do it earlier
        return done

    def switch(self, channel: int, on: bool) -> None:
        """Have an output that is no lock's so. A board that does not hear it now is told with a later poll."""
        if isinstance(self._board, Switching):
            self._board.want(channel, on)
            self._bus.put(self._serve_settle)

    def let_go(self) -> None:
        """See `Speaker.let_go`. The line is closed when nobody needs it any more."""
        self._bus.let_go()

    # --- the line's thread: polls --------------------------------------------------------------------------------

    def line_opened(self) -> None:
        """There is a line again."""
        self.health.reopened(self._bus.clock())
        self._prepared = False
        self.turns.reopened(self._bus.clock())

    def line_lost(self) -> None:
        """There is none any more."""
        self._prepared = False
        self.doors.lose(self._bus.clock())

    @property
    def known(self) -> bool:
        """Has the board said everything since the line was opened, or is it silent?"""
        return self.health.silent or self.turns.all_answered

    def poll(self, line: SerialLine, turn: Turn) -> None:
        """Ask for doors. Raises what the port raises."""
        asked = self._bus.clock()
        try:
            if not self._prepared or (self._prepare_again and asked >= self._prepare_again):
                self._prepare(line)
            levels = self._levels(line, turn)
        except (NoAnswer, Garbled) as error:
            self._missed(error, turn)
            return
        now = self._bus.clock()
        self.health.answered(now)
        self._report()
        self.turns.answered(turn, asked, self.health, again=self.doors.learn(levels, now))
        self._settle(line)

    def _levels(self, line: SerialLine, turn: Turn) -> Mapping[int, DoorLevel]:
        if self._in_parts is None:
            return self._board.poll(line)
        return self._in_parts.poll_part(line, turn.index)

    def _prepare(self, line: SerialLine) -> None:
        try:
            self._board.prepare(line)
        except PulseUnsafe as error:
            self._unsafe(error)
        else:
            self._safe()
        self._prepared = True

    def _missed(self, error: Exception, turn: Turn | None = None) -> None:
        """``turn``: which part was asked for, where it was a poll."""
        now = self._bus.clock()
        was_silent = self.health.silent
        self.health.missed(now, garbled=isinstance(error, Garbled))
        if turn is not None:
            self.turns.missed(turn, now, self.health)
        self._report(f" ({error})")
        if self.health.silent:
            self._prepared = False
            if not was_silent:
                self.doors.lose(now)

    def _heat(self, channel: int, until_ms: int) -> None:
        if not self.health.silent:
            self.turns.heat(channel, until_ms, self._bus.clock())

    # --- the line's thread: pulses -------------------------------------------------------------------------------

    def _serve_pulse(self, line: SerialLine | None, pulse: Pulse) -> None:
        if line is None:
            pulse.fail("port_gone", f"{self._bus.port} is not there: nothing was sent")
            return
        try:
            self._repeat(lambda: self._arm(line, pulse))
        except PulseUnsafe as error:
            self._unsafe(error)
            pulse.fail("pulse_cap_unsafe", f"{error}: nothing was sent", error)
        except (NoAnswer, Garbled) as error:
            self._missed(error)
            pulse.fail("board_silent", f"{self._board.name} does not answer: nothing was sent", error)
        except Exception as error:
            pulse.fail("port_gone", f"{self._bus.port} fails: nothing was sent", error)
            raise
        else:
            self._fire(line, pulse)

    def _arm(self, line: SerialLine, pulse: Pulse) -> None:
        if not self._prepared:
            self._prepare(line)
        self._board.arm(line, pulse.channel, pulse.duration_ms)
        self._safe()

    def _fire(self, line: SerialLine, pulse: Pulse) -> None:
        self._was_closed = self.doors.level(pulse.channel) is DoorLevel.CLOSED
        self._pulse, self._started_ms, self._doubt = pulse, self._bus.clock(), None
        try:
            self._board.fire(line, pulse.channel, pulse.duration_ms)
        except (NoAnswer, Garbled) as error:
            self._doubt = error
        except Exception as error:
            self._doubt = error
            raise
        finally:
            # Whatever came back, the coil may be on from now.
            self.over_ms = self._bus.clock() + pulse.duration_ms + COIL_OFF_MARGIN_MS
            self._heat(pulse.channel, self.over_ms + HOT_AFTER_PULSE_MS)

    def end_pulse(self) -> None:
        """The coil is off: say how it went. Without effect while none runs."""
        pulse, self._pulse, self.over_ms = self._pulse, None, None
        if pulse is None:
            return
        opened = self._was_closed and self.doors.level(pulse.channel) is DoorLevel.OPEN
        if self._doubt is None or opened:
            pulse.succeed(self._started_ms)
        else:
            message = f"{self._board.name} has not acknowledged the pulse; it may have had it all the same"
            pulse.fail("lock_reply_lost", message, self._doubt)

    def _serve_settle(self, line: SerialLine | None) -> None:
        if line is not None and self._prepared:
            self._settle(line)  # otherwise with the first poll

    def _settle(self, line: SerialLine) -> None:
        """What a lamp's relay does not hear is told with the next poll, and costs no door of the board."""
        if not isinstance(self._board, Switching):
            return
        try:
            self._board.settle(line)
        except (NoAnswer, Garbled) as error:
            self._missed(error)

    def _serve_off(self, line: SerialLine | None, done: Future[None]) -> None:
        try:
            if line is None:
                raise NoAnswer(f"{self._bus.port} is not there")
            self._repeat(lambda: self._board.switch_off(line))
        except (NoAnswer, Garbled) as error:
            done.set_exception(LockFault("", f"{self._board.name} does not switch off: {error}", "board_silent"))
        except Exception as error:
            done.set_exception(LockFault("", f"{self._bus.port} fails: {error}", "port_gone"))
            raise
        else:
            self.end_pulse()
            done.set_result(None)

    @staticmethod
    def _repeat(what: Callable[[], None]) -> None:
        for left in reversed(range(TRIES)):
            try:
                what()
            except (NoAnswer, Garbled):
                if not left:
                    raise
            else:
                return

    # --- faults --------------------------------------------------------------------------------------------------

    def _report(self, why: str = "") -> None:
        name, port = self._board.name, self._bus.port
        silent = Fault(
            "board_silent",
            name,
            f"the board does not answer on {port}{why}",
            "Check the board's power, its address switches and the cable; the other boards go on.",
        )
        noise = Fault(
            "board_noise",
            name,
            f"many answers on {port} are damaged",
            "Check the cable's shield, the termination of both ends, and where it runs beside lock wires.",
        )
        self._faults.set(self.health.silent, silent)
        self._faults.set(self.health.noisy, noise)

    def _unsafe(self, error: PulseUnsafe) -> None:
        self._prepare_again = self._bus.clock() + UNSAFE_AGAIN_MS
        self._faults.raised(Fault("pulse_cap_unsafe", self._board.name, str(error), error.advice))

    def _safe(self) -> None:
        self._prepare_again = 0
        self._faults.cleared("pulse_cap_unsafe", self._board.name)
