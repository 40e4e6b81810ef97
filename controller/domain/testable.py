"""Which locks a technician may fire alone: where nothing can be inside."""

from __future__ import annotations

from controller.domain.model import Box, Compartment, Contents, Item

TEST_REASONS = frozenset({"test_failed", "wiring"})
"""Why a compartment is not allotted after a test: its lock failed, or another door opened. Nothing was put in since."""


def along_the_front(box: Box) -> tuple[Compartment, ...]:
    """Every compartment of the cabinet, column by column, from the top."""
    there = (each for each in box.compartments.values() if "not_in_profile" not in each.out_of_service)
    return tuple(sorted(there, key=lambda c: (c.column, c.row, c.label)))


def seen_empty(box: Box, compartment: Compartment) -> bool:
    """Whether nothing can be inside, as somebody saw it: the books, the item sensor and the last opening agree."""
    return (
        compartment.contents is Contents.EMPTY
        and compartment.item is not Item.PRESENT
        and not compartment.deposits
        and not compartment.old_document
        and set(compartment.quarantine) <= TEST_REASONS
        and compartment.label not in box.unsettled
    )


def known_empty(box: Box, label: str) -> bool:
    """Whether somebody has seen it empty behind the door that it has now."""
    return seen_empty(box, box.compartments[label]) and not box.compartments[label].remapped


def why_not_testable(box: Box, compartment: Compartment) -> str:
    """The code of what is against it, empty when the lock may be fired without anybody's badge.

    ``remapped``: the cabinet's plan was changed since somebody looked inside, so that behind this label may be a door
    whose compartment was never seen empty. ``wiring``: it was seen to open another door, and not every door of the box
    is known to have nothing behind it.
    """
    if "not_in_profile" in compartment.out_of_service:
        return "out_of_service"
    if compartment.label in box.unsettled:
        return "unsettled" if _otherwise_empty(compartment) else "not_empty"
    if not seen_empty(box, compartment):
        return "not_empty"
    if "wiring" in compartment.quarantine and not all(known_empty(box, each.label) for each in along_the_front(box)):
        return "wiring"
    return "remapped" if compartment.remapped else ""


def _otherwise_empty(compartment: Compartment) -> bool:
    seen = compartment.contents is Contents.EMPTY and compartment.item is not Item.PRESENT
    return seen and not (compartment.deposits or compartment.old_document or compartment.quarantine)
