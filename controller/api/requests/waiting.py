"""Somebody wants to collect while staff hold the front: what staff answer."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class StaffInterrupt(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Lets the resident go first: the staff session is suspended, and the same person's badge alone resumes it within
    ten minutes. Refused (``load_not_closed``) while a door is authorised or open.
    """

    METHOD = "staff.interrupt"
    session: str


class StaffSoon(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "Nearly done": the notice goes, the resident waits a little longer."""

    METHOD = "staff.soon"
    session: str
