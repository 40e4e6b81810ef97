"""Builds what the board profile names, and nothing else: no default, no fallback, no silent stand-in."""

from __future__ import annotations

from contextlib import ExitStack

from hal.boards import BOARDS
from hal.boards.board import BoardLamps, lamps_on
from hal.cabinet import Cabinet, JoinedDoors
from hal.edges import Edges
from hal.gpio import PinFactory
from hal.indicators.joined import JoinedIndicators
from hal.interfaces import DoorSensors, FaultListener, LockBank
from hal.locks.governor import GovernedLocks
from hal.profile import HEADER, Profile


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
    from hal.indicators.gpio import GpioIndicators
    from hal.inputs import InputWatch

    with ExitStack() as claimed:
        banks: list[LockBank] = []
        doors: list[DoorSensors] = []
        lamps: list[BoardLamps] = []
        for open_board in BOARDS:
            board = open_board(profile, edges, faults)
            for lock_bank in board.locks:
                claimed.callback(lock_bank.close)
            for sensors in board.doors:
                claimed.callback(sensors.close)
            for lit in board.lamps:
                claimed.callback(lit.close)
            banks += board.locks
            doors += board.doors
            lamps += board.lamps
        on_header, buzzer = lamps_on(profile, HEADER), profile.indicators.buzzer
        named = {"scanner": profile.indicators.scanner_light, "door": profile.indicators.door_light}
        lights = {name: pin for name, pin in named.items() if pin is not None}
        pins = edges.header() if on_header or lights or buzzer is not None else None
        indicators = JoinedIndicators(GpioIndicators(on_header, buzzer, pins, faults, lights), lamps)
        claimed.callback(indicators.close)
        inputs = InputWatch(profile.inputs, edges.header, edges.file, faults)
        claimed.pop_all()
    supplies = {item.label: profile.bank_of(item.label).supply for item in profile.compartments}
    return Cabinet(profile, GovernedLocks(banks, supplies), JoinedDoors(doors), indicators, inputs)
