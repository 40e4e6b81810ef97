"""What a test of a lock leaves behind: a compartment that is not allotted, or one that is again."""

from __future__ import annotations

from controller.domain import events as ev
from controller.domain.decision import Draft
from controller.domain.model import Contents
from controller.domain.openings import doubt_deposits, quarantine
from controller.domain.testable import TEST_REASONS, known_empty


def proved(draft: Draft, label: str, by: str) -> None:
    """Its own door opened and closed, and no other: what an earlier test had found is over. Not while this round has
    seen another lock open the same door.
    """
    compartment = draft.box.compartments[label]
    round_ = draft.box.commissioning
    if not compartment.quarantine or not set(compartment.quarantine) <= TEST_REASONS:
        return
    if compartment.contents is not Contents.EMPTY or (round_ is not None and round_.accuses(label)):
        return
    draft.emit(ev.CompartmentReleased(label, Contents.EMPTY.value, "no", by))


def wired_wrongly(draft: Draft, fired: str, *doors: str) -> None:
    """The lock of ``fired`` opens ``doors``: nothing is put behind any of them until a test has proved them, and the
    lock that opens another door is not fired again while anything may be inside the box. Behind those others may be
    something, whether their contacts told of it or a person did: then it is what a door that opens unasked always is.
    """
    others = [door for door in doors if door != fired]
    quarantine(draft, fired, "wiring" if others else "test_failed")
    for door in others:
        if not known_empty(draft.box, door):
            draft.raise_fault("unexpected_open", door)
            doubt_deposits(draft, door, "unexpected_open")
        quarantine(draft, door, "test_failed")
