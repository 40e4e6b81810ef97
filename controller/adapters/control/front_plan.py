"""The plan of the front for all three kinds of pages."""

from __future__ import annotations

from controller.api import CompartmentView
from controller.domain.model import Box, Compartment
from controller.domain.words import compartment_state


def front_plan(box: Box, lit: str = "", with_states: bool = False) -> tuple[CompartmentView, ...]:
    """All compartments, column by column from the left and top to bottom. Residents see which one is theirs, not what
    the others hold.
    """
    ordered = sorted(box.compartments.values(), key=lambda c: (c.column, c.row, c.label))
    return tuple(_view(compartment, lit, with_states) for compartment in ordered)


def _view(compartment: Compartment, lit: str, with_states: bool) -> CompartmentView:
    return CompartmentView(
        label=compartment.label,
        column=compartment.column,
        row=compartment.row,
        size=compartment.size.value,
        height_mm=compartment.height_mm,
        state=compartment_state(compartment) if with_states else "",
        door=compartment.door.value if with_states or compartment.label == lit else "",
        lit=compartment.label == lit,
        reasons=(*compartment.out_of_service, *compartment.quarantine) if with_states else (),
    )
