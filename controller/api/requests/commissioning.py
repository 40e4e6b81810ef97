"""The round before the front in which every vacant lock is fired. ``session`` is a staff session at the box."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request
from controller.api.views import CommissioningSheet


class StartCommissioning(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A new round over every compartment that may be tested; the first lock is fired."""

    METHOD = "technician.commission"
    session: str


class GoOnWithCommissioning(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The paused round goes on with what it has not examined yet."""

    METHOD = "technician.commission_go_on"
    session: str


class PauseCommissioning(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "technician.commission_pause"
    session: str


class DoorsSeenOpen(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Which doors stand open after the lock of ``compartment`` was fired; none when ``opened`` is empty."""

    METHOD = "technician.doors_open"
    session: str
    compartment: str
    opened: tuple[str, ...]


class DoorsClosed(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """All doors are closed, whatever the contacts say."""

    METHOD = "technician.doors_closed"
    session: str
    compartment: str


class CorrectMap(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The map that the last round proves is to be in force. ``sha256`` is the one that the page showed. Where a board
    concerned was not seen empty, two persons of the staff present their badges afterwards.
    """

    METHOD = "technician.correct_map"
    session: str
    sha256: str


class KeepMap(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """No: the badges are not waited for any more."""

    METHOD = "technician.keep_map"
    session: str


class GetCommissioning(Request[CommissioningSheet], frozen=True, forbid_unknown_fields=True):
    """What the protocol of the last round says."""

    METHOD = "technician.commissioning"
    RESULT = CommissioningSheet
    session: str
