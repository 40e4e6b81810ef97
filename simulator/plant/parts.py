"""The parts of one compartment, and the numbers they are made of. All times in ms."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hal.profile import Bank, GpioBank, Mcp23017Bank
from simulator.plant.timeline import Planned

TRAVEL_MS = (18.0, 34.0)
"""A solenoid's plunger from rest to pulled, new coil to tired one."""
POP_MS = (6.0, 18.0)
"""From the latch letting go to the door standing ajar, pushed by its spring."""
BOUNCE_MS = (2.0, 8.0)
"""How long a reed chatters when its magnet comes or goes."""
PULL_MS = 40.0
CLOSE_MS = 120.0
PRESS_MS = 60.0
HOLDING_MS = 10.0
"""A person who holds a door shut feels this often whether it has latched."""
PRESSURE_LASTS_MS = 1_000.0
CHATTER_EVERY_MS = 12.0
BURNS_OUT_AT_MS = 8_000.0
"""Heat, counted as ms of current that have not yet been given off. The permitted duty stays below it."""
COOLING = 0.1
"""Heat given off per ms without current."""


BOARD_LIMIT_MS = 60_000.0
"""A board that times its pulses ends every one after so long, if it is told nothing else."""


def limit_ms(bank: Bank) -> float:
    """After how many ms the hardware ends a pulse that nobody else ends."""
    if isinstance(bank, GpioBank | Mcp23017Bank):
        return float(bank.one_shot_ms or 0)
    return BOARD_LIMIT_MS


class Position(StrEnum):
    """Where a door stands. ``AJAR``: the spring has pushed it out of the latch, nobody has pulled it."""

    CLOSED = "closed"
    AJAR = "ajar"
    OPEN = "open"


class PlantFault(StrEnum):
    """What can be wrong with a compartment."""

    JAM = "jam"
    """The latch never lets go."""
    JAM_ONCE = "jam_once"
    """The latch does not let go the next time; then the fault is gone."""
    STICKS = "sticks"
    """The latch lets go only while somebody presses the door."""
    WEAK_SPRING = "weak_spring"
    """The latch lets go, but the door stays shut until somebody pulls."""
    STUCK_REED_CLOSED = "stuck_reed_closed"
    STUCK_REED_OPEN = "stuck_reed_open"
    BROKEN_WIRE = "broken_wire"
    """The coil's wire: no current, whatever the line says."""
    BROKEN_REED_WIRE = "broken_reed_wire"
    """The contact's wire: the pull-up makes the pin high for good."""
    DEAD_SENSOR = "dead_sensor"
    """The pin cannot be read at all."""
    CHATTERS = "chatters"
    """The contact bounces without end."""
    NEVER_CLOSES = "never_closes"
    """The door springs back whenever somebody closes it."""
    POPS_OPEN = "pops_open"
    """The door opens by itself, now; then the fault is gone."""
    SWAPPED = "swapped"
    """The lock wires of two compartments are exchanged."""


@dataclass(slots=True)
class Coil:
    """A solenoid and the line that drives it."""

    line_high: bool = False
    since: float | None = None
    """Current flows since then."""
    pulled: bool = False
    travel: Planned | None = None
    limit: Planned | None = None
    """The hardware one-shot that will end the pulse."""
    heat: float = 0.0
    heat_at: float = 0.0
    burned: bool = False

    def cool(self, now: float) -> None:
        """Bring ``heat`` up to date, for a coil without current."""
        self.heat = max(0.0, self.heat - (now - self.heat_at) * COOLING)
        self.heat_at = now


@dataclass(slots=True)
class Contact:
    """A reed contact and the level of its pin."""

    closed: bool = True
    """What it will say when it has stopped bouncing."""
    level: int | None = None
    """The pin as it is now; ``None``: unreadable."""
    bounces: list[Planned] = field(default_factory=list)


@dataclass(slots=True)
class Box:
    """One compartment."""

    label: str
    supply: str
    one_shot_ms: float
    sensor: str
    """The input line of its contact, and the output line of its lamp."""
    lamp: str | None
    position: Position = Position.CLOSED
    latched: bool = True
    pressed_until: float = 0.0
    contents: list[str] = field(default_factory=list)
    faults: set[PlantFault] = field(default_factory=set)
    coil: Coil = field(default_factory=Coil)
    contact: Contact = field(default_factory=Contact)
