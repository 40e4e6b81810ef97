"""What staff do on the box's own screen beside scanning: mend, walk, look up. Nothing here opens a door by itself."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request
from controller.api.views.staff_work import EnvelopeList, FrontView, PlaceList, Story, WorkRow


class StaffUndo(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The last booking was wrong: the page then asks for the badge that opens its compartment again."""

    METHOD = "staff.undo"
    session: str


class StaffTooSmall(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The envelope does not fit into the compartment that stands open for it."""

    METHOD = "staff.too_small"
    session: str


class StaffNoOldDocument(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The old document that the books know of is not there."""

    METHOD = "staff.no_old_document"
    session: str


class StaffStartRound(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``purpose``: recall (of all that is overdue), returns, clarification, stocktake or emergency (with a reason)."""

    METHOD = "staff.start_round"
    session: str
    purpose: str
    reason: str = ""


class StaffGoOn(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Shows the next compartment of the walk again, and waits for its badge."""

    METHOD = "staff.go_on"
    session: str


class StaffSkip(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.skip"
    session: str


class StaffLeaveRound(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.leave_round"
    session: str


class StaffStopRound(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.stop_round"
    session: str


class StaffSetService(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``state``: out_of_service or in_service. ``reason``: lock, door, sensor, damaged, dirty or other. For supervisors
    and technicians; what is inside stays where it is.
    """

    METHOD = "staff.set_service"
    session: str
    compartment: str
    state: str
    reason: str = ""


class StaffKeepActive(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Somebody is still there."""

    METHOD = "staff.keep_active"
    session: str


class StaffDismiss(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """What a page without a session says has been read: the shift's report, a locked badge."""

    METHOD = "staff.dismiss"
    revision: int


class GetEnvelopes(Request[EnvelopeList], frozen=True, forbid_unknown_fields=True):
    """``which``: expected, expiring (soon or overdue, the earliest first), or found by a part of an order in
    ``query``.
    """

    METHOD = "staff.envelopes"
    RESULT = EnvelopeList
    session: str
    which: str
    query: str = ""


class GetPlaces(Request[PlaceList], frozen=True, forbid_unknown_fields=True):
    """``which``: clarification, returns or out_of_service."""

    METHOD = "staff.places"
    RESULT = PlaceList
    session: str
    which: str


class GetCompartment(Request[WorkRow], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.compartment"
    RESULT = WorkRow
    session: str
    compartment: str


class GetStory(Request[Story], frozen=True, forbid_unknown_fields=True):
    """What happened to a compartment, out of the log."""

    METHOD = "staff.story"
    RESULT = Story
    session: str
    compartment: str


class GetFront(Request[FrontView], frozen=True, forbid_unknown_fields=True):
    """The compartments that changed after ``since`` (0: all of them), each with its state."""

    METHOD = "staff.front"
    RESULT = FrontView
    session: str
    since: int = 0
