"""When the box cannot be used: reported and ended by whoever stands at it."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class StaffReportOutage(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "Box gestört melden". ``reason``: defective, building_closed, maintenance or other. Nothing opens for residents
    until it is ended, and holding periods stand still.
    """

    METHOD = "staff.report_outage"
    session: str
    reason: str


class StaffEndOutage(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The box may be used again; every affected right gets its new date."""

    METHOD = "staff.end_outage"
    session: str


class StaffBackAt(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """In about how many minutes (1 to 1440; 0: not known) the residents may come back: shown on their page."""

    METHOD = "staff.back_at"
    session: str
    minutes: int
