"""Locks and door contacts on the header's own pins."""

from __future__ import annotations

from contextlib import ExitStack

from hal.boards.board import Opened, locks_on, sensors_on
from hal.edges import Edges
from hal.interfaces import FaultListener
from hal.profile import HEADER, ClosedLevel, GpioBank, Profile


def open_gpio(profile: Profile, edges: Edges, faults: FaultListener | None) -> Opened:
    """Every GPIO bank's locks, and all door contacts on the header. Raises ``HardwareFault``."""
    from hal.doors.gpio import GpioDoorSensors
    from hal.locks.gpio import GpioLockBank

    banks = [bank for bank in profile.banks if isinstance(bank, GpioBank)]
    contacts = sensors_on(profile, HEADER)
    if not banks and not contacts:
        return Opened()
    pins = edges.header()
    with ExitStack() as claimed:
        locks = []
        for bank in banks:
            locks.append(GpioLockBank(locks_on(profile, bank.name), pins))
            claimed.callback(locks[-1].close)
        closed = profile.closed_level(HEADER) is ClosedLevel.HIGH
        doors = [GpioDoorSensors(contacts, pins, closed_level=closed, faults=faults)] if contacts else []
        claimed.pop_all()
    return Opened(locks, doors)
