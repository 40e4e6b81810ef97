"""The plan of the front for all three kinds of pages."""

from __future__ import annotations

from controller.api import CompartmentView, FrontView
from controller.domain.model import Box, Compartment
from controller.domain.words import compartment_state


def front_plan(box: Box, lit: str = "", with_states: bool = False) -> tuple[CompartmentView, ...]:
    """All compartments, column by column from the left and top to bottom. Residents see which one is theirs, not what
    the others hold.
    """
    ordered = sorted(box.compartments.values(), key=lambda c: (c.column, c.row, c.label))
    return tuple(compartment_view(compartment, lit, with_states) for compartment in ordered)


def compartment_view(compartment: Compartment, lit: str = "", with_states: bool = False) -> CompartmentView:
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


class FrontLedger:
    """Which compartment changed when, so that a page with 608 of them is sent only what it has not got. One loop."""

    def __init__(self) -> None:
        self.revision = 1
        self._seen: dict[str, Compartment] = {}
        self._views: dict[str, CompartmentView] = {}
        self._changed: dict[str, int] = {}

    def follow(self, box: Box) -> int:
        """Takes note of the state as it is now. Returns the revision."""
        changed = [label for label, known in box.compartments.items() if self._seen.get(label) is not known]
        fresh = {}
        for label in changed:
            self._seen[label] = box.compartments[label]
            view = compartment_view(box.compartments[label], with_states=True)
            if self._views.get(label) != view:
                fresh[label] = view
        if fresh:
            self.revision += 1
            self._views.update(fresh)
            self._changed.update(dict.fromkeys(fresh, self.revision))
        return self.revision

    def since(self, revision: int) -> FrontView:
        """All compartments for a revision that this process has not given."""
        after = revision if revision <= self.revision else 0
        changed = [view for label, view in self._views.items() if self._changed[label] > after]
        return FrontView(self.revision, tuple(sorted(changed, key=lambda v: (v.column, v.row, v.label))))
