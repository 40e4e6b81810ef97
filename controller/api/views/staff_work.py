"""What the staff page at the box shows of the work: walks, lists, one compartment and its story, the shift's report."""

from __future__ import annotations

import msgspec

from controller.api.views.front import CompartmentView


class RoundView(msgspec.Struct, frozen=True):
    """A walk from compartment to compartment. ``purpose``: recall, returns, clarification, stocktake, emergency.
    ``number`` of ``total``: ``compartment`` is the one in hand. ``paused``: something else comes first.
    """

    purpose: str
    number: int
    total: int
    compartment: str
    paused: bool


class WorkCounts(msgspec.Struct, frozen=True):
    """What there is to do. ``soon``: the holding period ends within a week; ``overdue``: it is over. ``free_next`` is
    how many periods end on the day of ``free_next_wall_ms``, the next on which any does (0: none).
    """

    soon: int = 0
    overdue: int = 0
    clarification: int = 0
    returned: int = 0
    out_of_service: int = 0
    free_next: int = 0
    free_next_wall_ms: int = 0


class EnvelopeRow(msgspec.Struct, frozen=True):
    """An envelope in a list. ``status``: expected, stored, unverified, missing. ``since_wall_ms``: put in;
    ``until_wall_ms``: can be collected until then (0: no end, or none yet).
    """

    deposit: str
    orders: tuple[str, ...]
    compartment: str
    status: str
    reason: str = ""
    since_wall_ms: int = 0
    until_wall_ms: int = 0
    overdue: bool = False
    held: bool = False


class WorkRow(msgspec.Struct, frozen=True):
    """A compartment in a list, with what the books say of it. ``contents``: empty, presumed_empty, holds, unknown."""

    place: CompartmentView
    contents: str
    old_document: bool
    quarantine: tuple[str, ...]
    out_of_service: tuple[str, ...]
    envelopes: tuple[EnvelopeRow, ...] = ()
    openings: int = 0


class EnvelopeList(msgspec.Struct, frozen=True):
    """``total``: how many there are, of which the first are here."""

    rows: tuple[EnvelopeRow, ...]
    total: int = 0


class PlaceList(msgspec.Struct, frozen=True):
    rows: tuple[WorkRow, ...]
    total: int = 0


class StoryLine(msgspec.Struct, frozen=True):
    """Something that happened to a compartment: ``event`` is its name in the log, ``detail`` the code that says more
    (a purpose, a reason, a cause), ``who`` a member of staff where there was one.
    """

    seq: int
    wall_ms: int
    clock_trusted: bool
    event: str
    detail: str = ""
    who: str = ""


class Story(msgspec.Struct, frozen=True):
    """The last events of a compartment, the oldest first. ``complete``: the log holds no earlier ones."""

    compartment: str
    lines: tuple[StoryLine, ...]
    complete: bool = True


class ShiftLine(msgspec.Struct, frozen=True):
    """``what``: stored, recalled, handed_over_at_counter, or why it was put aside (load_unknown, load_held …)."""

    order: str
    compartment: str
    what: str


class ShiftView(msgspec.Struct, frozen=True):
    """What was done between a login and a logout, by order and compartment. Whose login it was is not in it."""

    ended_wall_ms: int
    stored: tuple[ShiftLine, ...]
    taken: tuple[ShiftLine, ...]
    aside: tuple[ShiftLine, ...]


class FrontView(msgspec.Struct, frozen=True):
    """The compartments that have changed since the revision that was asked for, and the revision that they make."""

    revision: int
    compartments: tuple[CompartmentView, ...]
