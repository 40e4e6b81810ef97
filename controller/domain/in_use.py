"""Whether residents may use the box now, and whether staff are there: the calendar at the time as the box knows it."""

from __future__ import annotations

from controller.domain import hours
from controller.domain.decision import Draft, Refused
from controller.domain.known_time import known_wall_ms
from controller.domain.model import Box
from controller.domain.moment import Moment


def box_open(box: Box, at: Moment) -> bool:
    """Whether residents may use the box now, by the calendar alone."""
    if box.calendar is None:
        return True
    return hours.is_open(box.calendar.box, box.calendar.zone, known_wall_ms(box, at))


def opens_wall_ms(box: Box, at: Moment) -> int:
    """When a closed box opens next (ms); 0 while it is open, or when nobody can say."""
    if box.calendar is None:
        return 0
    return hours.next_opening(box.calendar.box, box.calendar.zone, known_wall_ms(box, at))


def staffed(box: Box, at: Moment) -> str:
    """Whether staff are there now: ``yes``, ``no``, or ``unknown`` without a calendar."""
    if box.calendar is None:
        return "unknown"
    there = hours.is_open(box.calendar.staff, box.calendar.zone, known_wall_ms(box, at))
    return "yes" if there else "no"


def check_in_use(draft: Draft) -> None:
    """Raises ``outage`` or ``closed`` when no resident may begin now. What has begun goes on."""
    if draft.box.outage is not None:
        raise Refused("outage", reason=draft.box.outage.reason)
    if not box_open(draft.box, draft.at):
        raise Refused("closed", date_wall_ms=opens_wall_ms(draft.box, draft.at))
