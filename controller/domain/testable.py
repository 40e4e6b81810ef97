"""Which locks a technician may fire alone: where nothing can be inside."""

from __future__ import annotations

from controller.domain.model import Box, Compartment, Contents, Item


def why_not_testable(box: Box, compartment: Compartment) -> str:
    """The code of what is against it, empty when the lock may be fired without anybody's badge.

    ``remapped``: the cabinet's plan was changed since somebody looked inside, so that behind this label may be a door
    whose compartment was never seen empty.
    """
    if "not_in_profile" in compartment.out_of_service:
        return "out_of_service"
    seen_empty = compartment.contents is Contents.EMPTY and compartment.item is not Item.PRESENT
    if not seen_empty or compartment.deposits or compartment.old_document or compartment.quarantine:
        return "not_empty"
    if compartment.label in box.unsettled:
        return "unsettled"
    return "remapped" if compartment.remapped else ""
