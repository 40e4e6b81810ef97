"""Builds what the board profile names, and nothing else: no default, no fallback, no silent stand-in."""

from __future__ import annotations

from contextlib import ExitStack

from hal.boards import BOARDS
from hal.boards.board import BoardContacts, Switch, switches_on
from hal.cabinet import Cabinet, JoinedDoors
from hal.edges import Edges
from hal.gpio import PinFactory
from hal.interfaces import DoorSensors, FaultListener, LockBank
from hal.locks.governor import GovernedLocks
from hal.profile import HEADER, Profile

LOUDSPEAKER = "the loudspeaker"
"""The one output that no indicator is: see `hal.headphones`."""


def build_cabinet(
    profile: Profile,
    pin_factory: PinFactory | None = None,
    *,
    edges: Edges | None = None,
    faults: FaultListener | None = None,
) -> Cabinet:
    """Claim every device of ``profile``, all outputs inactive.

    ``edges`` opens pins, serial lines and buses; without them those of this computer are opened. ``pin_factory`` is
    short for edges with these pins. ``faults`` hears of devices that get into trouble later. Raises ``HardwareFault``,
    naming the pin, bus or device, with everything claimed so far given back.
    """
    if edges is None:
        edges = Edges() if pin_factory is None else Edges(pins=lambda: pin_factory)
    from hal.indicators.gpio import pin_switches
    from hal.indicators.switched import SwitchedIndicators
    from hal.inputs import InputWatch

    with ExitStack() as claimed:
        banks: list[LockBank] = []
        doors: list[DoorSensors] = []
        switches: dict[str, Switch] = {}
        contacts: dict[str, BoardContacts] = {}
        for open_board in BOARDS:
            board = open_board(profile, edges, faults)
            for lock_bank in board.locks:
                claimed.callback(lock_bank.close)
            for sensors in board.doors:
                claimed.callback(sensors.close)
            for switch in board.switches.values():
                claimed.callback(switch.close)
            banks += board.locks
            doors += board.doors
            switches |= board.switches
            contacts |= board.contacts
        on_header = switches_on(profile, HEADER)
        for name, pin_switch in (pin_switches(on_header, edges.header()) if on_header else {}).items():
            switches[name] = pin_switch
            claimed.callback(pin_switch.close)
        amplifier = switches.pop(LOUDSPEAKER, None)
        indicators = SwitchedIndicators(switches, faults)
        claimed.callback(indicators.close)
        inputs = InputWatch(profile, edges, faults, boards=contacts, amplifier=amplifier)
        claimed.pop_all()
    supplies = {item.label: profile.bank_of(item.label).supply for item in profile.compartments}
    return Cabinet(profile, GovernedLocks(banks, supplies), JoinedDoors(doors), indicators, inputs)
