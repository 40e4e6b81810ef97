"""What was seen when one lock was fired."""

from __future__ import annotations

from dataclasses import dataclass

from hal.interfaces import DoorLevel


@dataclass(frozen=True, slots=True)
class Observation:
    """One lock, as the map names it.

    ``opened``: the labels on the doors that stood open, as the installer read them. ``moved``: the compartments whose
    contacts changed. ``stuck``: contacts that did not come back when everything was closed again. ``inverted``:
    contacts that went from open to closed. ``to_open_ms``: from the beginning of the pulse to the first edge of the one
    contact that moved. ``fault``: the code of what the driver said. ``pressed``: it opened only with somebody pressing.
    """

    label: str
    opened: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    to_open_ms: int | None = None
    fault: str = ""
    pressed: bool = False
    before: DoorLevel = DoorLevel.CLOSED
    """What the contact of this compartment said before the pulse."""
    attempts: int = 1
    """How often it was fired without anybody being asked to press."""
    not_fired: str = ""
    """The code of why it was not fired at all."""
