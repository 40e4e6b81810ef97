"""For the administrator's command line."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request
from controller.api.views import LogPosition, TechnicianView


class RegisterStaff(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Registers or replaces a staff member. ``badge_sha256`` is hex, ``pin_hash`` an argon2id PHC string."""

    METHOD = "admin.register_staff"
    staff: str
    roles: tuple[str, ...]
    badge_sha256: str
    pin_hash: str

    def __repr__(self) -> str:
        return "RegisterStaff(…)"


class UnlockStaff(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.unlock_staff"
    staff: str


class SetOfficePassword(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A password for the office pages, for somebody who is registered. ``password_hash`` is an argon2id PHC string."""

    METHOD = "admin.office_password"
    staff: str
    password_hash: str

    def __repr__(self) -> str:
        return "SetOfficePassword(…)"


class VerifyLog(Request[LogPosition], frozen=True, forbid_unknown_fields=True):
    """Verifies the whole chain now and answers with its end."""

    METHOD = "admin.verify_log"
    RESULT = LogPosition


class GetStatus(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.status"
    RESULT = TechnicianView
