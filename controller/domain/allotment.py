"""Which compartment an envelope is put into."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.model import Compartment, Contents, Deposit

#: Lower edges within reach of a person in a wheelchair, in mm above the floor (DIN 18040, EN 301 549).
REACHABLE_MM = range(380, 1051)


def choose_compartment(compartments: Iterable[Compartment], deposit: Deposit) -> Compartment | None:
    """The best compartment for a deposit, or None when nothing fits.

    Order: large enough (a must); within reach when wished (a must if one is free, otherwise the lowest); seen empty
    before presumed empty; the smallest that fits; the least used; the label, so that the choice is the same for the
    same state.
    """
    fitting = [c for c in compartments if c.allottable and c.size.rank >= deposit.size.rank]
    if not fitting:
        return None

    def preference(compartment: Compartment) -> tuple[int, int, int, int, int, str]:
        out_of_reach = deposit.low and compartment.height_mm not in REACHABLE_MM
        return (
            int(out_of_reach),
            compartment.height_mm if out_of_reach else 0,
            int(compartment.contents is Contents.PRESUMED_EMPTY),
            compartment.size.rank,
            compartment.openings,
            compartment.label,
        )

    return min(fitting, key=preference)
