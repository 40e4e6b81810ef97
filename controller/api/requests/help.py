"""What staff at the box answer to a call for help."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class StaffAcknowledgeHelp(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "Ich komme": the resident's page says that help is coming."""

    METHOD = "staff.acknowledge_help"
    session: str
    call: str


class StaffEndHelp(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The call is answered and leaves the list."""

    METHOD = "staff.end_help"
    session: str
    call: str
