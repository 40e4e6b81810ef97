"""What each page of a resident says: one picture, one headline, one or two sentences, and the buttons. The words
are German; the catalogs translate.

A page names what it needs; whether a button stands there is decided by the controller (``KioskView.actions``).
``%(compartment)s`` and the like are filled from the view (`kiosk_ui.resident`).
"""

from __future__ import annotations

from kiosk_ui.languages import deferred as _
from kiosk_ui.resident_pages import answers, chip, door, idle, session
from kiosk_ui.resident_pages.layers import CALLS, NUMBER_BUTTON, PROBLEMS, Call
from kiosk_ui.resident_pages.parts import Button, Page

__all__ = ["CALLS", "DATE", "MONTHS", "NUMBER_BUTTON", "PAGES", "PROBLEMS", "Button", "Call", "Page"]

PAGES: dict[str, Page] = {**idle.PAGES, **answers.PAGES, **session.PAGES, **chip.PAGES, **door.PAGES}

MONTHS = (
    _("Januar"),
    _("Februar"),
    _("März"),
    _("April"),
    _("Mai"),
    _("Juni"),
    _("Juli"),
    _("August"),
    _("September"),
    _("Oktober"),
    _("November"),
    _("Dezember"),
)
DATE = _("%(day)s. %(month)s %(year)s")
