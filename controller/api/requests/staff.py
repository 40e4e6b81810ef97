"""What staff and technicians do on the box's own screen."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class StaffLogin(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The PIN for the badge that was read at the box in the last 30 s."""

    METHOD = "staff.login"
    pin: str

    def __repr__(self) -> str:
        return "StaffLogin(…)"


class StaffLogout(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.logout"
    session: str


class StaffObstructed(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "The compartment is not empty.\""""

    METHOD = "staff.obstructed"
    session: str


class StaffAnswerLoading(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.answer_loading"
    session: str
    deposit: str
    answer: str


class StaffRequestOpening(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``purpose``: recall, returns, stocktake, clarification or emergency. It opens when a badge is shown at the box
    after this.
    """

    METHOD = "staff.request_opening"
    session: str
    compartment: str
    purpose: str
    reason: str = ""


class StaffDropRequest(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.drop_request"
    session: str


class StaffReport(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``contents``: empty, envelope or old_document; ``deposit_end``: what became of the envelope if it is gone
    (recalled, collected_unconfirmed, handed_over_at_counter, expected, missing).
    """

    METHOD = "staff.report"
    session: str
    contents: str
    deposit_end: str = ""


class TestCompartment(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "technician.test"
    session: str
    compartment: str
