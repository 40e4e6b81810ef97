"""What can be asked. The class names the method and the type of the result."""

from __future__ import annotations

from typing import Any

from controller.api.requests.admin import (
    GetStatus,
    RegisterStaff,
    UnlockStaff,
    VerifyLog,
)
from controller.api.requests.base import (
    Nothing,
    Request,
)
from controller.api.requests.report import (
    AdminNoteCost,
    AdminNoteIssued,
    GetReport,
    NoteCost,
    NoteIssued,
    TellModes,
)
from controller.api.requests.residents import (
    CallHelp,
    Cancel,
    ChooseLanguage,
    Confirm,
    Declare,
    Dismiss,
    EnterFactor,
    EnterNumber,
    Knock,
    MoreTime,
)
from controller.api.requests.screen import (
    ScreenShown,
)
from controller.api.requests.staff import (
    StaffAnswerLoading,
    StaffDropRequest,
    StaffLogin,
    StaffLogout,
    StaffObstructed,
    StaffReport,
    StaffRequestOpening,
    TestCompartment,
)
from controller.api.requests.views import (
    GetKiosk,
    GetStaff,
    GetTechnician,
)
from controller.api.requests.waiting import (
    StaffInterrupt,
    StaffSoon,
)

__all__ = [
    "ADMIN_REQUESTS",
    "UI_REQUESTS",
    "AdminNoteCost",
    "AdminNoteIssued",
    "CallHelp",
    "Cancel",
    "ChooseLanguage",
    "Confirm",
    "Declare",
    "Dismiss",
    "EnterFactor",
    "EnterNumber",
    "GetKiosk",
    "GetReport",
    "GetStaff",
    "GetStatus",
    "GetTechnician",
    "Knock",
    "MoreTime",
    "NoteCost",
    "NoteIssued",
    "Nothing",
    "RegisterStaff",
    "Request",
    "ScreenShown",
    "StaffAnswerLoading",
    "StaffDropRequest",
    "StaffInterrupt",
    "StaffLogin",
    "StaffLogout",
    "StaffObstructed",
    "StaffReport",
    "StaffRequestOpening",
    "StaffSoon",
    "TellModes",
    "TestCompartment",
    "UnlockStaff",
    "VerifyLog",
]

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
