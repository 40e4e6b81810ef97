"""Words for people, for pages and MQTT: "vacant" and "occupied" are names in views, not in the rules."""

from __future__ import annotations

from controller.domain.model import Compartment, Contents

_ORDER_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def is_order(name: str) -> bool:
    """Whether an order may be called so: what a barcode on an envelope can say and no code of ours is."""
    return 4 <= len(name) <= 40 and set(name) <= _ORDER_LETTERS and not name.startswith(("-", "ABHOLFACH"))


def compartment_state(compartment: Compartment) -> str:
    """out_of_service, clarification, occupied, returned, presumed_empty, vacant or unknown: the first that applies."""
    if compartment.out_of_service:
        return "out_of_service"
    if compartment.quarantine:
        return "clarification"
    if compartment.deposits:
        return "occupied"
    if compartment.old_document:
        return "returned"
    return {
        Contents.EMPTY: "vacant",
        Contents.PRESUMED_EMPTY: "presumed_empty",
        Contents.HOLDS: "occupied",
        Contents.UNKNOWN: "unknown",
    }[compartment.contents]


def spoken_reference(thing: str) -> str:
    """A session's or call's number as a person can say it over the telephone: its entry in the log (``S72`` →
    ``72``).
    """
    return thing.lstrip("SH")
