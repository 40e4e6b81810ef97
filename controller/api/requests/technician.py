"""What technicians do on the box's own screen, and what they, supervisors and auditors read of the log.

``session`` is the token of a staff session at the box; what only reads takes an office session's too.
"""

from __future__ import annotations

import msgspec

from controller.api.requests.base import Nothing, Request
from controller.api.views import Bundle, EventExport, EventPage


class EventFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries; empty and 0 mean every one. ``group``: doors, pickup, staff, office, box, hours or central.
    ``text`` is looked for in the event's name and its data. Wall times are bounds, the first included.
    """

    group: str = ""
    compartment: str = ""
    text: str = ""
    from_wall_ms: int = 0
    to_wall_ms: int = 0


class StartSelfTest(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Every lock that may be tested, one after the other. The person before the box closes the doors."""

    METHOD = "technician.self_test"
    session: str


class CancelSelfTest(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """No further lock is fired; a door that is open still wants closing."""

    METHOD = "technician.self_test_cancel"
    session: str


class LightLamp(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The compartment's lamp burns for three seconds. Nothing opens."""

    METHOD = "technician.lamp"
    session: str
    compartment: str


class OfferLanguages(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The residents' pages offer these and no other language. German is always among them."""

    METHOD = "technician.languages"
    session: str
    tags: tuple[str, ...]


class SetLogLevel(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``level``: warning, info or debug, until the controller's next start."""

    METHOD = "technician.log_level"
    session: str
    level: str


class RestartController(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The controller ends in order; systemd starts it again. Refused while a door is open."""

    METHOD = "technician.restart"
    session: str


class VerifyChain(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Begins to verify the whole log; how far it is stands in the view."""

    METHOD = "technician.verify"
    session: str


class GetEvents(Request[EventPage], frozen=True, forbid_unknown_fields=True):
    """The fifty newest entries before ``before`` (0: the end) that fit."""

    METHOD = "technician.events"
    RESULT = EventPage
    session: str
    before: int = 0
    only: EventFilter = EventFilter()


class ExportEvents(Request[EventExport], frozen=True, forbid_unknown_fields=True):
    """The entries after ``after`` that fit, a piece at a time."""

    METHOD = "technician.export"
    RESULT = EventExport
    session: str
    after: int = 0
    only: EventFilter = EventFilter()


class MakeBundle(Request[Bundle], frozen=True, forbid_unknown_fields=True):
    METHOD = "technician.bundle"
    RESULT = Bundle
    session: str


class AdminBundle(Request[Bundle], frozen=True, forbid_unknown_fields=True):
    """The same for the administrator's command line."""

    METHOD = "admin.bundle"
    RESULT = Bundle
