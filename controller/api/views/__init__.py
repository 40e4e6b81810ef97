"""What the controller answers: views of its state, made for people to look at."""

from __future__ import annotations

from controller.api.views.front import (
    CompartmentView,
)
from controller.api.views.help import (
    HelpCallView,
    OutageView,
)
from controller.api.views.kiosk import (
    KioskView,
)
from controller.api.views.office import (
    DocumentTypeView,
    ImportDone,
    ImportPreview,
    ImportProblem,
    OfficeToken,
    OfficeView,
    OrderList,
    OrderView,
    ResultList,
    ResultRow,
    SlipView,
    TaskView,
)
from controller.api.views.report import (
    Downtime,
    MonthFigures,
    ReportView,
    Spread,
    TrendMonth,
    UseShown,
)
from controller.api.views.staff import (
    DoubtfulCompartment,
    LoadingQuestion,
    StaffNotice,
    StaffView,
)
from controller.api.views.staff_work import (
    EnvelopeList,
    EnvelopeRow,
    FrontView,
    PlaceList,
    RoundView,
    ShiftLine,
    ShiftView,
    Story,
    StoryLine,
    WorkCounts,
    WorkRow,
)
from controller.api.views.technician import (
    DeviceView,
    FaultView,
    LogPosition,
    TechnicianView,
)

__all__ = [
    "CompartmentView",
    "DeviceView",
    "DocumentTypeView",
    "DoubtfulCompartment",
    "Downtime",
    "EnvelopeList",
    "EnvelopeRow",
    "FaultView",
    "FrontView",
    "HelpCallView",
    "ImportDone",
    "ImportPreview",
    "ImportProblem",
    "KioskView",
    "LoadingQuestion",
    "LogPosition",
    "MonthFigures",
    "OfficeToken",
    "OfficeView",
    "OrderList",
    "OrderView",
    "OutageView",
    "PlaceList",
    "ReportView",
    "ResultList",
    "ResultRow",
    "RoundView",
    "ShiftLine",
    "ShiftView",
    "SlipView",
    "Spread",
    "StaffNotice",
    "StaffView",
    "Story",
    "StoryLine",
    "TaskView",
    "TechnicianView",
    "TrendMonth",
    "UseShown",
    "WorkCounts",
    "WorkRow",
]
