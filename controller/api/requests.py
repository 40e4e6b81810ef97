"""What can be asked. The class names the method and the type of the result."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from controller.api.views import KioskView, LogPosition, StaffView, TechnicianView

ResultT = TypeVar("ResultT")


class Nothing(msgspec.Struct, frozen=True):
    """The result of a request that only does something."""


class Request(msgspec.Struct, Generic[ResultT], frozen=True, forbid_unknown_fields=True):
    """Base of all requests."""

    METHOD: ClassVar[str] = ""
    RESULT: ClassVar[type] = Nothing


class GetKiosk(Request[KioskView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.kiosk"
    RESULT = KioskView


class GetStaff(Request[StaffView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.staff"
    RESULT = StaffView


class GetTechnician(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "view.technician"
    RESULT = TechnicianView


class ChooseLanguage(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``language`` is a BCP 47 tag such as ``de`` or ``en``. The page returns to German with the next person."""

    METHOD = "resident.language"
    revision: int
    language: str


class Declare(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Answers the declaration on the page; ``answer`` is yes or no. ``several`` is answered by its Continue button."""

    METHOD = "resident.declare"
    session: str
    revision: int
    declaration: str
    answer: str


class EnterFactor(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A birth date (YYYYMMDD) or PIN."""

    METHOD = "resident.factor"
    session: str
    revision: int
    value: str

    def __repr__(self) -> str:
        return "EnterFactor(…)"


class Confirm(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``choice``: everything, open_again, missing, foreign, error."""

    METHOD = "resident.confirm"
    session: str
    revision: int
    choice: str


class MoreTime(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.more_time"
    session: str
    revision: int


class Cancel(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.cancel"
    session: str
    revision: int


class Dismiss(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Leaves a page that only says something (code unknown, done …) before its time is over."""

    METHOD = "resident.dismiss"
    revision: int


class StaffLogin(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The PIN for the badge that was read at the box in the last 30 s."""

    METHOD = "staff.login"
    pin: str

    def __repr__(self) -> str:
        return "StaffLogin(…)"


class StaffLogout(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.logout"
    session: str


class StaffObstructed(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "The compartment is not empty.\""""

    METHOD = "staff.obstructed"
    session: str


class StaffAnswerLoading(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.answer_loading"
    session: str
    deposit: str
    answer: str


class StaffRequestOpening(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``purpose``: recall, returns, stocktake, clarification or emergency. It opens when a badge is shown at the box
    after this.
    """

    METHOD = "staff.request_opening"
    session: str
    compartment: str
    purpose: str
    reason: str = ""


class StaffDropRequest(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "staff.drop_request"
    session: str


class StaffReport(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``contents``: empty, envelope or old_document; ``deposit_end``: what became of the envelope if it is gone
    (recalled, collected_unconfirmed, handed_over_at_counter, expected, missing).
    """

    METHOD = "staff.report"
    session: str
    contents: str
    deposit_end: str = ""


class TestCompartment(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "technician.test"
    session: str
    compartment: str


# For the administrator's command line


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


class VerifyLog(Request[LogPosition], frozen=True, forbid_unknown_fields=True):
    """Verifies the whole chain now and answers with its end."""

    METHOD = "admin.verify_log"
    RESULT = LogPosition


class GetStatus(Request[TechnicianView], frozen=True, forbid_unknown_fields=True):
    METHOD = "admin.status"
    RESULT = TechnicianView


UI_REQUESTS: tuple[type[Request[Any]], ...] = (
    GetKiosk,
    GetStaff,
    GetTechnician,
    ChooseLanguage,
    Declare,
    EnterFactor,
    Confirm,
    MoreTime,
    Cancel,
    Dismiss,
    StaffLogin,
    StaffLogout,
    StaffObstructed,
    StaffAnswerLoading,
    StaffRequestOpening,
    StaffDropRequest,
    StaffReport,
    TestCompartment,
)
ADMIN_REQUESTS: tuple[type[Request[Any]], ...] = (GetStatus, RegisterStaff, UnlockStaff, VerifyLog)
