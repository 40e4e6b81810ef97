"""Compartments on a plan of the front."""

from __future__ import annotations

import msgspec


class CompartmentView(msgspec.Struct, frozen=True):
    """One compartment for a plan of the front. ``state``: vacant, occupied, presumed_empty, returned, unknown,
    clarification, out_of_service. ``door``: open, closed, unknown. ``lit``: it is the one that the page is about.
    ``reasons``: codes.
    """

    label: str
    column: int
    row: int
    size: str
    height_mm: int
    state: str
    door: str
    lit: bool = False
    reasons: tuple[str, ...] = ()
