"""The pages on which a document is checked: pure functions of the state. The keys are those of docs/pages.md."""

from __future__ import annotations

from controller.domain import timing
from controller.domain.model import Box, Factor, Session
from controller.domain.moment import Moment
from controller.domain.staff_check import staff_can_check
from controller.ports import ChipFront

#: By the stage of the check (`controller.ports.ChipFront`).
PAGES = {
    "place": "chip_place",
    "can": "chip_can",
    "can_wrong": "chip_can_wrong",
    "mrz": "chip_mrz",
    "reading": "chip_reading",
    "removed": "chip_removed",
    "wrong": "chip_wrong",
    "unsupported": "chip_unsupported",
    "expired": "chip_expired",
    "pin": "eid_pin",
    "pin_wrong": "eid_wrong",
}
#: What a page offers beside more time, the way out and the language.
OFFERS = {
    "chip_can": ("factor", "access"),
    "chip_can_wrong": ("factor", "access"),
    "chip_mrz": ("access",),
    "eid_pin": ("factor",),
    "eid_wrong": ("factor",),
}
#: Where the chip did not help, a person may be asked for.
WITH_A_PERSON = frozenset({"chip_wrong", "chip_unsupported", "chip_expired"})


def chip_page(
    box: Box, session: Session, chip: ChipFront | None, now: Moment, more: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """The page of a session whose document is checked, and its actions."""
    if session.handed_over or session.factor is Factor.STAFF:
        return "staff_check", (*more, "cancel", "language")
    page = PAGES[chip.stage] if chip is not None else "chip_place"
    if page == "chip_reading":
        return page, ("language",)
    person = ("staff_check",) if page in WITH_A_PERSON and staff_can_check(box, now) else ()
    offered = OFFERS.get(page, ())
    if chip is None or not chip.photo_page:
        # A scanner that decodes by itself reads no photo page.
        offered = tuple(each for each in offered if each != "access" or page == "chip_mrz")
    return page, (*offered, *person, *more, "cancel", "language")


def orders_of(box: Box, session: Session) -> tuple[str, ...]:
    """The cases that this session is about: whoever looks has to know whose document it should be."""
    right = box.rights[session.right]
    return tuple(order for name in right.deposits for order in box.deposits[name].orders)


def tries_left(page: str, session: Session, chip: ChipFront | None) -> int:
    """How often it may still be tried, where the page says so."""
    if page == "chip_wrong":
        return max(0, timing.FACTORS_PER_SESSION - session.failed_factors)
    return chip.tries_left if page == "eid_wrong" and chip is not None else 0
