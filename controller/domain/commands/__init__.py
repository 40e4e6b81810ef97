"""What can be asked of the box, and the facts its sensors report. Commands carry no secret: credentials are looked up
before.
"""

from __future__ import annotations

from controller.domain.commands.base import (
    Command,
)
from controller.domain.commands.box import (
    ActivatePolicies,
    ActivateProfile,
    JudgeClock,
    NoteRefusals,
    OpenLog,
    SealCheckpoint,
    SetFault,
    StartBox,
    StopBox,
    Tick,
)
from controller.domain.commands.central import (
    AnnounceOrder,
    CancelOrder,
    CentralCommand,
    HoldDeposit,
    IssueRight,
    RevokeRight,
)
from controller.domain.commands.reporting import (
    NoteDocumentsIssued,
    NotePageUse,
    NoteRunningCost,
)
from controller.domain.commands.residents import (
    CancelSession,
    Confirm,
    Declare,
    ExtendSession,
    FactorCompared,
    PresentCredential,
    TryFactor,
)
from controller.domain.commands.sensors import (
    DoorSensed,
    ItemSensed,
    PulseFinished,
)
from controller.domain.commands.staff import (
    AnswerLoading,
    DropRequest,
    LogOut,
    PresentBadge,
    PresentOrder,
    RegisterStaff,
    ReportContents,
    ReportObstructed,
    RequestOpening,
    StaffPinCompared,
    TestCompartment,
    TryStaffPin,
    UnlockStaff,
)

__all__ = [
    "ActivatePolicies",
    "ActivateProfile",
    "AnnounceOrder",
    "AnswerLoading",
    "CancelOrder",
    "CancelSession",
    "CentralCommand",
    "Command",
    "Confirm",
    "Declare",
    "DoorSensed",
    "DropRequest",
    "ExtendSession",
    "FactorCompared",
    "HoldDeposit",
    "IssueRight",
    "ItemSensed",
    "JudgeClock",
    "LogOut",
    "NoteDocumentsIssued",
    "NotePageUse",
    "NoteRefusals",
    "NoteRunningCost",
    "OpenLog",
    "PresentBadge",
    "PresentCredential",
    "PresentOrder",
    "PulseFinished",
    "RegisterStaff",
    "ReportContents",
    "ReportObstructed",
    "RequestOpening",
    "RevokeRight",
    "SealCheckpoint",
    "SetFault",
    "StaffPinCompared",
    "StartBox",
    "StopBox",
    "TestCompartment",
    "Tick",
    "TryFactor",
    "TryStaffPin",
    "UnlockStaff",
]
