"""Lists of the work at the box, one compartment, and what a search finds: pure functions of the state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from controller.adapters.control.front_plan import compartment_view
from controller.api import EnvelopeList, EnvelopeRow, PlaceList, WorkCounts, WorkRow
from controller.domain.decide_rounds import all_due
from controller.domain.model import Box, Compartment, Deposit, DepositStatus, Purpose
from controller.domain.moment import Moment
from controller.domain.timing import DAY

ListT = TypeVar("ListT", EnvelopeList, PlaceList)

#: A period that ends within this time is soon over.
SOON_MS = 7 * DAY
#: The longest list a page gets at once.
MOST_ROWS = 100
#: A search by fewer characters than this finds everything and nothing.
SHORTEST_QUERY = 2


def _ends(box: Box) -> dict[str, int]:
    """Deposit → when the last right over it ends. One walk over the rights, however many envelopes there are."""
    ends: dict[str, int] = {}
    for right in box.rights.values():
        for name in right.deposits:
            ends[name] = max(ends.get(name, 0), right.expires_wall_ms)
    return ends


def envelope_row(deposit: Deposit, ends: dict[str, int]) -> EnvelopeRow:
    return EnvelopeRow(
        deposit=deposit.id,
        orders=deposit.orders,
        compartment=deposit.compartment,
        status=deposit.status.value,
        reason=deposit.reason,
        since_wall_ms=deposit.stored_wall_ms,
        until_wall_ms=ends.get(deposit.id, 0),
        overdue=deposit.overdue,
        held=deposit.held,
    )


def work_row(box: Box, compartment: Compartment, ends: dict[str, int] | None = None) -> WorkRow:
    ends = _ends(box) if ends is None else ends
    return WorkRow(
        place=compartment_view(compartment, with_states=True),
        contents=compartment.contents.value,
        old_document=compartment.old_document,
        quarantine=compartment.quarantine,
        out_of_service=compartment.out_of_service,
        envelopes=tuple(envelope_row(box.deposits[name], ends) for name in compartment.deposits),
        openings=compartment.openings,
    )


def _expiring(box: Box, now: Moment) -> list[EnvelopeRow]:
    """What has to leave soon, the earliest first. Nothing is soon by a clock that nobody trusts."""
    ends = _ends(box)
    rows = [envelope_row(d, ends) for d in box.deposits.values() if d.status is DepositStatus.STORED]
    limit = now.wall_ms + SOON_MS if now.clock_trusted else 0
    found = [row for row in rows if row.overdue or 0 < row.until_wall_ms <= limit]
    return sorted(found, key=lambda row: (not row.overdue, row.until_wall_ms, row.compartment))


def envelopes(box: Box, now: Moment, which: str, query: str) -> EnvelopeList | None:
    """None when there is no such list."""
    if which == "expiring":
        rows = _expiring(box, now)
    elif which == "expected":
        rows = [envelope_row(d, {}) for d in box.deposits.values() if d.status is DepositStatus.EXPECTED]
    elif which == "found":
        rows = _found(box, query.strip().upper())
    else:
        return None
    return EnvelopeList(tuple(rows[:MOST_ROWS]), len(rows))


def _found(box: Box, query: str) -> list[EnvelopeRow]:
    if len(query) < SHORTEST_QUERY:
        return []
    ends = _ends(box)
    hits = [d for d in box.deposits.values() if any(query in order for order in d.orders)]
    return sorted((envelope_row(d, ends) for d in hits), key=lambda row: (row.orders, row.deposit))


def places(box: Box, which: str) -> PlaceList | None:
    """None when there is no such list."""
    chosen: Iterable[str]
    if which in ("clarification", "returns"):
        chosen = all_due(box, Purpose(which))
    elif which == "out_of_service":
        chosen = [label for label, compartment in sorted(box.compartments.items()) if compartment.out_of_service]
    else:
        return None
    labels, ends = tuple(chosen), _ends(box)
    return PlaceList(tuple(work_row(box, box.compartments[label], ends) for label in labels[:MOST_ROWS]), len(labels))


def work_counts(box: Box, now: Moment) -> WorkCounts:
    expiring = _expiring(box, now)
    soon = [row for row in expiring if not row.overdue]
    until = _ends(box)
    stored = [name for name, d in box.deposits.items() if d.status is DepositStatus.STORED]
    ends = sorted(until[name] for name in stored if until.get(name))
    all_ = box.compartments.values()
    return WorkCounts(
        soon=len(soon),
        overdue=len(expiring) - len(soon),
        clarification=sum(1 for c in all_ if c.quarantine),
        returned=sum(1 for c in all_ if c.old_document and not c.quarantine),
        out_of_service=sum(1 for c in all_ if c.out_of_service),
        free_next=sum(1 for end in ends if end // DAY == ends[0] // DAY) if ends else 0,
        free_next_wall_ms=ends[0] if ends else 0,
    )
