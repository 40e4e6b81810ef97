"""Views of a round before the front, as the controller would give them: one in progress, one that found a lot, 608."""

from __future__ import annotations

import msgspec

from controller.api import (
    CommissioningSheet,
    CommissioningView,
    ExaminationView,
    LockFindingView,
    LockResultView,
    LockWires,
    MapCorrectionView,
    TechnicianView,
    WireChangeView,
)
from tests.e2e.pages import technician_views as technician
from tests.e2e.pages.views import DAY


def seen(
    label: str, *opened: str, moved: tuple[str, ...] | None = None, ms: int = 214, fault: str = ""
) -> LockResultView:
    """A result. Without ``opened`` nothing did."""
    contacts = opened if moved is None else moved
    return LockResultView(label, opened, contacts, (), ms if contacts else 0, 400, 0 if fault else 1, fault, False, DAY)


RESULTS = (
    seen("A01", "A01"),
    seen("A02", "A03"),
    seen("A03", "A02"),
    seen("A04", "A04", moved=()),
    seen("A06", ms=0),
)
FINDINGS = (
    LockFindingView("lock_swapped", "A02", "A03"),
    LockFindingView("lock_swapped", "A03", "A02"),
    LockFindingView("contact_dead", "A04", ""),
    LockFindingView("does_not_open", "A06", ""),
)
WIRES = (
    WireChangeView("A02", "lock", "header:17", "header:18"),
    WireChangeView("A03", "lock", "header:18", "header:17"),
)
PROVED = MapCorrectionView("ab" * 32, "proved", "board_empty", WIRES)
LABELS = tuple(each.label for each in technician.BOX.front)
LEFT_OUT = tuple(each.label for each in technician.BOX.front if each.state != "vacant")


def of(view: TechnicianView = technician.BOX, **changes: object) -> TechnicianView:
    """The box with a round; ``changes`` are the round's."""
    round_ = CommissioningView(
        "C4711", "done", "", True, "tom", DAY - 600_000, DAY, 5, LEFT_OUT, RESULTS, FINDINGS, None, PROVED
    )
    return msgspec.structs.replace(view, commissioning=msgspec.structs.replace(round_, **changes))


def running(
    stage: str, *moved: str, doors: tuple[str, ...] = (), attempts: int = 1, answers: int = 0
) -> TechnicianView:
    hand = ExaminationView("A03", stage, moved, doors, attempts, answers)
    return of(state="running", results=RESULTS[:2], findings=FINDINGS[:1], examination=hand, correction=None)


ROUNDS = {
    "none": technician.BOX,
    "fired": running("open", attempts=2),
    "close": running("close", "A03", doors=("A03",)),
    "question": running("question", "A02"),
    "nothing moved": running("question", attempts=3),
    "close other": running("close", "A02", doors=("A02",), answers=1),
    "close first": running("close_first", doors=("A03",), attempts=0),
    "paused": of(state="paused", paused="not_vacant", results=RESULTS[:3], correction=None),
    "done": of(),
    "well": of(
        findings=(), correction=None, results=tuple(seen(each.compartment, each.compartment) for each in RESULTS)
    ),
    "two badges": of(correction=msgspec.structs.replace(PROVED, rule="two_badges")),
    "badge": of(correction=msgspec.structs.replace(PROVED, rule="two_badges", state="badge")),
    "accepted": of(correction=msgspec.structs.replace(PROVED, state="accepted")),
}


def large(*, done: int, now: bool) -> TechnicianView:
    """608 doors, ``done`` of them examined, every ninth with a finding."""
    box = technician.large()
    labels = [each.label for each in box.front]
    results = tuple(seen(label, label) if number % 9 else seen(label) for number, label in enumerate(labels[:done]))
    findings = tuple(LockFindingView("does_not_open", each.compartment, "") for each in results if not each.opened)
    hand = ExaminationView(labels[done], "close", (labels[done],), (labels[done],), 1) if now else None
    return of(
        box,
        state="running" if now else "done",
        total=608,
        left_out=(),
        results=results,
        findings=findings,
        examination=hand,
        correction=None,
    )


def sheet(view: TechnicianView) -> CommissioningSheet:
    """What the protocol is made of."""
    assert view.commissioning is not None
    locks = tuple(
        LockWires(each.label, each.column, each.row, f"header:{number}", f"header:{number + 20}", 400)
        for number, each in enumerate(view.front)
    )
    return CommissioningSheet("muster-1", "simulated", "gpio-12", "cd" * 32, 4711, "ef" * 32, view.commissioning, locks)
