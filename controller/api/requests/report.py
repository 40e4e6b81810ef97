"""The monthly report, and what is typed or reported for it."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request
from controller.api.views import ReportView


class GetReport(Request[ReportView], frozen=True, forbid_unknown_fields=True):
    """For supervisors and auditors; ``session`` is the token of their session. ``month`` as in ``2026-10``; empty: the
    last one that is over. Refused: ``no_staff_session``, ``role_missing``, ``month_wrong``, ``month_unknown``.
    """

    METHOD = "report.month"
    RESULT = ReportView
    session: str
    month: str = ""


class NoteIssued(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A supervisor types how many documents the office issued in a month."""

    METHOD = "report.note_issued"
    session: str
    month: str
    count: int


class NoteCost(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A supervisor types what the box cost in a month, in euro cents."""

    METHOD = "report.note_cost"
    session: str
    month: str
    cents: int


class TellModes(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The resident's page tells which reading modes are on: larger, contrast, speech, keypad. Kept in memory until the
    session ends, then counted in a group of sessions.
    """

    METHOD = "resident.modes"
    session: str
    modes: tuple[str, ...]


class AdminNoteIssued(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.note_issued"
    month: str
    count: int


class AdminNoteCost(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.note_cost"
    month: str
    cents: int
