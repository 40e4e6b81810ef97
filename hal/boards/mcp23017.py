"""Port expanders (MCP23017) as lock banks, door contacts and lamps. The chip is `hal.boards.expander`.

An expander keeps what it was told last, as a GPIO line does: a bank of locks on one needs a hardware one-shot, and
``abholfach-safe-outputs`` switches it off when the controller has died.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial

from hal.boards.board import BoardContacts, Opened, Switch, contacts_on, locks_on, sensors_on, switches_on
from hal.boards.expander import Expander, ExpanderOutput, mask
from hal.boards.i2c_bus import ExpanderBus, ExpanderStation
from hal.boards.late_bus import LateBus
from hal.edges import Edges
from hal.interfaces import FaultListener, LockError, LockFault
from hal.locks.latched import LatchedLocks
from hal.profile import ClosedLevel, Mcp23017Bank, Profile

log = logging.getLogger(__name__)

HEARD_WITHIN_MS = 2_500
"""How long opening waits for the first answers of all chips."""


class ExpanderLocks(LatchedLocks):
    """A ``LockBank`` on a chip's outputs."""

    def __init__(self, name: str, locks: Mapping[str, int], station: ExpanderStation, let_go: Callable[[], None]):
        """``locks``: compartment → channel."""
        outputs = {label: ExpanderOutput(station.chip, channel) for label, channel in locks.items()}
        places = {label: f"channel {channel} of {name}" for label, channel in locks.items()}
        super().__init__(outputs, places)
        self._chip = station.chip
        self._name = name
        self._let_go = let_go
        self._left = False

    def _everything_off(self) -> list[LockFault | None]:
        try:
            self._chip.locks_off()
        except OSError as error:
            fault = LockFault(next(iter(self.compartments), ""), f"{self._name} does not switch off: {error}")
            fault.__cause__ = error
            return [fault]
        return []

    def close(self) -> None:
        """See ``LockBank.close``. A chip that is gone at the end is logged: its one-shot has switched off."""
        try:
            super().close()
        except LockError as error:
            log.warning("at the end: %s", error)
        finally:
            left, self._left = self._left, True
            if not left:
                self._let_go()


class ExpanderSwitch:
    """An output of a chip that is no lock's: a `hal.boards.board.Switch`."""

    def __init__(self, name: str, chip: Expander, channel: int, let_go: Callable[[], None]) -> None:
        self._name = name
        self._chip = chip
        self._channel = channel
        self._let_go = let_go
        self._closed = False

    def switch(self, on: bool) -> None:
        """See `Switch.switch`. What a chip does not hear now it is told with a later poll."""
        try:
            self._chip.set(self._channel, on)
        except OSError as error:
            log.info("%s will be switched later: %s", self._name, error)

    def close(self) -> None:
        """See `Switch.close`."""
        if self._closed:
            return
        self._closed = True
        self.switch(False)
        self._let_go()


def open_mcp23017(profile: Profile, edges: Edges, faults: FaultListener | None) -> Opened:
    """Every expander's locks, contacts, lamps and lights, a thread for each bus.

    A chip or bus that is not there is a fault, not the end. Raises ``HardwareFault`` where a bus cannot be had at all.
    """
    buses: dict[int, ExpanderBus] = {}
    locks, doors = [], []
    switches: dict[str, Switch] = {}
    contacts: dict[str, BoardContacts] = {}
    with ExitStack() as claimed:
        for bank in profile.banks:
            if not isinstance(bank, Mcp23017Bank):
                continue
            if bank.bus not in buses:
                buses[bank.bus] = ExpanderBus(bank.bus, LateBus(partial(edges.i2c, bank.bus)), faults=faults)
            bus = buses[bank.bus]
            wired, switched = locks_on(profile, bank.name), switches_on(profile, bank.name)
            others = contacts_on(profile, bank.name)
            station = bus.add(
                bank.name,
                bank.address,
                sensors_on(profile, bank.name),
                closed_level=profile.closed_level(bank.name) is ClosedLevel.HIGH,
                pulsed=mask(wired.values()),
                outputs=mask((*wired.values(), *switched.values())),
                users=2 + len(switched),
                others=others,
            )
            locks.append(ExpanderLocks(bank.name, wired, station, bus.let_go))
            claimed.callback(locks[-1].close)
            doors.append(station.doors)
            claimed.callback(doors[-1].close)
            contacts.update(dict.fromkeys(others, station.doors))
            for name, channel in switched.items():
                switches[name] = ExpanderSwitch(name, station.chip, channel, bus.let_go)
                claimed.callback(switches[name].close)
        for bus in buses.values():
            bus.start()
        for bus in buses.values():
            bus.wait_until_heard(HEARD_WITHIN_MS)
        claimed.pop_all()
    return Opened(locks, doors, switches, contacts)
