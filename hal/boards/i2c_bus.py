"""One I²C bus and the expanders on it: a thread that asks each of them in turn.

Unlike a serial line a bus answers at once or not at all (a chip acknowledges every byte), so commands do not wait in a
queue: whoever has something to say takes the bus's lock, which nobody holds for longer than one chip takes (about 4 ms
at 100 kHz). A chip that is not there raises ``OSError`` within a millisecond; a bus whose clock is held down does after
the kernel's time-out (1 s), which is why nothing else is asked to wait for it: faults ``board_silent`` say so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from hal.boards.expander import Expander, SettingsLost
from hal.boards.health import AGAIN_MS, Health
from hal.boards.polled import NOTHING, PolledDoors
from hal.boards.standing import StandingFaults
from hal.edges import I2cBus
from hal.interfaces import DoorLevel, Fault, FaultListener, monotonic_ms

log = logging.getLogger(__name__)

JOIN_S = 3.0


class ExpanderStation:
    """An expander's place on its bus, and its ``doors``. ``watch_closely`` is for any thread."""

    def __init__(
        self,
        bus: ExpanderBus,
        name: str,
        chip: Expander,
        contacts: Mapping[str, int],
        *,
        closed: bool,
        others: Mapping[str, int] = NOTHING,
    ) -> None:
        self._bus = bus
        self._closed_level = closed
        self._hot_until = 0
        now = bus.clock()
        self.name = name
        self.chip = chip
        self.health = Health(now)
        self.due = now
        self.answered = False
        self.doors = PolledDoors(
            contacts, watch_closely=self.watch_closely, on_close=bus.let_go, clock=bus.clock, others=others
        )

    def watch_closely(self, _channel: int, until_mono_ms: int) -> None:
        """Ask this chip every ``HOT_MS`` until then."""
        self._bus.hurry(self, until_mono_ms)

    def heat(self, until_ms: int, now: int) -> None:
        """See ``watch_closely``; on the holder of the bus's condition."""
        self._hot_until = max(self._hot_until, until_ms)
        if not self.health.silent:
            self.due = min(self.due, now)

    def poll(self) -> None:
        """Ask for the inputs. On the bus's thread."""
        asked = self._bus.clock()
        try:
            levels = self.chip.levels()
        except OSError as error:
            self._missed(error)
            return
        now = self._bus.clock()
        self.health.answered(now)
        self._report("")
        doors = {
            channel: DoorLevel.CLOSED if level == self._closed_level else DoorLevel.OPEN
            for channel, level in levels.items()
        }
        again = self.doors.learn(doors, now)
        self.due = asked + (AGAIN_MS if again else self.health.wait_ms(hot=self._hot_until > now))
        self.answered = True

    def _missed(self, error: OSError) -> None:
        now = self._bus.clock()
        was_silent = self.health.silent
        log.info("%s: %s", self.name, error)
        self.health.missed(now, garbled=isinstance(error, SettingsLost))
        self._report(f" ({error.strerror or error})")
        self.due = now + self.health.wait_ms(hot=False)
        if self.health.silent and not was_silent:
            self.doors.lose(now)

    def _report(self, why: str) -> None:
        silent = Fault(
            "board_silent",
            self.name,
            f"the expander does not answer on I²C bus {self._bus.number}{why}",
            "Check its supply, its address pins and the two wires of the bus; the other boards go on.",
        )
        forgets = Fault(
            "board_noise",
            self.name,
            "the expander has lost its settings several times",
            "Check its supply when a lock is energised, its reset pin, and how long the wires of the bus are.",
        )
        self._bus.faults.set(self.health.silent, silent)
        self._bus.faults.set(self.health.noisy, forgets)


class ExpanderBus:
    """The thread of one bus. ``add`` chips, ``start``, ``wait_until_heard``; closed by the last who lets go."""

    def __init__(
        self,
        number: int,
        bus: I2cBus,
        *,
        faults: FaultListener | None = None,
        clock: Callable[[], int] = monotonic_ms,
    ) -> None:
        self.number = number
        self.clock = clock
        self.faults = StandingFaults(faults)
        self.guard = threading.RLock()
        """Held by who speaks on the bus."""
        self._bus = bus
        self._stations: list[ExpanderStation] = []
        self._wake = threading.Condition()
        self._users = 0
        self._stopping = False
        self.failures = 0
        """How often something unforeseen was raised. Anything but 0 is a programming error."""
        self._thread = threading.Thread(target=self._run, name=f"i2c-{number}", daemon=True)

    def add(
        self,
        name: str,
        address: int,
        contacts: Mapping[str, int],
        *,
        closed_level: bool,
        pulsed: int,
        outputs: int,
        users: int,
        others: Mapping[str, int] = NOTHING,
    ) -> ExpanderStation:
        """A chip on this bus with its door contacts and ``others``; ``users``: how many will ``let_go``. Before
        ``start``.
        """
        chip = Expander(self._bus, address, self.guard, pulsed=pulsed, outputs=outputs)
        station = ExpanderStation(self, name, chip, contacts, closed=closed_level, others=others)
        self._stations.append(station)
        self._users += users
        return station

    def start(self) -> None:
        """Begin to ask. A chip that is not there is a fault, not the end."""
        self._thread.start()

    def wait_until_heard(self, timeout_ms: int) -> None:
        """Wait until every chip has answered, or is known to be silent; at most so long."""
        with self._wake:
            self._wake.wait_for(self._all_known, timeout_ms / 1000)

    def _all_known(self) -> bool:
        return all(station.answered or station.health.silent for station in self._stations)

    def hurry(self, station: ExpanderStation, until_ms: int) -> None:
        """Ask this one often until then."""
        with self._wake:
            station.heat(until_ms, self.clock())
            self._wake.notify_all()

    def let_go(self) -> None:
        """One user less; the last one ends the thread and closes the bus."""
        with self._wake:
            self._users -= 1
            if self._users > 0:
                return
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)
        with self.guard:
            self._bus.close()

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._stopping:
                    return
                station = min(self._stations, key=lambda each: each.due)
                wait_ms = station.due - self.clock()
                if wait_ms > 0:
                    self._wake.wait(wait_ms / 1000)
                    continue
            try:
                station.poll()
            except Exception:
                # Nothing may end this thread: every door of the bus would stand still.
                self.failures += 1
                log.exception("expander %s cannot be asked", station.name)
                station.due = self.clock() + AGAIN_MS
            with self._wake:
                self._wake.notify_all()
