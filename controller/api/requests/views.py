"""Asking for what the pages show."""

from __future__ import annotations

from controller.api.requests.base import Request
from controller.api.views import KioskView, StaffView, TechnicianView


class GetKiosk(Request[KioskView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.kiosk"
    RESULT = KioskView


class GetStaff(Request[StaffView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.staff"
    RESULT = StaffView


class GetTechnician(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.technician"
    RESULT = TechnicianView
