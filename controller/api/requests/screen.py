"""The screen's heartbeat."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class ScreenShown(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The resident's page says which revision it has painted: every two seconds, and whenever it has changed.

    No door opens for a resident while nothing has been heard for six seconds, or while what is shown has lagged for as
    long (`controller.services.screen`).
    """

    METHOD = "kiosk.shown"
    revision: int
