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
    JudgeScreen,
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
    NoteElsewhere,
    RevokeRight,
)
from controller.domain.commands.chips import (
    AskStaffCheck,
    BeginChipCheck,
    GiveUpChip,
    NoteChip,
)
from controller.domain.commands.commissioning import (
    DropMap,
    GoOnWithCommissioning,
    NoteExamination,
    PauseCommissioning,
    ProposeMap,
    StartCommissioning,
)
from controller.domain.commands.help import (
    AcknowledgeHelp,
    CallHelp,
    CentralAcknowledgeHelp,
    EndHelp,
)
from controller.domain.commands.hours import (
    ActivateCalendar,
    CentralEndOutage,
    CentralReportOutage,
    EndOutage,
    ReportOutage,
    SetBackAt,
)
from controller.domain.commands.loading import (
    ReportNoOldDocument,
    ReportTooSmall,
    UndoLoading,
)
from controller.domain.commands.office import (
    AmendDeposit,
    DropTask,
    ExtendPeriod,
    HoldByStaff,
    NoteOfficeLogin,
    NoteOfficePassword,
    QueueTask,
    ReplaceCredential,
)
from controller.domain.commands.power import JudgePower
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
from controller.domain.commands.rounds import (
    GoOnWithRound,
    LeaveRound,
    SkipInRound,
    StartRound,
    StopRound,
)
from controller.domain.commands.sensors import (
    DoorSensed,
    ItemSensed,
    PulseFinished,
)
from controller.domain.commands.service import (
    KeepStaffSession,
    SetService,
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
    SuspendStaff,
    TestCompartment,
    TryStaffPin,
    UnlockStaff,
)
from controller.domain.commands.technician import (
    OfferLanguages,
)

__all__ = [
    "AcknowledgeHelp",
    "ActivateCalendar",
    "ActivatePolicies",
    "ActivateProfile",
    "AmendDeposit",
    "AnnounceOrder",
    "AnswerLoading",
    "AskStaffCheck",
    "BeginChipCheck",
    "CallHelp",
    "CancelOrder",
    "CancelSession",
    "CentralAcknowledgeHelp",
    "CentralCommand",
    "CentralEndOutage",
    "CentralReportOutage",
    "Command",
    "Confirm",
    "Declare",
    "DoorSensed",
    "DropMap",
    "DropRequest",
    "DropTask",
    "EndHelp",
    "EndOutage",
    "ExtendPeriod",
    "ExtendSession",
    "FactorCompared",
    "GiveUpChip",
    "GoOnWithCommissioning",
    "GoOnWithRound",
    "HoldByStaff",
    "HoldDeposit",
    "IssueRight",
    "ItemSensed",
    "JudgeClock",
    "JudgePower",
    "JudgeScreen",
    "KeepStaffSession",
    "LeaveRound",
    "LogOut",
    "NoteChip",
    "NoteDocumentsIssued",
    "NoteElsewhere",
    "NoteExamination",
    "NoteOfficeLogin",
    "NoteOfficePassword",
    "NotePageUse",
    "NoteRefusals",
    "NoteRunningCost",
    "OfferLanguages",
    "OpenLog",
    "PauseCommissioning",
    "PresentBadge",
    "PresentCredential",
    "PresentOrder",
    "ProposeMap",
    "PulseFinished",
    "QueueTask",
    "RegisterStaff",
    "ReplaceCredential",
    "ReportContents",
    "ReportNoOldDocument",
    "ReportObstructed",
    "ReportOutage",
    "ReportTooSmall",
    "RequestOpening",
    "RevokeRight",
    "SealCheckpoint",
    "SetBackAt",
    "SetFault",
    "SetService",
    "SkipInRound",
    "StaffPinCompared",
    "StartBox",
    "StartCommissioning",
    "StartRound",
    "StopBox",
    "StopRound",
    "SuspendStaff",
    "TestCompartment",
    "Tick",
    "TryFactor",
    "TryStaffPin",
    "UndoLoading",
    "UnlockStaff",
]
